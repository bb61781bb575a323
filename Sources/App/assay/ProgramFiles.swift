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
import Synchronization

/// Puts a data directory's changed features, rules and models in force while the server runs.
final class ProgramFiles: Sendable {
  private let directory: DataDirectory
  private let core: CoreThread
  private let catalog: Catalog

  private struct Program {
    var features: String
    var rules: String
    var model: ControlEntry.Model?
    /// The feature set that `features` compile to.
    var featureSet: UInt64
  }

  private let inForce: Mutex<[UInt16: Program]>
  /// One at a time: signals, and the demo when it has trained.
  private let queue = DispatchQueue(label: "assay.programs")

  /// Takes note of what is in force; the core thread does not run yet.
  init(_ node: Node, catalog: Catalog) {
    directory = node.directory
    core = node.core
    self.catalog = catalog
    inForce = Mutex(
      node.engine.sources.mapValues { state in
        Program(
          features: PlainText.unified(state.featureText),
          rules: PlainText.unified(state.ruleText),
          model: state.model,
          featureSet: state.program.fingerprint
        )
      }
    )
  }

  /// Says in the log which model decides for each source, and which are passed over.
  func announce() throws {
    let programs = inForce.withLock { $0 }
    var modelless: [String] = []
    for source in SourceCatalog.entries.map(\.source) {
      guard let program = programs[source.id] else { continue }
      if let model = program.model {
        ProgramFiles.say(model, source)
      } else {
        modelless.append(source.name)
      }
      let choice = try directory.models(for: source, featureSet: program.featureSet)
      directory.warn(of: choice.passedOver, source)
    }
    if !modelless.isEmpty {
      let names = modelless.joined(separator: ", ")
      Log.info("assay: without a model, scored by the points of their rules: \(names)")
    }
    try directory.warnOfStrangers()
  }

  private static func say(_ model: ControlEntry.Model, _ source: Source) {
    Log.info("assay: source \(source.name) is scored by model \(model.name)")
  }

  /// Reads the files again; a source whose files have a mistake keeps what it had.
  func reload() {
    queue.sync {
      for entry in SourceCatalog.entries {
        do {
          try reload(entry)
        } catch {
          Log.error(
            "assay: source \(entry.source.name) keeps its features, rules and model: \(error)"
          )
        }
      }
    }
  }

  private func reload(_ entry: SourceCatalog.Entry) throws {
    let source = entry.source
    let (featureName, features) = try directory.features(of: entry)
    let (ruleName, rules) = try directory.rules(of: entry)
    guard let old = inForce.withLock({ $0[source.id] }) else { return }
    let (program, set) = try RuleSet.compile(features: features, rules: rules, for: source)
    let choice = try directory.models(for: source, featureSet: program.fingerprint)
    let model = try model(choice, program.fingerprint, after: old, source)
    let isOther = old.features != features || old.rules != rules
    guard isOther || old.model != model else { return }
    // People can be told of decisions by a program and a model before these make the first.
    try directory.keep(source, features: features, rules: rules)
    catalog.add(
      Catalog.Program(source: source, features: program.features, rules: set),
      features: program.fingerprint,
      rules: set.fingerprint
    )
    var entries: [(kind: EntryKind, body: [UInt8])] = []
    if old.features != features {
      let entry = ControlEntry.Program(source: source.id, name: featureName, text: features)
      entries.append((.features, entry.encoded))
    }
    if isOther {
      let entry = ControlEntry.Program(source: source.id, name: ruleName, text: rules)
      entries.append((.rules, entry.encoded))
    }
    if let model, model != old.model {
      // It is proven before anything is logged.
      if let path = choice.newest?.path { try directory.add(modelAt: path, to: catalog) }
      entries.append((.model, model.encoded))
    }
    try core.log(entries)
    inForce.withLock {
      $0[source.id] = Program(
        features: features,
        rules: rules,
        model: model,
        featureSet: program.fingerprint
      )
    }
    if isOther {
      Log.info("assay: source \(source.name) has features \(featureName), rules \(ruleName)")
    }
    if let model, model != old.model { ProgramFiles.say(model, source) }
    directory.warn(of: choice.passedOver, source)
  }

  /// The model that goes with a feature set: the newest that fits, else the one in force.
  ///
  /// Features that the model in force does not fit are refused where no other one fits.
  private func model(
    _ choice: ModelChoice,
    _ featureSet: UInt64,
    after old: Program,
    _ source: Source
  ) throws -> ControlEntry.Model? {
    if let newest = choice.newest {
      return try DataDirectory.entry(newest.manifest, source: source.id)
    }
    guard let model = old.model, model.featureSet != featureSet else { return old.model }
    throw CommandError(
      "model \(model.name) was trained on other features than the new ones; train one on these"
        + " with \(directory.training(source)) and send SIGHUP again, then both are put in force"
        + " together, or put back the features; without a model they are taken at a start only"
    )
  }
}
