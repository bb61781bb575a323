package import Models

/// A model that has proved its golden rows: tables to score and to explain with, shared by threads.
package struct LoadedModel: Sendable {
  /// The largest difference allowed between a contribution and XGBoost's, relative to the sum of a
  /// row's contributions but at least this much.
  package static let contributionTolerance: Float = 1e-5

  /// What the directory says about the model.
  package let manifest: ModelManifest
  /// How the margin becomes a score.
  package let link: ScoreLink
  /// Tables to score with.
  package let trees: PackedTrees
  /// Tables to explain with.
  package let attribution: TreeAttribution

  /// The model's content address.
  package var identity: String { manifest.modelSHA256 }

  /// Prepares a model and checks every golden margin to the bit and every golden contribution.
  init(
    manifest: ModelManifest,
    model: [UInt8],
    golden: GoldenRows
  ) throws(RegistryError) {
    let file = ModelDirectory.modelFile
    guard let baseMargin = manifest.baseMargin else {
      throw RegistryError(
        .damaged,
        ModelDirectory.manifestFile,
        "its base margin is not 8 hexadecimal digits"
      )
    }
    guard let link = manifest.link else {
      throw RegistryError(
        .damaged,
        ModelDirectory.manifestFile,
        "its link '\(manifest.scoreLink ?? "")' is not known here"
      )
    }
    self.link = link
    let width: Int
    do throws(ModelError) {
      let ensemble = try TreeEnsemble(ubjson: model)
      width = ensemble.featureCount
      trees = try PackedTrees(ensemble, baseMargin: baseMargin)
      attribution = try TreeAttribution(ensemble, baseMargin: baseMargin)
    } catch {
      throw RegistryError(.unusable, file, error.detail)
    }
    self.manifest = manifest
    guard width == manifest.featureNames.count else {
      throw RegistryError(
        .damaged,
        file,
        "it reads \(width) features, its manifest names \(manifest.featureNames.count)"
      )
    }
    guard width == golden.width else {
      throw RegistryError(
        .damaged,
        ModelDirectory.goldenFile,
        "its rows are \(golden.width) wide, not \(width)"
      )
    }
    try verifyMargins(golden)
    try verifyContributions(golden)
  }

  private func verifyMargins(_ golden: GoldenRows) throws(RegistryError) {
    let scorer = Scorer(trees)
    let values = golden.values.span
    for row in 0..<golden.rowCount {
      let start = row * golden.width
      let margin = scorer.margin(of: values.extracting(start..<start + golden.width))
      guard margin.bitPattern == golden.margins[row].bitPattern else {
        throw RegistryError(
          .goldenMismatch,
          ModelDirectory.goldenFile,
          "row \(row) scores \(margin) here and \(golden.margins[row]) in the training library"
        )
      }
    }
  }

  private func verifyContributions(_ golden: GoldenRows) throws(RegistryError) {
    let attributor = Attributor(attribution)
    let values = golden.values.span
    for row in 0..<golden.explainedCount {
      let start = row * golden.width
      let found = attributor.contributions(
        of: values.extracting(start..<start + golden.width)
      )
      let expected = golden.contributions[row * (golden.width + 1)..<(row + 1) * (golden.width + 1)]
      let scale = max(1, expected.reduce(0) { $0 + $1.magnitude })
      for (value, wanted) in zip(found + [attribution.baseValue], expected)
      where !((value - wanted).magnitude <= Self.contributionTolerance * scale) {
        throw RegistryError(
          .goldenMismatch,
          ModelDirectory.goldenFile,
          "row \(row) has a contribution of \(value) here and \(wanted) in the training library"
        )
      }
    }
  }
}
