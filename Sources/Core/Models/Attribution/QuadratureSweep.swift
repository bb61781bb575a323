// Safety: `SweepTables` and `QuadratureSweep` allocate, own and free their buffers. The tables are
// never written after `init`; every index in them comes from `SweepPlan`, which numbers the splits
// of a tree 1…n, its edges 2…2n+1 and its slots 0…2F−1, and each buffer is allocated for the
// largest of those. The sweep's scratch is not Sendable. `Attributor` checks both spans' widths.

/// A vector of quadrature points: the generic sweep is specialised for each conforming width.
protocol QuadratureLanes: SIMD<Float>, Sendable {}
extension SIMD2<Float>: QuadratureLanes {}
extension SIMD4<Float>: QuadratureLanes {}
extension SIMD8<Float>: QuadratureLanes {}

/// The constants of a sweep at one width of vector; lanes are quadrature points.
@safe final class SweepTables<Lanes: QuadratureLanes>: Sendable {
  let featureCount: Int
  let splitsMax: Int
  let treeCount: Int
  /// The quadrature weights: what arrives at a root.
  let root: Lanes
  nonisolated(unsafe) fileprivate let trees: UnsafeMutableBufferPointer<SweepTree>
  nonisolated(unsafe) fileprivate let uppers: UnsafeMutableBufferPointer<UpperNode>
  nonisolated(unsafe) fileprivate let bottoms: UnsafeMutableBufferPointer<BottomNode>
  /// Pairs (τ, κ): the points and 1, or their corrections for a feature tested before.
  nonisolated(unsafe) fileprivate let corrections: UnsafeMutableBufferPointer<Lanes>

  init(_ plan: SweepPlan, _ rule: Quadrature) {
    featureCount = plan.featureCount
    splitsMax = plan.splitsMax
    treeCount = plan.trees.count
    var root = Lanes(repeating: 0)
    var points = Lanes(repeating: 0.5)
    for (lane, point) in rule.points.enumerated() {
      root[lane] = Float(rule.weights[lane])
      points[lane] = Float(point)
    }
    self.root = root
    var pairs = [points, Lanes(repeating: 1)]
    for share in plan.earlierShares {
      var tau = Lanes(repeating: 0)
      var kappa = Lanes(repeating: 0)
      for (lane, point) in rule.points.enumerated() {
        let factor = share + (1 - share) * point
        tau[lane] = Float(point / factor)
        kappa[lane] = Float(share / (factor * factor))
      }
      pairs += [tau, kappa]
    }
    unsafe trees = Self.table(plan.trees)
    unsafe uppers = Self.table(plan.uppers)
    unsafe bottoms = Self.table(plan.bottoms)
    unsafe corrections = Self.table(pairs)
  }

  deinit {
    unsafe trees.deallocate()
    unsafe uppers.deallocate()
    unsafe bottoms.deallocate()
    unsafe corrections.deallocate()
  }

  private static func table<Element>(_ values: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let table = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(1, values.count))
    _ = unsafe table.initialize(fromContentsOf: values)
    return unsafe UnsafeMutableBufferPointer(rebasing: table[..<values.count])
  }
}

/// One thread's scratch, and the sweep itself.
@safe final class QuadratureSweep<Lanes: QuadratureLanes> {
  private let tables: SweepTables<Lanes>
  /// Weight arriving at a split, value returning from it, its left factor and its row difference.
  private let arriving: UnsafeMutablePointer<Lanes>
  private let returning: UnsafeMutablePointer<Lanes>
  private let factors: UnsafeMutablePointer<Lanes>
  private let steps: UnsafeMutablePointer<Lanes>
  /// For each edge, 1 if the row satisfies every test of that feature so far on the path.
  private let satisfied: UnsafeMutablePointer<Float>
  private let sums: UnsafeMutablePointer<Lanes>
  private let row: UnsafeMutablePointer<Float>

  init(_ tables: SweepTables<Lanes>) {
    self.tables = tables
    let zero = Lanes(repeating: 0)
    unsafe arriving = Self.scratch(tables.splitsMax + 1, zero)
    unsafe returning = Self.scratch(tables.splitsMax + 1, zero)
    unsafe factors = Self.scratch(tables.splitsMax + 1, zero)
    unsafe steps = Self.scratch(tables.splitsMax + 1, zero)
    unsafe satisfied = Self.scratch(2 * tables.splitsMax + 2, 1)
    unsafe sums = Self.scratch(2 * tables.featureCount, zero)
    unsafe row = Self.scratch(2 * tables.featureCount, 0)
  }

  deinit {
    unsafe arriving.deallocate()
    unsafe returning.deallocate()
    unsafe factors.deallocate()
    unsafe steps.deallocate()
    unsafe satisfied.deallocate()
    unsafe sums.deallocate()
    unsafe row.deallocate()
  }

  private static func scratch<Element>(
    _ count: Int,
    _ value: Element
  ) -> UnsafeMutablePointer<Element> {
    let scratch = UnsafeMutablePointer<Element>.allocate(capacity: count)
    unsafe scratch.initialize(repeating: value, count: count)
    return unsafe scratch
  }

  /// Writes each feature's contribution.
  func run(_ features: Span<Float>, into contributions: inout MutableSpan<Float>) {
    let width = tables.featureCount
    for index in 0..<width {
      let value = unsafe features[unchecked: index]
      unsafe row[index] = value.isFinite ? value : -.infinity
      unsafe row[width &+ index] = value.isFinite ? value : .infinity
      unsafe sums[index] = Lanes(repeating: 0)
      unsafe sums[width &+ index] = Lanes(repeating: 0)
    }
    var upper = 0
    var bottom = 0
    for index in 0..<tables.treeCount {
      let tree = unsafe tables.trees[index]
      unsafe arriving[1] = tables.root
      goDown(from: upper, count: tree.upperCount)
      turnPlain(at: bottom, count: tree.plainBottomCount, after: tree.upperCount)
      turn(
        at: bottom &+ tree.plainBottomCount,
        count: tree.bottomCount &- tree.plainBottomCount,
        after: tree.upperCount &+ tree.plainBottomCount
      )
      goUp(from: upper, count: tree.upperCount)
      upper &+= tree.upperCount
      bottom &+= tree.bottomCount
    }
    for index in 0..<width {
      let sum = unsafe sums[index] + sums[width &+ index]
      unsafe contributions[unchecked: index] = sum.sum()
    }
  }

  /// Splits above splits: the weight of each child, and what the way up needs.
  @inline(__always)
  private func goDown(from first: Int, count: Int) {
    guard count > 0, let table = unsafe tables.uppers.baseAddress,
      let pairs = unsafe tables.corrections.baseAddress
    else { return }
    for index in 0..<count {
      let node = unsafe table[first &+ index]
      let earlier = unsafe satisfied[Int(node.earlierEdge)]
      let goesLeft = unsafe row[Int(node.slot)] < node.threshold ? earlier : 0
      unsafe satisfied[2 &* index &+ 2] = goesLeft
      unsafe satisfied[2 &* index &+ 3] = earlier - goesLeft
      let step = goesLeft - earlier * node.leftShare
      let pair = unsafe pairs + 2 &* Int(node.correction)
      let stepLanes = Lanes(repeating: step)
      let weight = unsafe arriving[index &+ 1]
      let factor = unsafe Lanes(repeating: node.leftShare) + stepLanes * pair[0]
      let left = weight * factor
      unsafe arriving[Int(node.left)] = left
      unsafe arriving[Int(node.right)] = weight - left
      unsafe factors[index] = factor
      unsafe steps[index] = unsafe stepLanes * pair[1] * weight
    }
  }

  /// Splits above two leaves, on a feature not tested before: κ is 1 and τ the points themselves.
  @inline(__always)
  private func turnPlain(at first: Int, count: Int, after upperCount: Int) {
    guard count > 0, let table = unsafe tables.bottoms.baseAddress,
      let pairs = unsafe tables.corrections.baseAddress
    else { return }
    let points = unsafe pairs[0]
    for index in 0..<count {
      let node = unsafe table[first &+ index]
      let goesLeft: Float = unsafe row[Int(node.slot)] < node.threshold ? 1 : 0
      let step = goesLeft - node.leftShare
      let position = upperCount &+ index &+ 1
      // Right + difference × (share + step × τ), its scalars multiplied first.
      unsafe returning[position] =
        Lanes(repeating: node.rightValue + node.difference * node.leftShare)
        + Lanes(repeating: node.difference * step) * points
      unsafe sums[Int(node.slot)] += Lanes(repeating: step * node.difference) * arriving[position]
    }
  }

  /// Splits above two leaves: down, up and the contribution are one step.
  @inline(__always)
  private func turn(at first: Int, count: Int, after upperCount: Int) {
    guard count > 0, let table = unsafe tables.bottoms.baseAddress,
      let pairs = unsafe tables.corrections.baseAddress
    else { return }
    for index in 0..<count {
      let node = unsafe table[first &+ index]
      let earlier = unsafe satisfied[Int(node.earlierEdge)]
      let goesLeft = unsafe row[Int(node.slot)] < node.threshold ? earlier : 0
      let step = goesLeft - earlier * node.leftShare
      let pair = unsafe pairs + 2 &* Int(node.correction)
      let factor = unsafe Lanes(repeating: node.leftShare) + Lanes(repeating: step) * pair[0]
      let position = upperCount &+ index &+ 1
      unsafe returning[position] =
        Lanes(repeating: node.rightValue) + Lanes(repeating: node.difference) * factor
      let slot = Int(node.slot)
      unsafe sums[slot] += Lanes(repeating: step * node.difference) * pair[1] * arriving[position]
    }
  }

  /// Splits above splits, children first: the value that returns, and the contribution.
  @inline(__always)
  private func goUp(from first: Int, count: Int) {
    guard count > 0, let table = unsafe tables.uppers.baseAddress else { return }
    var index = count &- 1
    while index >= 0 {
      let node = unsafe table[first &+ index]
      let left = unsafe returning[Int(node.left)] + Lanes(repeating: node.leftValue)
      let right = unsafe returning[Int(node.right)] + Lanes(repeating: node.rightValue)
      let difference = left - right
      unsafe returning[index &+ 1] = right + difference * factors[index]
      let slot = Int(node.slot)
      unsafe sums[slot] += difference * steps[index]
      index &-= 1
    }
  }
}
