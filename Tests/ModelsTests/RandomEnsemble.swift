import Models

/// Random trees and rows, and the slow obvious ways to score and explain them.
enum RandomEnsemble {
  /// An ensemble whose trees test few values, so that rows often equal a threshold exactly.
  static func make(
    trees: Int,
    depth: Int,
    features: Int,
    using random: inout some RandomNumberGenerator
  ) throws -> TreeEnsemble {
    var made: [TreeEnsemble.Tree] = []
    for index in 0..<trees {
      var columns = TreeEnsemble.Tree.Columns(
        left: [],
        right: [],
        feature: [],
        value: [],
        missingGoesLeft: [],
        cover: []
      )
      _ = grow(&columns, depth: depth, features: features, cover: 1000, using: &random)
      made.append(try TreeEnsemble.Tree(columns, index: index))
    }
    return try TreeEnsemble(featureCount: features, baseScore: 0.5, trees: made)
  }

  private static func grow(
    _ columns: inout TreeEnsemble.Tree.Columns,
    depth: Int,
    features: Int,
    cover: Float,
    using random: inout some RandomNumberGenerator
  ) -> Int {
    let node = columns.left.count
    let splits = depth > 0 && Double.random(in: 0..<1, using: &random) < 0.85
    columns.left.append(-1)
    columns.right.append(-1)
    columns.feature.append(splits ? Int.random(in: 0..<features, using: &random) : 0)
    columns.value.append(
      splits
        ? Float(Int.random(in: -3...3, using: &random)) / 2
        : Float.random(in: -1...1, using: &random)
    )
    columns.missingGoesLeft.append(Int.random(in: 0...1, using: &random))
    columns.cover.append(cover)
    guard splits else { return node }
    let share = cover * Float.random(in: 0.05...0.95, using: &random)
    let left = grow(&columns, depth: depth - 1, features: features, cover: share, using: &random)
    let right = grow(
      &columns,
      depth: depth - 1,
      features: features,
      cover: cover - share,
      using: &random
    )
    columns.left[node] = left
    columns.right[node] = right
    return node
  }

  /// A row of halves, with missing values and, if asked for, infinities.
  static func row(
    features: Int,
    infinities: Bool,
    using random: inout some RandomNumberGenerator
  ) -> [Float] {
    (0..<features).map { _ in
      switch Int.random(in: 0..<10, using: &random) {
      case 0, 1: .nan
      case 2 where infinities: .infinity
      case 3 where infinities: -.infinity
      default: Float(Int.random(in: -4...4, using: &random)) / 2
      }
    }
  }

  static func goesLeft(_ node: TreeEnsemble.Node, _ row: [Float]) -> Bool {
    let value = row[node.feature]
    return value.isFinite ? value < node.value : node.missingGoesLeft
  }

  /// The margin by walking each tree with a branch at each split.
  static func walkedMargin(_ ensemble: TreeEnsemble, _ row: [Float], from base: Float) -> Float {
    var sum = base
    for tree in ensemble.trees {
      var node = tree.nodes[0]
      while !node.isLeaf { node = tree.nodes[node.left + (goesLeft(node, row) ? 0 : 1)] }
      sum += node.value
    }
    return sum
  }

  /// What a tree expects when only the features of the set are known.
  static func expectation(
    _ tree: TreeEnsemble.Tree,
    _ row: [Float],
    known: Int,
    at index: Int = 0
  ) -> Double {
    let node = tree.nodes[index]
    if node.isLeaf { return Double(node.value) }
    if known & (1 << node.feature) != 0 {
      let child = node.left + (goesLeft(node, row) ? 0 : 1)
      return expectation(tree, row, known: known, at: child)
    }
    let share = Double(tree.nodes[node.left].cover) / Double(node.cover)
    return share * expectation(tree, row, known: known, at: node.left)
      + (1 - share) * expectation(tree, row, known: known, at: node.left + 1)
  }

  /// Shapley's formula, over every subset of the features.
  static func shapley(_ ensemble: TreeEnsemble, _ row: [Float]) -> [Double] {
    let count = ensemble.featureCount
    let values = (0..<(1 << count)).map { known in
      ensemble.trees.reduce(0) { $0 + expectation($1, row, known: known) }
    }
    let factorial = (0...count).map { (1...max(1, $0)).reduce(1.0) { $0 * Double($1) } }
    return (0..<count).map { feature in
      var sum = 0.0
      for known in 0..<(1 << count) where known & (1 << feature) == 0 {
        let size = known.nonzeroBitCount
        let weight = factorial[size] * factorial[count - 1 - size] / factorial[count]
        sum += weight * (values[known | (1 << feature)] - values[known])
      }
      return sum
    }
  }
}
