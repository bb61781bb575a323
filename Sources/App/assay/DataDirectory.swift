import Engine
import Features
import FileJournal
import Foundation
import Gateway
import Intake
import Journal
import Models
import Payments
import Pipeline
import Registry
import Rules
import Shell

/// One tenant's directory: its log, snapshots, keys, models and programs.
struct DataDirectory: Sendable {
  let path: String

  init(_ path: String) { self.path = path }

  var journal: String { path + "/journal" }
  var snapshots: String { path + "/snapshots" }
  var models: String { path + "/models" }
  var objects: String { path + "/objects" }
  var database: String { path + "/decisions.sqlite" }
  /// Users, keys and the audit log.
  var identity: String { path + "/identity.db" }
  /// Alerts, and who is told of them.
  var alerts: String { path + "/alerts.db" }
  /// Jobs and how far they have come.
  var jobs: String { path + "/batch.db" }
  /// What was being worked on, for the case of a crash.
  var flight: String { path + "/in-flight" }
  var keyFile: String { path + "/api-key" }

  /// Makes the folders that are missing, for the owner alone.
  func create() throws {
    for folder in [path, journal, snapshots, models, objects] {
      do {
        try FileManager.default.createDirectory(
          atPath: folder,
          withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700]
        )
      } catch {
        let reason = error.localizedDescription
        throw CommandError("cannot make the data directory \(folder): \(reason)")
      }
    }
  }

  /// Whether there is no file, or one without a byte.
  static func isNothing(_ path: String) -> Bool {
    // What cannot be looked at is not there.
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.size] as? UInt64 ?? 0 == 0
  }

  func requireJournal() throws(CommandError) {
    guard FileManager.default.fileExists(atPath: journal) else {
      throw CommandError("\(path) is not a data directory: there is no \(journal)")
    }
  }

  /// Files of a folder with an ending, newest name first.
  func files(_ folder: String, _ ending: String) -> [String] {
    // A folder that is not there has no files.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(ending) }.sorted(by: >).map { folder + "/" + $0 }
  }

  /// The paths of the model versions in this directory.
  func modelPaths() -> [String] {
    let directory = FileManager.default
    // A folder that is not there has no models.
    let names = (try? directory.contentsOfDirectory(atPath: models)) ?? []
    return names.filter { !$0.hasPrefix(".") }.map { models + "/" + $0 }
      .filter { directory.fileExists(atPath: $0 + "/manifest.json") }.sorted()
  }

  /// An engine that finds its models in this directory.
  func makeEngine(seed: UInt64) -> Engine {
    Engine(seed: seed) { model throws(EngineError) in try trees(of: model) }
  }

  private func trees(of model: ControlEntry.Model) throws(EngineError) -> PackedTrees {
    do {
      return try load(model).trees
    } catch {
      throw EngineError(.badModel, "\(error)")
    }
  }

  /// A model by its log entry, proven against its golden rows.
  func load(_ model: ControlEntry.Model) throws -> LoadedModel {
    for path in modelPaths()
    where try ModelDirectory.readManifest(at: path).modelSHA256 == model.digest {
      return try ModelDirectory.load(
        at: path,
        featureSetHash: String(model.featureSet, radix: 16)
      )
    }
    throw CommandError(
      "model \(model.name) (\(model.digest.prefix(12))…) is not in \(models); copy it there"
    )
  }

  /// Keeps the program that is in force for a source, so that its decisions can be explained later.
  func keep(_ state: SourceState) throws {
    try keep(state.source, features: state.featureText, rules: state.ruleText)
  }

  func keep(_ source: Source, features: String, rules: String) throws {
    let (program, set) = try RuleSet.compile(features: features, rules: rules, for: source)
    var bytes: [UInt8] = []
    source.encode(into: &bytes)
    bytes.append(text: features)
    bytes.append(text: rules)
    let name =
      "\(source.id)-\(String(program.fingerprint, radix: 16))-"
      + String(set.fingerprint, radix: 16)
    let path = objects + "/" + name + ".program"
    let isKept = FileManager.default.contents(atPath: path).map { [UInt8]($0) } == bytes
    do {
      if !isKept { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) }
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    } catch {
      throw CommandError(
        "cannot write \(path): \(DataDirectory.reason(path, error)); move what is there away, the"
          + " log has its content"
      )
    }
  }

  /// All programs and models that ever made decisions here.
  func catalog(sources: [Source]) throws -> Catalog {
    let catalog = Catalog(sources: sources)
    for path in files(objects, ".program") {
      let (source, program, rules) = try DataDirectory.program(at: path)
      catalog.add(
        Catalog.Program(
          source: source,
          features: program.features,
          rules: rules
        ),
        features: program.fingerprint,
        rules: rules.fingerprint
      )
    }
    for path in modelPaths() { try add(modelAt: path, to: catalog) }
    return catalog
  }

  /// Why a file cannot be used, without its path.
  private static func reason(_ path: String, _ error: any Error) -> String {
    let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type]  // Then it is none.
    if kind as? FileAttributeType == .typeDirectory { return "it is a directory" }
    return error is CocoaError ? error.localizedDescription : Program.shown(error)
  }

  private static func program(
    at path: String
  ) throws -> (Source, FeatureProgram, RuleSet) {
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      var reader = ByteReader([UInt8](data))
      let source = try Source(from: &reader)
      let (program, rules) = try RuleSet.compile(
        features: try reader.text(),
        rules: try reader.text(),
        for: source
      )
      return (source, program, rules)
    } catch {
      throw CommandError(
        "cannot read \(path): \(DataDirectory.reason(path, error)); restore it from a copy, or move"
          + " it away: reasons of decisions that it made are not shown then"
      )
    }
  }

  func add(modelAt path: String, to catalog: Catalog) throws {
    let manifest = try ModelDirectory.readManifest(at: path)
    let model = try ModelDirectory.load(at: path, featureSetHash: manifest.featureSetHash)
    catalog.add(
      Catalog.Model(
        name: "\(manifest.name)-\(manifest.version)",
        link: model.link,
        trees: model.trees,
        attribution: model.attribution
      ),
      fingerprint: try DataDirectory.entry(manifest, source: 0).fingerprint
    )
  }

  /// The log entry that puts a model in force for a source.
  static func entry(
    _ manifest: ModelManifest,
    source: UInt16
  ) throws(CommandError) -> ControlEntry.Model {
    guard let margin = manifest.baseMargin, let link = manifest.link,
      let featureSet = UInt64(manifest.featureSetHash, radix: 16)
    else {
      throw CommandError("model \(manifest.name)-\(manifest.version): the manifest is damaged")
    }
    return ControlEntry.Model(
      source: source,
      name: "\(manifest.name)-\(manifest.version)",
      digest: manifest.modelSHA256,
      baseMarginBits: margin.bitPattern,
      featureSet: featureSet,
      link: link
    )
  }

  /// A source's feature set: `DIR/features/SOURCE.assay` where it is there, else the built-in one.
  func features(of entry: SourceCatalog.Entry) throws -> (name: String, text: String) {
    try entry.features(in: path)
  }

  /// A source's rules: `DIR/rules/SOURCE.assay` where it is there, else the starter rules.
  func rules(of entry: SourceCatalog.Entry) throws -> (name: String, text: String) {
    try entry.rules(in: path)
  }
}
