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
    let root = nodes.count
    guard root + tree.nodes.count <= Int(UInt32.max) else {
      throw ModelError(.tooLarge, "the trees have more than \(UInt32.max) nodes")
    }
    for (position, node) in tree.nodes.enumerated() {
      if node.isLeaf {
        append(leaf: node.value)
        continue
      }
      guard let step = UInt16(exactly: node.left - position), step > 0,
        node.left + 1 < tree.nodes.count,
        let slot = UInt16(exactly: node.feature + (node.missingGoesLeft ? 0 : featureCount)),
        slot < leafSlot, leafSlot <= Int(UInt16.max)
      else {
        throw ModelError(
          .tooLarge,
          "tree \(index) is too wide to pack: a child is over 65535 nodes away"
        )
      }
      nodes.append(.init(threshold: node.value, slot: slot, step: step))
      leaves.append(0)
    }
    place(root: root, depth: tree.depth)
  }

  /// Pads the last group with single leaves of −0, which change no sum, not even of −0.
  mutating func fillLastGroup() {
    while laneCount % PackedTrees.treesInFlight != 0 {
      place(root: nodes.count, depth: 0)
      append(leaf: -0.0)
    }
  }

  private mutating func append(leaf value: Float) {
    nodes.append(.init(threshold: .infinity, slot: UInt16(leafSlot), step: 0))
    leaves.append(value)
  }

  private mutating func place(root: Int, depth: Int) {
    let lane = laneCount % PackedTrees.treesInFlight
    if lane == 0 { groups.append(.init(roots: .zero, depth: 0)) }
    groups[groups.count - 1].roots[lane] = UInt32(root)
    groups[groups.count - 1].depth = max(groups[groups.count - 1].depth, UInt32(depth))
    laneCount += 1
  }
}
