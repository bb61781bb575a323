// Safety: `nodes`, `leaves` and `groups` are allocated, filled and freed by this class alone and
// never written after `init`. Every index they hold is checked there: a node's children lie inside
// its own tree, a node's slot lies inside the doubled row (2 × features + 1), and a leaf's next
// node is itself with a slot that is always below its threshold, so a walk that outlasts its tree
// stays on the leaf. `Scorer` owns the doubled row, is not Sendable, and checks the width of what
// it is given.

/// An ensemble laid out for scoring one row: 8-byte nodes, eight trees in flight, no branches.
///
/// A split picks one of two slots of a doubled row by its default direction: slot f holds −∞ where
/// feature f is missing, slot F + f holds +∞, so the comparison needs no test for missing values.
@safe package final class PackedTrees: Sendable {
  /// A split, or a leaf that points at itself.
  struct Node {
    var threshold: Float
    var slot: UInt16
    /// The left child, counted from the group's first node; the right one follows it.
    var left: UInt16
  }

  /// Where up to eight trees start and how many steps finish them all.
  struct Group {
    /// The group's first node.
    var base: UInt32
    var depth: UInt32
    /// Counted from the first node.
    var roots: SIMD8<UInt16>
  }

  /// Trees that advance side by side.
  static let treesInFlight = 8
  /// The most nodes of a group: 16 bits count them.
  static let groupNodesMax = 65_536

  /// Width of the rows scored.
  package let featureCount: Int
  /// The margin the sum of leaves starts from.
  package let baseMargin: Float
  /// Bytes of the tables.
  package let byteCount: Int

  fileprivate let groupCount: Int
  // Immutable after init and freed in deinit: see the Safety note.
  nonisolated(unsafe) fileprivate let nodes: UnsafeMutableBufferPointer<Node>
  nonisolated(unsafe) fileprivate let leaves: UnsafeMutableBufferPointer<Float>
  nonisolated(unsafe) fileprivate let groups: UnsafeMutableBufferPointer<Group>

  /// Packs an ensemble; `baseMargin` is the bits XGBoost itself starts from, as in the manifest.
  package init(_ ensemble: TreeEnsemble, baseMargin: Float) throws(ModelError) {
    featureCount = ensemble.featureCount
    self.baseMargin = baseMargin
    var table = PackedTable(featureCount: ensemble.featureCount)
    for (index, tree) in ensemble.trees.enumerated() { try table.append(tree, index: index) }
    table.fillLastGroup()
    groupCount = table.groups.count
    unsafe nodes = .allocate(capacity: table.nodes.count)
    unsafe leaves = .allocate(capacity: table.leaves.count)
    unsafe groups = .allocate(capacity: table.groups.count)
    _ = unsafe nodes.initialize(fromContentsOf: table.nodes)
    _ = unsafe leaves.initialize(fromContentsOf: table.leaves)
    _ = unsafe groups.initialize(fromContentsOf: table.groups)
    byteCount =
      table.nodes.count * (MemoryLayout<Node>.stride + MemoryLayout<Float>.stride)
      + table.groups.count * MemoryLayout<Group>.stride
  }

  deinit {
    unsafe nodes.deallocate()
    unsafe leaves.deallocate()
    unsafe groups.deallocate()
  }
}

/// Scores rows with one set of tables; it owns its scratch row, so each thread has its own.
@safe package final class Scorer {
  /// The tables scored with, shared by any number of scorers.
  package let trees: PackedTrees
  private let row: UnsafeMutableBufferPointer<Float>

  /// Makes a scorer and its scratch row.
  package init(_ trees: PackedTrees) {
    self.trees = trees
    unsafe row = .allocate(capacity: 2 * trees.featureCount + 1)
    unsafe row.initialize(repeating: -.infinity)
  }

  deinit { unsafe row.deallocate() }

  /// The log-odds margin of a row, bit for bit XGBoost's; allocates nothing.
  ///
  /// NaN and both infinities count as missing: XGBoost refuses infinities, so no model has learnt
  /// what they mean. The row must have exactly as many values as the model has features.
  package func margin(of features: Span<Float>) -> Float {
    let width = trees.featureCount
    precondition(features.count == width, "a row has another width than the model")
    guard let row = unsafe row.baseAddress, let nodes = unsafe trees.nodes.baseAddress,
      let leaves = unsafe trees.leaves.baseAddress
    else { return trees.baseMargin }
    for index in 0..<width {
      let value = unsafe features[unchecked: index]
      unsafe row[index] = value.isFinite ? value : -.infinity
      unsafe row[width &+ index] = value.isFinite ? value : .infinity
    }
    var sum = trees.baseMargin
    for index in 0..<trees.groupCount {
      let group = unsafe trees.groups[index]
      let nodes = unsafe nodes + Int(group.base)
      let leaves = unsafe leaves + Int(group.base)
      var a = Int(group.roots[0])
      var b = Int(group.roots[1])
      var c = Int(group.roots[2])
      var d = Int(group.roots[3])
      var e = Int(group.roots[4])
      var f = Int(group.roots[5])
      var g = Int(group.roots[6])
      var h = Int(group.roots[7])
      for _ in 0..<group.depth {
        unsafe Self.step(&a, nodes, row)
        unsafe Self.step(&b, nodes, row)
        unsafe Self.step(&c, nodes, row)
        unsafe Self.step(&d, nodes, row)
        unsafe Self.step(&e, nodes, row)
        unsafe Self.step(&f, nodes, row)
        unsafe Self.step(&g, nodes, row)
        unsafe Self.step(&h, nodes, row)
      }
      // One by one, in tree order: XGBoost's sum, to the bit.
      unsafe sum += leaves[a]
      unsafe sum += leaves[b]
      unsafe sum += leaves[c]
      unsafe sum += leaves[d]
      unsafe sum += leaves[e]
      unsafe sum += leaves[f]
      unsafe sum += leaves[g]
      unsafe sum += leaves[h]
    }
    return sum
  }

  @inline(__always)
  private static func step(
    _ index: inout Int,
    _ nodes: UnsafeMutablePointer<PackedTrees.Node>,
    _ row: UnsafeMutablePointer<Float>
  ) {
    let node = unsafe nodes[index]
    // No value of a row is NaN, and asked this way round the answer is a carry.
    let goesRight = unsafe row[Int(node.slot)] >= node.threshold ? 1 : 0
    index = Int(node.left) &+ goesRight
  }
}
