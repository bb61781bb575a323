import Models
import TestSupport
import Testing

@Suite struct TreeAttributionTests {
  @Test(arguments: [(1, 3), (2, 6), (3, 3), (4, 4), (5, 6), (7, 5), (8, 8)])
  func `contributions are Shapley values over all subsets`(features: Int, depth: Int) throws {
    var random = SeededGenerator(seed: UInt64(100 * features + depth))
    for trees in [1, 4] {
      let ensemble = try RandomEnsemble.make(
        trees: trees,
        depth: depth,
        features: features,
        using: &random
      )
      let attributor = Attributor(try TreeAttribution(ensemble, baseMargin: 0))
      for _ in 0..<20 {
        let row = RandomEnsemble.row(features: features, infinities: true, using: &random)
        let expected = RandomEnsemble.shapley(ensemble, row)
        let found = attributor.contributions(of: row.span)
        for (value, exact) in zip(found, expected) { #expect(abs(Double(value) - exact) < 2e-6) }
      }
    }
  }

  @Test(arguments: [2, 4, 8, 12, 16])
  func `contributions and base value add up to the margin`(depth: Int) throws {
    var random = SeededGenerator(seed: UInt64(depth))
    let ensemble = try RandomEnsemble.make(
      trees: depth < 12 ? 50 : 4,
      depth: depth,
      features: 40,
      using: &random
    )
    let scorer = Scorer(try PackedTrees(ensemble, baseMargin: 0.25))
    let attribution = try TreeAttribution(ensemble, baseMargin: 0.25)
    let attributor = Attributor(attribution)
    for _ in 0..<50 {
      let row = RandomEnsemble.row(features: 40, infinities: false, using: &random)
      let sum = attributor.contributions(of: row.span).reduce(attribution.baseValue, +)
      #expect(abs(sum - scorer.margin(of: row.span)) < 2e-5)
    }
  }

  @Test func `a feature no tree tests contributes nothing`() throws {
    var random = SeededGenerator(seed: 9)
    let ensemble = try RandomEnsemble.make(trees: 5, depth: 4, features: 3, using: &random)
    let wider = try TreeEnsemble(featureCount: 6, baseScore: 0.5, trees: ensemble.trees)
    let attributor = Attributor(try TreeAttribution(wider, baseMargin: 0))
    let found = attributor.contributions(of: [1, -1, .nan, 7, .nan, -7].span)
    #expect(found[3...] == [0, 0, 0])
  }

  @Test func `a path of too many distinct features is refused with the limit`() throws {
    let limit = TreeAttribution.pathFeaturesMax
    for length in [limit, limit + 1] {
      // A chain: node 2i splits, its left child 2i + 1 is a leaf, its right child splits again.
      let nodes = 2 * length + 1
      let splits = (0..<nodes).map { $0 % 2 == 0 && $0 < nodes - 1 }
      let columns = TreeEnsemble.Tree.Columns(
        left: (0..<nodes).map { splits[$0] ? $0 + 1 : -1 },
        right: (0..<nodes).map { splits[$0] ? $0 + 2 : -1 },
        feature: (0..<nodes).map { $0 / 2 },
        value: (0..<nodes).map { Float($0) },
        missingGoesLeft: [Int](repeating: 1, count: nodes),
        cover: (0..<nodes).map { splits[$0] ? Float(nodes - $0) : 1 }
      )
      let tree = try TreeEnsemble.Tree(columns, index: 0)
      let ensemble = try TreeEnsemble(featureCount: nodes, baseScore: 0.5, trees: [tree])
      if length == limit {
        _ = try TreeAttribution(ensemble, baseMargin: 0)
      } else {
        let refusal = #expect(throws: ModelError.self) {
          try TreeAttribution(ensemble, baseMargin: 0)
        }
        #expect(refusal?.code == .tooLarge)
      }
    }
  }
}
