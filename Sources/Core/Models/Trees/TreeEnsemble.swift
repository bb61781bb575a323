/// A checked ensemble of regression trees whose leaves add up to a margin in log-odds.
package struct TreeEnsemble: Sendable, Equatable {
  /// One node; the right child directly follows the left one.
  package struct Node: Sendable, Equatable {
    /// The feature a split tests; 0 in a leaf.
    package let feature: Int
    /// A split sends values below this to the left; in a leaf, the leaf's value.
    package let value: Float
    /// Index of the left child, or 0 in a leaf.
    package let left: Int
    /// Whether a split sends a missing value to the left.
    package let missingGoesLeft: Bool
    /// Sum of the training rows' weights (second derivatives) that reached the node.
    package let cover: Float

    /// Whether the node has no children.
    package var isLeaf: Bool { left == 0 }
  }

  /// One tree, its nodes in breadth-first order from the root.
  package struct Tree: Sendable, Equatable {
    /// The nodes; the first is the root.
    package let nodes: [Node]
    /// Splits on the longest path.
    package let depth: Int
  }

  /// The most trees in an ensemble.
  package static let treeCountMax = 10_000
  /// The most features a model may declare: the doubled row is addressed by 16 bits.
  package static let featureCountMax = 32_767
  /// The most splits on a path.
  package static let depthMax = 64

  /// Width of the rows the ensemble scores.
  package let featureCount: Int
  /// Probability the sum of leaves starts from.
  package let baseScore: Float
  /// The trees, in the order in which their leaves are summed.
  package let trees: [Tree]

  /// Makes an ensemble of trees that were checked against the same number of features.
  package init(featureCount: Int, baseScore: Float, trees: [Tree]) throws(ModelError) {
    guard (1...Self.featureCountMax).contains(featureCount) else {
      throw ModelError(
        .tooLarge,
        "the model has \(featureCount) features; 1 to \(Self.featureCountMax) are usable"
      )
    }
    guard trees.count <= Self.treeCountMax else {
      throw ModelError(
        .tooLarge,
        "the model has \(trees.count) trees; the limit is \(Self.treeCountMax)"
      )
    }
    guard baseScore > 0, baseScore < 1 else {
      throw ModelError(.badBaseScore, "the base score \(baseScore) is not between 0 and 1")
    }
    for (index, tree) in trees.enumerated() {
      let unknown = tree.nodes.first { !$0.isLeaf && $0.feature >= featureCount }
      if let unknown {
        throw ModelError(
          .unknownFeature,
          "tree \(index) splits on feature \(unknown.feature) of \(featureCount)"
        )
      }
    }
    self.featureCount = featureCount
    self.baseScore = baseScore
    self.trees = trees
  }
}

extension TreeEnsemble.Tree {
  /// The parallel arrays in which XGBoost stores a tree; a negative left child marks a leaf.
  package struct Columns: Sendable {
    /// Left child of each node.
    package var left: [Int]
    /// Right child of each node.
    package var right: [Int]
    /// Feature of each split.
    package var feature: [Int]
    /// Threshold of each split, value of each leaf.
    package var value: [Float]
    /// 1 where a missing value goes left.
    package var missingGoesLeft: [Int]
    /// Cover of each node.
    package var cover: [Float]

    /// Makes the columns of one tree.
    package init(
      left: [Int],
      right: [Int],
      feature: [Int],
      value: [Float],
      missingGoesLeft: [Int],
      cover: [Float]
    ) {
      self.left = left
      self.right = right
      self.feature = feature
      self.value = value
      self.missingGoesLeft = missingGoesLeft
      self.cover = cover
    }
  }

  /// Checks the nodes that can be reached from the root and lays them out breadth first; nodes that
  /// training pruned away stay behind.
  package init(_ columns: Columns, index: Int) throws(ModelError) {
    func malformed(_ what: String) -> ModelError {
      ModelError(.malformedTree, "tree \(index): \(what)")
    }
    let count = columns.left.count
    let sameLength =
      columns.right.count == count && columns.feature.count == count
      && columns.value.count == count && columns.missingGoesLeft.count == count
      && columns.cover.count == count
    guard count > 0, sameLength else { throw malformed("its columns differ in length") }

    var order = [0]
    var depths = [0]
    var reached = [Bool](repeating: false, count: count)
    reached[0] = true
    var nodes: [TreeEnsemble.Node] = []
    while nodes.count < order.count {
      let source = order[nodes.count]
      let level = depths[nodes.count]
      let value = columns.value[source]
      let cover = columns.cover[source]
      guard value.isFinite, cover.isFinite else {
        throw malformed("node \(source) holds a number that is not finite")
      }
      guard cover > 0 else {
        throw ModelError(.zeroCover, "tree \(index): no training row reached node \(source)")
      }
      guard columns.left[source] >= 0 else {
        nodes.append(.init(feature: 0, value: value, left: 0, missingGoesLeft: true, cover: cover))
        continue
      }
      guard level < TreeEnsemble.depthMax else {
        throw ModelError(
          .tooLarge,
          "tree \(index) is deeper than \(TreeEnsemble.depthMax) splits"
        )
      }
      let feature = columns.feature[source]
      guard feature >= 0 else {
        throw ModelError(.unknownFeature, "tree \(index) splits on feature \(feature)")
      }
      nodes.append(
        .init(
          feature: feature,
          value: value,
          left: order.count,
          missingGoesLeft: columns.missingGoesLeft[source] != 0,
          cover: cover
        )
      )
      for child in [columns.left[source], columns.right[source]] {
        guard (1..<count).contains(child) else {
          throw malformed("node \(source) has a child out of range")
        }
        guard !reached[child] else { throw malformed("node \(child) is reached twice") }
        reached[child] = true
        order.append(child)
        depths.append(level + 1)
      }
    }
    self.init(nodes: nodes, depth: depths.max() ?? 0)
  }
}
