import Foundation
import Payments
import Shell

// Where card numbers are looked for.
extension Configuration {
  static let cardSettings = [
    Setting(
      flag: "numeric-ids",
      variable: "NUMERIC_IDS",
      value: "LIST",
      help: "sources whose ids are numbers and no cards', with commas between (none)"
    )
  ]

  /// Takes a setting of card numbers; false where it is none.
  mutating func setCards(_ variable: String, _ text: String) throws(UsageError) -> Bool {
    guard variable == "NUMERIC_IDS" else { return false }
    let known = SourceCatalog.entries.map(\.source.name)
    for part in text.split(separator: ",") {
      let name = part.trimmingCharacters(in: .whitespaces)
      guard known.contains(name) else {
        throw UsageError(
          "NUMERIC_IDS names sources, such as payment,card; '\(name)' is none; there are "
            + known.joined(separator: ", ")
        )
      }
      numericIds.insert(name)
    }
    return true
  }

  /// The effective values by name.
  var cardsShown: [(name: String, value: String)] {
    [("NUMERIC_IDS", numericIds.isEmpty ? "(none)" : numericIds.sorted().joined(separator: ","))]
  }
}
