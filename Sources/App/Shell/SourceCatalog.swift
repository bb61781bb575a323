package import Engine
import Foundation
package import Intake
import Journal
package import Payments

/// The sources that a fresh data directory starts with, and their feature and rule files.
package enum SourceCatalog {
  /// A source with the texts that go with it.
  package struct Entry {
    package var source: Source
    package var featureName: String
    package var ruleName: String
  }

  package static let entries: [Entry] = Dialect.allCases.map { dialect in
    var source = Source(
      id: UInt16(dialect.rawValue) + 1,
      name: dialect.word,
      dialect: dialect,
      currency: currency(dialect)
    )
    if dialect == .payment {
      // Ids run from 1000 to 9999 and come again; times lie anywhere in the month.
      source.identity = .idAndContent
      source.lateBound = 31 * Source.day
    }
    // The two sets of card payments share their features and rules.
    let texts = dialect == .sparkov ? Dialect.card : dialect
    return Entry(source: source, featureName: texts.word, ruleName: texts.word + "-starter")
  }

  private static func currency(_ dialect: Dialect) -> Currency {
    switch dialect {
    case .native, .card, .anonymised: Currency(code: "EUR", scale: 2)
    case .paysim, .payment, .sparkov: Currency(code: "USD", scale: 2)
    case .retail: Currency(code: "GBP", scale: 2)
    // Each transaction names its own.
    case .crypto: Currency(code: "COIN", scale: 8)
    }
  }

  package static var dialectWords: String { Dialect.allCases.map(\.word).joined(separator: ", ") }

  package static func entry(_ dialect: Dialect) -> Entry {
    entries.first { $0.source.dialect == dialect } ?? entries[0]
  }

  /// A dialect by its word on the command line.
  package static func dialect(_ word: String) throws(UsageError) -> Dialect {
    guard let dialect = Dialect(word: word) else {
      throw UsageError("--dialect is one of \(dialectWords), not '\(word)'")
    }
    return dialect
  }

  /// The text of a feature or rule file: a path, or a name among those that are built in.
  package static func text(_ name: String, in builtIn: [String: String]) throws -> String {
    if let text = builtIn[name] { return text }
    do throws(CommandError) {
      return try TextFile.read(name)
    } catch {
      if builtIn.isEmpty { throw error }
      let known = builtIn.keys.sorted().joined(separator: ", ")
      throw CommandError("\(error) (built in: \(known))")
    }
  }

  /// An engine with one source of a dialect, its features and its starter rules.
  ///
  /// The source has the currency of the tables that it reads.
  package static func engine(
    _ dialect: Dialect,
    columns: ColumnPlan? = nil,
    features: String?,
    rules: Bool,
    reserve: Int = 32 << 30
  ) throws -> (engine: Engine, source: Source) {
    var entry = entry(dialect)
    if let columns { entry.source = columns.applied(to: entry.source) }
    let engine = Engine(reserve: reserve)
    let text = try text(features ?? entry.featureName, in: BuiltIn.features)
    try apply(.source, ControlEntry.encoded(entry.source), to: engine)
    let set = ControlEntry.Program(
      source: entry.source.id,
      name: features ?? entry.featureName,
      text: text
    )
    try apply(.features, set.encoded, to: engine)
    if rules {
      let ruleText = try self.text(entry.ruleName, in: BuiltIn.rules)
      let set = ControlEntry.Program(
        source: entry.source.id,
        name: entry.ruleName,
        text: ruleText
      )
      try apply(.rules, set.encoded, to: engine)
    }
    return (engine, entry.source)
  }
}

extension SourceCatalog {
  private static func apply(
    _ kind: EntryKind,
    _ body: [UInt8],
    to engine: Engine
  ) throws(EngineError) {
    try engine.apply(kind, body.span)
  }
}

extension SourceCatalog.Entry {
  /// The feature set in a data directory: `features/SOURCE.assay`, else the built-in one.
  package func features(in directory: String) throws -> (name: String, text: String) {
    try program("\(directory)/features", featureName, BuiltIn.features)
  }

  /// The rules in a data directory: `rules/SOURCE.assay`, else the starter rules.
  package func rules(in directory: String) throws -> (name: String, text: String) {
    try program("\(directory)/rules", ruleName, BuiltIn.rules)
  }

  private func program(
    _ folder: String,
    _ name: String,
    _ builtIn: [String: String]
  ) throws -> (name: String, text: String) {
    let file = "\(folder)/\(source.name).assay"
    guard FileManager.default.fileExists(atPath: file) else {
      return (name, try SourceCatalog.text(name, in: builtIn))
    }
    return (file, try SourceCatalog.text(file, in: [:]))
  }
}
