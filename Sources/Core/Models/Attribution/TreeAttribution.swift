/// Exact path-dependent SHAP values of an ensemble: how much each feature moved the margin.
///
/// The values are those of Lundberg's TreeSHAP (and of XGBoost's `pred_contribs`), but the subset
/// weights are written as the Beta integral ∫ tˢ (1 − t)ᵏ⁻¹⁻ˢ dt, so that a leaf's sum over subsets
/// is the integral of a product of k − 1 linear factors. Gauss-Legendre quadrature with ⌈k / 2⌉
/// points is exact there (compare Quadrature-TreeSHAP, arXiv 2605.04497), and one sweep down and
/// one up each tree serve all features at once. Contributions plus `baseValue` add up to the margin
/// within rounding (measured: 2 × 10⁻⁵ at 500 trees); the score itself comes from `Scorer`.
package final class TreeAttribution: Sendable {
  /// The most distinct features on one path.
  package static let pathFeaturesMax = 16
  /// The most splits in one tree.
  package static let splitsPerTreeMax = 32_766

  /// The tables at the narrowest width that holds the quadrature points.
  enum Tables: Sendable {
    case two(SweepTables<SIMD2<Float>>)
    case four(SweepTables<SIMD4<Float>>)
    case eight(SweepTables<SIMD8<Float>>)
  }

  /// Width of the rows explained.
  package let featureCount: Int
  /// The margin's expectation over the training rows: what contributions are counted from.
  package let baseValue: Float
  /// Bytes of the tables.
  package let byteCount: Int
  let tables: Tables

  /// Prepares an ensemble; refuses trees too large and paths with too many distinct features.
  package init(_ ensemble: TreeEnsemble, baseMargin: Float) throws(ModelError) {
    featureCount = ensemble.featureCount
    var base = Double(baseMargin)
    var plan = SweepPlan(featureCount: ensemble.featureCount)
    for (index, tree) in ensemble.trees.enumerated() {
      base += try plan.append(tree, index: index)
    }
    baseValue = Float(base)
    let rule = Quadrature(pointCount: (plan.pathFeaturesMax + 1) / 2)
    switch rule.points.count {
    case ...2: tables = .two(SweepTables(plan, rule))
    case ...4: tables = .four(SweepTables(plan, rule))
    default: tables = .eight(SweepTables(plan, rule))
    }
    byteCount =
      plan.uppers.count * MemoryLayout<UpperNode>.stride
      + plan.bottoms.count * MemoryLayout<BottomNode>.stride
  }
}

/// Explains rows with one set of tables; it owns its scratch, so each thread has its own.
package final class Attributor {
  private enum Sweep {
    case two(QuadratureSweep<SIMD2<Float>>)
    case four(QuadratureSweep<SIMD4<Float>>)
    case eight(QuadratureSweep<SIMD8<Float>>)
  }

  /// The tables explained with, shared by any number of attributors.
  package let attribution: TreeAttribution
  private let sweep: Sweep

  /// Makes an attributor and its scratch.
  package init(_ attribution: TreeAttribution) {
    self.attribution = attribution
    switch attribution.tables {
    case .two(let tables): sweep = .two(QuadratureSweep(tables))
    case .four(let tables): sweep = .four(QuadratureSweep(tables))
    case .eight(let tables): sweep = .eight(QuadratureSweep(tables))
    }
  }

  /// Writes each feature's contribution to the margin; allocates nothing.
  ///
  /// Missing values are read as `Scorer` reads them. Both spans have one element per feature.
  package func explain(_ features: Span<Float>, into contributions: inout MutableSpan<Float>) {
    let width = attribution.featureCount
    precondition(features.count == width, "a row has another width than the model")
    precondition(contributions.count == width, "the result has another width than the model")
    switch sweep {
    case .two(let sweep): sweep.run(features, into: &contributions)
    case .four(let sweep): sweep.run(features, into: &contributions)
    case .eight(let sweep): sweep.run(features, into: &contributions)
    }
  }

  /// Each feature's contribution to the margin, in a new array.
  package func contributions(of features: Span<Float>) -> [Float] {
    var result = [Float](repeating: 0, count: attribution.featureCount)
    var span = result.mutableSpan
    explain(features, into: &span)
    return result
  }
}
