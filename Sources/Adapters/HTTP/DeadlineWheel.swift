/// One deadline per slot, in buckets of a few milliseconds.
///
/// Moving a deadline later costs one store: the slot stays in its bucket and is sorted again when
/// that bucket comes up. A busy connection, whose deadline moves with every request, is linked
/// about once a horizon, not once a request.
struct DeadlineWheel {
  private static let millisecondsPerTick: Int64 = 4
  private static let buckets: Int64 = 4096
  private static let none: Int32 = -1

  private var heads = [Int32](repeating: none, count: Int(buckets))
  private var next: [Int32]
  private var previous: [Int32]
  private var linkedTick: [Int64]
  private var deadline: [Int64]
  private var current: Int64
  /// No linked slot is in a bucket before this tick.
  private var earliest = Int64.max
  private var linked = 0

  /// A wheel for slots below `slots`, standing at `now`.
  init(slots: Int, now: Int64) {
    next = Array(repeating: Self.none, count: slots)
    previous = Array(repeating: Self.none, count: slots)
    linkedTick = Array(repeating: -1, count: slots)
    deadline = Array(repeating: .max, count: slots)
    current = now / Self.millisecondsPerTick
  }

  /// Sets or moves the deadline of a slot.
  mutating func set(_ slot: Int, at milliseconds: Int64) {
    deadline[slot] = milliseconds
    let exact = (milliseconds + Self.millisecondsPerTick - 1) / Self.millisecondsPerTick
    let tick = min(max(exact, current + 1), current + Self.buckets - 1)
    if linkedTick[slot] >= 0 {
      if linkedTick[slot] <= tick { return }
      unlink(slot)
    }
    link(slot, tick)
  }

  /// Removes the deadline of a slot.
  mutating func clear(_ slot: Int) {
    deadline[slot] = .max
    if linkedTick[slot] >= 0 { unlink(slot) }
  }

  /// Moves on to `now` and adds the slots whose deadline has passed to `due`.
  mutating func expire(now: Int64, into due: inout [Int]) {
    let target = now / Self.millisecondsPerTick
    while current < target {
      if linked == 0 || earliest > target {
        current = target
        return
      }
      current = max(current + 1, min(earliest, target))
      var slot = heads[Int(current % Self.buckets)]
      while slot != Self.none {
        let following = next[Int(slot)]
        let index = Int(slot)
        unlink(index)
        if deadline[index] <= now { due.append(index) } else { set(index, at: deadline[index]) }
        slot = following
      }
      if linked > 0 && earliest <= current { findEarliest() }
    }
  }

  /// Milliseconds until a slot may be due; nil when there is none.
  func delay(now: Int64) -> Int64? {
    linked == 0 ? nil : max(0, earliest * Self.millisecondsPerTick - now)
  }

  private mutating func findEarliest() {
    var tick = current + 1
    while heads[Int(tick % Self.buckets)] == Self.none { tick += 1 }
    earliest = tick
  }

  private mutating func link(_ slot: Int, _ tick: Int64) {
    let bucket = Int(tick % Self.buckets)
    next[slot] = heads[bucket]
    previous[slot] = Self.none
    if heads[bucket] != Self.none { previous[Int(heads[bucket])] = Int32(slot) }
    heads[bucket] = Int32(slot)
    linkedTick[slot] = tick
    earliest = linked == 0 ? tick : min(earliest, tick)
    linked += 1
  }

  private mutating func unlink(_ slot: Int) {
    let bucket = Int(linkedTick[slot] % Self.buckets)
    if previous[slot] == Self.none {
      heads[bucket] = next[slot]
    } else {
      next[Int(previous[slot])] = next[slot]
    }
    if next[slot] != Self.none { previous[Int(next[slot])] = previous[slot] }
    linkedTick[slot] = -1
    linked -= 1
  }
}
