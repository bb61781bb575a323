import Engine
import Payments
import Registry
import Shell

/// What the models of a directory are to a source with the features that it has.
struct ModelChoice {
  /// The newest version that was trained on these features: its path, and what it says of itself.
  var newest: (path: String, manifest: ModelManifest)?
  /// Newer versions, which were trained on other features.
  var passedOver: [ModelManifest] = []
}

extension DataDirectory {
  /// The newest model version trained for a source on a feature set, and what is passed over.
  func models(for source: Source, featureSet: UInt64) throws -> ModelChoice {
    let hash = String(featureSet, radix: 16)
    let manifests = try modelPaths().map { ($0, try ModelDirectory.readManifest(at: $0)) }
      .filter { $0.1.name == source.name }
    var choice = ModelChoice()
    choice.newest = manifests.filter { $0.1.featureSetHash == hash }
      .max { $0.1.version < $1.1.version }
    let version = choice.newest?.manifest.version ?? 0
    choice.passedOver = manifests.map(\.1).filter { $0.version > version }
      .sorted { $0.version < $1.version }
    return choice
  }

  /// How to get a model for a source's features.
  func training(_ source: Source) -> String {
    "'assay train --data \(path) --dialect \(source.dialect.word) --out \(models)'"
  }

  /// Says in the log that a source passes models over, and why.
  func warn(of passedOver: [ModelManifest], _ source: Source) {
    for manifest in passedOver {
      Log.warning(
        "warning: source \(source.name) passes over model"
          + " \(manifest.name)-\(manifest.version): it was trained on other"
          + " features than the source has; train one on these with"
          + " \(training(source)), or put back the features it was trained on"
      )
    }
  }

  /// Says in the log which models have the name of no source, so that none of them decides.
  func warnOfStrangers() throws {
    let known = Set(SourceCatalog.entries.map(\.source.name))
    for path in modelPaths() {
      let manifest = try ModelDirectory.readManifest(at: path)
      guard !known.contains(manifest.name) else { continue }
      Log.warning(
        "warning: model \(manifest.name)-\(manifest.version) decides for no source: a model has the"
          + " name of its source (\(known.sorted().joined(separator: ", ")));"
          + " train it without --name"
      )
    }
  }
}
