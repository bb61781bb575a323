import Learning
import Models
import Testing

@Suite struct ForestTests {
  @Test func `a forest's score is the mean share of frauds in the leaves of a row`() throws {
    let columns = 6
    let data = try SyntheticData.make(rows: 3_000, columns: columns, seed: 21)
    // Each tree sees all rows, so that their shares can be counted; they differ by their features.
    let parameters = try TrainingParameters([
      ("model", "forest"), ("trees", "20"), ("depth", "5"), ("subsample", "1"),
      ("colsample_bynode", "0.4"), ("tree_method", "exact"),
    ])
    let model = try Trainer.fit(data, parameters)
    let ensemble = try TreeEnsemble(ubjson: model)
    #expect(ensemble.trees.count == 20)
    #expect(Set(ensemble.trees.map(\.nodes.count)).count > 1)

    var shares = [Double](repeating: 0, count: data.rowCount)
    for tree in ensemble.trees {
      let leaves = (0..<data.rowCount).map { row in
        leaf(of: tree, Array(data.values[row * columns..<(row + 1) * columns]))
      }
      var rows: [Int: (all: Double, frauds: Double)] = [:]
      for (leaf, label) in zip(leaves, data.labels) {
        rows[leaf, default: (0, 0)].all += 1
        rows[leaf, default: (0, 0)].frauds += Double(label)
      }
      for (row, leaf) in leaves.enumerated() {
        let count = try #require(rows[leaf])
        shares[row] += count.frauds / count.all / Double(ensemble.trees.count)
      }
    }

    let base = try Trainer.baseMargin(ofBaseScore: TrainingParameters.baseScore)
    let scorer = Scorer(try PackedTrees(ensemble, baseMargin: base))
    for row in 0..<data.rowCount {
      let features = data.values.span.extracting(row * columns..<(row + 1) * columns)
      let score = parameters.link.score(scorer.margin(of: features))
      #expect(abs(Double(score) - shares[row]) < 1e-5)
    }
    #expect((shares.max() ?? 0) > 0.8)
    #expect((shares.min() ?? 1) < 0.05)
  }

  private func leaf(of tree: TreeEnsemble.Tree, _ row: [Float]) -> Int {
    var index = 0
    while !tree.nodes[index].isLeaf {
      let node = tree.nodes[index]
      let value = row[node.feature]
      let goesLeft = value.isNaN ? node.missingGoesLeft : value < node.value
      index = node.left + (goesLeft ? 0 : 1)
    }
    return index
  }

  @Test func `a link keeps a score between 0 and 1`() {
    #expect(ScoreLink.share.score(-2.000_01) == 0)
    #expect(ScoreLink.share.score(2.5) == 1)
    #expect(ScoreLink.share.score(0) == 0.5)
    #expect(ScoreLink.logistic.score(0) == 0.5)
    #expect(ScoreLink.allCases.allSatisfy { ScoreLink(word: $0.word) == $0 })
  }
}
