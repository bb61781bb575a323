/// Builds the tables of `PackedTrees` and checks that every index in them is in range.
struct PackedTable {
  private(set) var nodes: [PackedTrees.Node] = []
  private(set) var leaves: [Float] = []
  private(set) var groups: [PackedTrees.Group] = []
  private let featureCount: Int
  private var laneCount = 0

  init(featureCount: Int) { self.featureCount = featureCount }

  /// Slot that always holds −∞, which every leaf reads.
  private var leafSlot: Int { 2 * featureCount }

  mutating func append(_ tree: TreeEnsemble.Tree, index: Int) throws(ModelError) {
    guard tree.nodes.count <= PackedTrees.groupNodesMax - PackedTrees.treesInFlight else {
      throw ModelError(.tooLarge, "tree \(index) has \(tree.nodes.count) nodes, too many to pack")
    }
    if nodesOfGroup + tree.nodes.count > PackedTrees.groupNodesMax - PackedTrees.treesInFlight {
      fillLastGroup()
    }
    let root = startTree(depth: tree.depth)
    guard nodes.count + tree.nodes.count <= Int(UInt32.max) else {
      throw ModelError(.tooLarge, "the trees have more than \(UInt32.max) nodes")
    }
    for node in tree.nodes {
      if node.isLeaf {
        append(leaf: node.value)
        continue
      }
      let slot = node.feature + (node.missingGoesLeft ? 0 : featureCount)
      guard node.left + 1 < tree.nodes.count, slot < leafSlot, leafSlot <= Int(UInt16.max) else {
        throw ModelError(.tooLarge, "tree \(index) is too wide to pack")
      }
      nodes.append(
        .init(threshold: node.value, slot: UInt16(slot), left: UInt16(root + node.left))
      )
      leaves.append(0)
    }
  }

  /// Pads the last group with single leaves of −0, which change no sum, not even of −0.
  mutating func fillLastGroup() {
    while laneCount % PackedTrees.treesInFlight != 0 {
      startTree(depth: 0)
      append(leaf: -0.0)
    }
  }

  /// Nodes of the group that is being filled; 0 where the next tree starts one.
  private var nodesOfGroup: Int {
    guard laneCount % PackedTrees.treesInFlight != 0, let group = groups.last else { return 0 }
    return nodes.count - Int(group.base)
  }

  private mutating func append(leaf value: Float) {
    nodes.append(
      .init(threshold: .infinity, slot: UInt16(leafSlot), left: UInt16(nodesOfLast))
    )
    leaves.append(value)
  }

  private var nodesOfLast: Int { nodes.count - Int(groups[groups.count - 1].base) }

  /// Takes the next lane; the number that its root has in the group.
  @discardableResult
  private mutating func startTree(depth: Int) -> Int {
    let lane = laneCount % PackedTrees.treesInFlight
    if lane == 0 { groups.append(.init(base: UInt32(nodes.count), depth: 0, roots: .zero)) }
    laneCount += 1
    let root = nodesOfLast
    groups[groups.count - 1].roots[lane] = UInt16(root)
    groups[groups.count - 1].depth = max(groups[groups.count - 1].depth, UInt32(depth))
    return root
  }
}
