package import Payments

extension ColumnPlan {
  /// Where one field of a transaction is found in a table.
  package struct Binding: Sendable, Hashable {
    /// What the language calls the field.
    package var field: String
    /// The column's name; nil where there is none.
    package var column: String?
    /// What every row has in place of a column.
    package var constant: String?
    package var isNeeded: Bool
    /// Whether the name is only like the one that is looked for.
    package var isGuess = false
  }

  /// How a table with this header would be read, with guesses for needed fields that it lacks.
  package func bindings(to header: [String]) -> [Binding] {
    let names = header.map { $0.lowercased() }
    var taken: Set<Int> = []
    var bindings: [Binding] = []
    let hasTime = entries.contains { entry in
      entry.role.setsTime && names.contains { entry.columns.contains($0) }
    }
    for entry in entries {
      var binding = Binding(
        field: entry.field,
        constant: entry.constant.map { String(decoding: $0, as: UTF8.self) },
        isNeeded: entry.needed && entry.constant == nil && !(hasTime && entry.role.setsTime)
      )
      if let index = names.indices.first(where: { entry.columns.contains(names[$0]) }) {
        binding.column = header[index]
        taken.insert(index)
      }
      bindings.append(binding)
    }
    // Names that fit are gone before names that are like others are looked at.
    for (place, entry) in entries.enumerated()
    where bindings[place].column == nil && bindings[place].constant == nil {
      let wanted = Set((entry.columns + [entry.field]).map(ColumnPlan.letters))
      let like = names.indices.first { index in
        guard !taken.contains(index) else { return false }
        let name = ColumnPlan.letters(names[index])
        return wanted.contains { isLike(name, $0) }
      }
      guard let like, bindings[place].isNeeded || wanted.contains(ColumnPlan.letters(names[like]))
      else { continue }
      bindings[place].column = header[like]
      bindings[place].isGuess = true
      taken.insert(like)
    }
    return bindings
  }

  private static func letters(_ name: String) -> String {
    name.lowercased().filter { $0.isLetter || $0.isNumber }
  }

  /// Whether one name holds the other, and more than a syllable of it.
  private func isLike(_ name: String, _ wanted: String) -> Bool {
    if name == wanted { return true }
    guard min(name.count, wanted.count) >= 4 else { return false }
    return name.contains(wanted) || wanted.contains(name)
  }

  /// The column map that says what guesses say.
  package static func map(of bindings: [Binding], _ dialect: Dialect) -> String {
    var lines = ["dialect = \(dialect.word)"]
    for binding in bindings where binding.isGuess {
      if let column = binding.column { lines.append("\(binding.field) = \(column)") }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
