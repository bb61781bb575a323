/// A split with at least one split below it.
struct UpperNode {
  var threshold: Float
  /// Share of the training rows that went left.
  var leftShare: Float
  /// Values of the children that are leaves, else 0.
  var leftValue: Float
  var rightValue: Float
  /// Slot of the doubled row.
  var slot: UInt16
  /// Scratch positions of the children that are splits, else 0.
  var left: UInt16
  var right: UInt16
  /// The edge of the nearest ancestor that tests the same feature; 0 where there is none.
  var earlierEdge: UInt16
  /// Which pair of correction vectors applies; 0 where no ancestor tests the feature.
  var correction: UInt32
}

/// A split whose children are both leaves.
struct BottomNode {
  var threshold: Float
  var leftShare: Float
  /// Left leaf minus right leaf.
  var difference: Float
  var rightValue: Float
  var slot: UInt16
  var earlierEdge: UInt16
  var correction: UInt32
}

/// How many of each kind of node make up a tree.
struct SweepTree {
  var upperCount: Int
  /// Bottom nodes whose feature no ancestor tests; they come first and need no corrections.
  var plainBottomCount: Int
  var bottomCount: Int
}

/// The order and constants of a sweep, independent of the number of quadrature points.
struct SweepPlan {
  let featureCount: Int
  private(set) var trees: [SweepTree] = []
  private(set) var uppers: [UpperNode] = []
  private(set) var bottoms: [BottomNode] = []
  /// For each correction from 1: the share of rows that satisfied all earlier tests of the feature.
  private(set) var earlierShares: [Double] = []
  /// The most distinct features on a path.
  private(set) var pathFeaturesMax = 0
  /// The most splits in a tree.
  private(set) var splitsMax = 0

  init(featureCount: Int) { self.featureCount = featureCount }

  /// Adds a tree and returns its mean over the training rows.
  mutating func append(_ tree: TreeEnsemble.Tree, index: Int) throws(ModelError) -> Double {
    let nodes = tree.nodes
    let splits = nodes.indices.filter { !nodes[$0].isLeaf }
    guard splits.count <= TreeAttribution.splitsPerTreeMax else {
      throw ModelError(
        .tooLarge,
        "tree \(index) has \(splits.count) splits; explanations allow "
          + "\(TreeAttribution.splitsPerTreeMax)"
      )
    }
    // Breadth-first order means a node's children come later: one backward pass gives the means.
    var means = nodes.map { Double($0.value) }
    for split in splits.reversed() {
      let left = nodes[split].left
      means[split] =
        (means[left] * Double(nodes[left].cover) + means[left + 1] * Double(nodes[left + 1].cover))
        / Double(nodes[split].cover)
    }
    guard !splits.isEmpty else { return means[0] }

    let isBottom = { (split: Int) in
      nodes[nodes[split].left].isLeaf && nodes[nodes[split].left + 1].isLeaf
    }
    let uppers = splits.filter { !isBottom($0) }
    var positions = [Int](repeating: 0, count: nodes.count)
    for (index, split) in uppers.enumerated() { positions[split] = index + 1 }
    splitsMax = max(splitsMax, splits.count)
    let links = Self.links(of: nodes, positions: positions)
    let isPlain = { (split: Int) in links.nearest[split].edge == 0 }
    let bottoms = splits.filter(isBottom)
    let order = uppers + bottoms.filter(isPlain) + bottoms.filter { !isPlain($0) }
    for (index, split) in order.enumerated() { positions[split] = index + 1 }
    pathFeaturesMax = max(pathFeaturesMax, links.pathFeaturesMax)
    guard pathFeaturesMax <= TreeAttribution.pathFeaturesMax else {
      throw ModelError(
        .tooLarge,
        "tree \(index) tests \(pathFeaturesMax) features on one path; explanations allow "
          + "\(TreeAttribution.pathFeaturesMax)"
      )
    }
    for split in order {
      add(split, of: nodes, positions: positions, link: links.nearest[split])
    }
    trees.append(
      SweepTree(
        upperCount: uppers.count,
        plainBottomCount: bottoms.count(where: isPlain),
        bottomCount: bottoms.count
      )
    )
    return means[0]
  }

  /// A split's nearest ancestor on the same feature: its edge, and the share of rows it passed.
  private struct Link {
    var edge = 0
    var share = 1.0
  }

  private static func links(
    of nodes: [TreeEnsemble.Node],
    positions: [Int]
  ) -> (nearest: [Link], pathFeaturesMax: Int) {
    var nearest = [Link](repeating: Link(), count: nodes.count)
    // For each node, the tests on its path: feature and latest link, one entry a feature.
    var paths = [[(feature: Int, link: Link)]](repeating: [], count: nodes.count)
    var longest = 0
    for (index, node) in nodes.enumerated() {
      longest = max(longest, paths[index].count)
      guard !node.isLeaf else { continue }
      var path = paths[index]
      paths[index] = []
      let place = path.firstIndex { $0.feature == node.feature }
      let link = place.map { path[$0].link } ?? Link()
      nearest[index] = link
      let entry = place ?? path.count
      if place == nil { path.append((node.feature, link)) }
      let leftShare = Double(nodes[node.left].cover) / Double(node.cover)
      let edge = 2 * positions[index]
      path[entry].link = Link(edge: edge, share: link.share * leftShare)
      paths[node.left] = path
      path[entry].link = Link(edge: edge + 1, share: link.share * (1 - leftShare))
      paths[node.left + 1] = path
    }
    return (nearest, longest)
  }

  private mutating func add(
    _ split: Int,
    of nodes: [TreeEnsemble.Node],
    positions: [Int],
    link: Link
  ) {
    let node = nodes[split]
    let left = nodes[node.left]
    let right = nodes[node.left + 1]
    var correction: UInt32 = 0
    if link.edge != 0 {
      earlierShares.append(link.share)
      correction = UInt32(earlierShares.count)
    }
    let leftShare = Float(Double(left.cover) / Double(node.cover))
    let slot = UInt16(node.feature + (node.missingGoesLeft ? 0 : featureCount))
    if left.isLeaf, right.isLeaf {
      bottoms.append(
        BottomNode(
          threshold: node.value,
          leftShare: leftShare,
          difference: left.value - right.value,
          rightValue: right.value,
          slot: slot,
          earlierEdge: UInt16(link.edge),
          correction: correction
        )
      )
      return
    }
    uppers.append(
      UpperNode(
        threshold: node.value,
        leftShare: leftShare,
        leftValue: left.isLeaf ? left.value : 0,
        rightValue: right.isLeaf ? right.value : 0,
        slot: slot,
        left: UInt16(positions[node.left]),
        right: UInt16(positions[node.left + 1]),
        earlierEdge: UInt16(link.edge),
        correction: correction
      )
    )
  }
}
