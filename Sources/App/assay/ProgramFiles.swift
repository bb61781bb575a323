import Engine
import Features
import Foundation
import Gateway
import Journal
import Language
import Payments
import Pipeline
import Rules
import Shell

/// Puts a data directory's changed features and rules in force while the server runs.
final class ProgramFiles: @unchecked Sendable {
  // Safety: `reload` is called by one thread; what it changes stands behind locks of its own.

  private let directory: DataDirectory
  private let core: CoreThread
  private let catalog: Catalog

  private struct Texts: Equatable {
    var features: String
    var rules: String
  }

  private var inForce: [UInt16: Texts] = [:]

  /// Takes note of what is in force; the core thread does not run yet.
  init(_ node: Node, catalog: Catalog) {
    directory = node.directory
    core = node.core
    self.catalog = catalog
    for (id, state) in node.engine.sources {
      inForce[id] = Texts(
        features: PlainText.unified(state.featureText),
        rules: PlainText.unified(state.ruleText)
      )
    }
  }

  /// Reads the files again; a source whose files have a mistake keeps what it had.
  func reload() {
    for entry in SourceCatalog.entries {
      do {
        try reload(entry)
      } catch {
        Log.error("assay: source \(entry.source.name) keeps its features and rules: \(error)")
      }
    }
  }

  private func reload(_ entry: SourceCatalog.Entry) throws {
    let source = entry.source
    let (featureName, features) = try directory.features(of: entry)
    let (ruleName, rules) = try directory.rules(of: entry)
    let texts = Texts(features: features, rules: rules)
    guard let old = inForce[source.id], old != texts else { return }
    let (program, set) = try RuleSet.compile(features: features, rules: rules, for: source)
    // People can be told of decisions by a program before it makes the first.
    try directory.keep(source, features: features, rules: rules)
    catalog.add(
      Catalog.Program(source: source, features: program.features, rules: set),
      features: program.fingerprint,
      rules: set.fingerprint
    )
    if old.features != features {
      let entry = ControlEntry.Program(source: source.id, name: featureName, text: features)
      try core.log(.features, entry.encoded)
    }
    let entry = ControlEntry.Program(source: source.id, name: ruleName, text: rules)
    try core.log(.rules, entry.encoded)
    inForce[source.id] = texts
    Log.info("assay: source \(source.name) has features \(featureName), rules \(ruleName)")
  }
}
