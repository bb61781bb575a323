@testable import Models
import TestSupport
import Testing

@Suite struct PackedTreesTests {
  @Test(arguments: [1, 3, 8, 9, 40])
  func `packed trees score like a plain walk to the bit`(trees: Int) throws {
    var random = SeededGenerator(seed: UInt64(trees))
    for depth in 0...6 {
      let ensemble = try RandomEnsemble.make(
        trees: trees,
        depth: depth,
        features: 5,
        using: &random
      )
      let base = Float.random(in: -3...3, using: &random)
      let scorer = Scorer(try PackedTrees(ensemble, baseMargin: base))
      for _ in 0..<200 {
        let row = RandomEnsemble.row(features: 5, infinities: true, using: &random)
        let expected = RandomEnsemble.walkedMargin(ensemble, row, from: base)
        #expect(scorer.margin(of: row.span).bitPattern == expected.bitPattern)
      }
    }
  }

  @Test func `trees too large to walk eight at a time are packed in smaller groups`() throws {
    var random = SeededGenerator(seed: 9)
    // Some ten thousand nodes a tree: a few of them fill what 16 bits can number.
    let ensemble = try RandomEnsemble.make(trees: 9, depth: 16, features: 4, using: &random)
    #expect(ensemble.trees.map(\.nodes.count).reduce(0, +) > PackedTrees.groupNodesMax)
    let scorer = Scorer(try PackedTrees(ensemble, baseMargin: 0.5))
    for _ in 0..<50 {
      let row = RandomEnsemble.row(features: 4, infinities: true, using: &random)
      let expected = RandomEnsemble.walkedMargin(ensemble, row, from: 0.5)
      #expect(scorer.margin(of: row.span).bitPattern == expected.bitPattern)
    }
  }

  @Test func `an infinite value scores like a missing one`() throws {
    var random = SeededGenerator(seed: 4)
    let ensemble = try RandomEnsemble.make(trees: 20, depth: 5, features: 3, using: &random)
    let scorer = Scorer(try PackedTrees(ensemble, baseMargin: 0))
    let missing = scorer.margin(of: [1, .nan, .nan].span)
    #expect(scorer.margin(of: [1, .infinity, -.infinity].span) == missing)
  }

  @Test func `an ensemble without trees scores its base margin`() throws {
    let ensemble = try TreeEnsemble(featureCount: 1, baseScore: 0.5, trees: [])
    #expect(Scorer(try PackedTrees(ensemble, baseMargin: -0.0)).margin(of: [1].span) == 0)
    #expect(Scorer(try PackedTrees(ensemble, baseMargin: 1.5)).margin(of: [1].span) == 1.5)
  }

  @Test func `a row of another width stops the program`() async {
    await #expect(processExitsWith: .failure) {
      let ensemble = try TreeEnsemble(featureCount: 2, baseScore: 0.5, trees: [])
      _ = Scorer(try PackedTrees(ensemble, baseMargin: 0)).margin(of: [1].span)
    }
  }

  @Test func `the widest row that 16 bits can address is packed, one more is refused`() throws {
    let width = TreeEnsemble.featureCountMax
    let columns = TreeEnsemble.Tree.Columns(
      left: [1, -1, -1],
      right: [2, -1, -1],
      feature: [width - 1, 0, 0],
      value: [0.5, -1, 1],
      missingGoesLeft: [0, 0, 0],
      cover: [3, 1, 2]
    )
    let tree = try TreeEnsemble.Tree(columns, index: 0)
    let ensemble = try TreeEnsemble(featureCount: width, baseScore: 0.5, trees: [tree])
    let scorer = Scorer(try PackedTrees(ensemble, baseMargin: 0))
    var row = [Float](repeating: 0, count: width)
    #expect(scorer.margin(of: row.span) == -1)
    row[width - 1] = .nan
    #expect(scorer.margin(of: row.span) == 1)
    #expect(throws: ModelError.self) {
      try TreeEnsemble(featureCount: width + 1, baseScore: 0.5, trees: [])
    }
    #expect(throws: ModelError.self) {
      try TreeEnsemble(featureCount: width - 1, baseScore: 0.5, trees: [tree])
    }
  }

  @Test func `a tree with more nodes than 16 bits can number is refused`() throws {
    // A complete tree of 17 levels has 65536 splits on its last one.
    let splits = (1 << 17) - 1
    let nodes = 2 * splits + 1
    let columns = TreeEnsemble.Tree.Columns(
      left: (0..<nodes).map { $0 < splits ? 2 * $0 + 1 : -1 },
      right: (0..<nodes).map { $0 < splits ? 2 * $0 + 2 : -1 },
      feature: [Int](repeating: 0, count: nodes),
      value: [Float](repeating: 0, count: nodes),
      missingGoesLeft: [Int](repeating: 0, count: nodes),
      cover: [Float](repeating: 1, count: nodes)
    )
    let tree = try TreeEnsemble.Tree(columns, index: 0)
    let ensemble = try TreeEnsemble(featureCount: 1, baseScore: 0.5, trees: [tree])
    let refusal = #expect(throws: ModelError.self) { try PackedTrees(ensemble, baseMargin: 0) }
    #expect(refusal?.code == .tooLarge)
    let explained = #expect(throws: ModelError.self) {
      try TreeAttribution(ensemble, baseMargin: 0)
    }
    #expect(explained?.code == .tooLarge)
  }
}
