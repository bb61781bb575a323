import Foundation
import Payments
import Shell

extension Configuration {
  /// The values of a file of NAME=VALUE lines; `#` starts a comment line, and a value may stand in
  /// quotes.
  static func read(_ path: String, known: Set<String>) throws -> [String: String] {
    var values: [String: String] = [:]
    for (index, raw) in PlainText.lines(try TextFile.read(path)).enumerated() {
      let line = raw.trimmingCharacters(in: .whitespaces)
      if line.isEmpty || line.hasPrefix("#") { continue }
      func failure(_ what: String) -> UsageError {
        UsageError("\(path), line \(index + 1): \(what)")
      }
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard parts.count == 2, known.contains(parts[0]) else {
        throw failure("'\(parts[0].prefix(40))' is not a known name before '='")
      }
      guard values[parts[0]] == nil else { throw failure("\(parts[0]) is set twice") }
      guard let value = unquoted(parts[1]) else {
        throw failure("the value of \(parts[0]) begins with a quote and does not end with it")
      }
      values[parts[0]] = value
    }
    return values
  }

  /// A value without the quotes around it; nil where one is open.
  private static func unquoted(_ value: String) -> String? {
    guard let quote = value.first, quote == "\"" || quote == "'" else { return value }
    guard value.count > 1, value.last == quote else { return nil }
    return String(value.dropFirst().dropLast())
  }
}
