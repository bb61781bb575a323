import Numerics
import Payments

extension EntityWindows {
  /// Stands in a value column where an event has no value or does not pass the filter.
  static let noValue = Int64.min

  // Places of a link column in an event.
  enum Link {
    static let key = 0
    /// Distances to the last and the next event with the same text; 0 where there is none.
    static let previous = 8
    static let next = 12
  }

  /// Fills the columns of the newest event, and the sentinel's.
  func appendColumns(_ entity: Int, _ ring: Ring, _ slot: Int, _ next: Int) {
    var place = layout.valuesStart
    for _ in 0..<layout.valueCount {
      events.store(deltas.load(place, as: Int64.self), at: slot + place)
      events.store(EntityWindows.noValue, at: next + place)
      place += 8
    }
    var number = 0
    while number < layout.decays.count {
      fade(layout.decays[number], ring, ring.head)
      fade(layout.decays[number], ring, ring.head &+ 1)
      number += 1
    }
    place = layout.linksStart
    for _ in 0..<layout.linkCount {
      let key: UInt64 = deltas.load(place)
      events.store(UInt64(0), at: next + place)
      events.store(UInt64(0), at: next + place + Link.previous)
      link(key, entity, ring, ring.head, place)
      place += 16
    }
    number = 0
    while number < layout.trees.count {
      setLeaf(number, ring, ring.head)
      number += 1
    }
  }

  /// Fills the columns of an event that was inserted, and mends those behind it.
  func insertColumns(_ entity: Int, _ ring: Ring, _ place: UInt32) {
    let slot = slot(place, ring)
    var column = layout.valuesStart
    for _ in 0..<layout.valueCount {
      events.store(deltas.load(column, as: Int64.self), at: slot + column)
      column += 8
    }
    for number in 0..<layout.decays.count { fade(layout.decays[number], ring, since: place) }
    column = layout.linksStart
    for _ in 0..<layout.linkCount {
      shiftLinks(entity, ring, place, column)
      link(deltas.load(column), entity, ring, place, column)
      column += 16
    }
    for number in 0..<layout.trees.count {
      var index = place
      while index != ring.head {
        setLeaf(number, ring, index)
        index &+= 1
      }
    }
  }

  // MARK: decays

  /// What an event adds to a decayed sum.
  @inline(__always)
  private func addition(_ decay: WindowLayout.Decay, _ slot: Int, _ next: Int) -> Double {
    let place = decay.measureOffset
    if decay.isSum {
      let value: Int64 =
        events.load(next + place, as: Int64.self) &- events.load(slot + place, as: Int64.self)
      return Double(value) / decay.scale
    }
    let count: UInt32 =
      events.load(next + place, as: UInt32.self) &- events.load(slot + place, as: UInt32.self)
    return Double(count)
  }

  /// Writes the decayed sum of all events before one, as of its time; for the sentinel as of the
  /// last event's time.
  private func fade(_ decay: WindowLayout.Decay, _ ring: Ring, _ index: UInt32) {
    let slot = slot(index, ring)
    guard index != ring.tail else {
      return events.store(0.0, at: slot + decay.offset)
    }
    let earlier = self.slot(index &- 1, ring)
    var sum: Double = events.load(earlier + decay.offset)
    sum += addition(decay, earlier, slot)
    let time = self.time(slot)
    if time != .max { sum *= EntityWindows.fading(time &- self.time(earlier), decay.halfLife) }
    events.store(sum, at: slot + decay.offset)
  }

  /// Writes it anew from an event to the sentinel.
  func fade(_ decay: WindowLayout.Decay, _ ring: Ring, since first: UInt32) {
    var index = first
    while true {
      fade(decay, ring, index)
      if index == ring.head { return }
      index &+= 1
    }
  }

  /// 2^(−age / half-life).
  @inline(__always)
  private static func fading(_ age: Int64, _ halfLife: Double) -> Double {
    age == 0 ? 1 : DeterministicMath.exp2(-Double(age) / halfLife)
  }

  /// The decayed sum of the events from `a` up to `b`, as of a time not before them.
  func decayed(
    _ number: Int,
    _ ring: Ring,
    from a: UInt32,
    to b: UInt32,
    at time: Int64
  ) -> Double {
    if a == b { return 0 }
    let decay = layout.decays[number]
    let newest = slot(b &- 1, ring)
    let oldest = slot(a, ring)
    let all =
      events.load(newest + decay.offset, as: Double.self)
      + addition(decay, newest, slot(b, ring))
    let before: Double = events.load(oldest + decay.offset)
    return all * EntityWindows.fading(time &- self.time(newest), decay.halfLife)
      - before * EntityWindows.fading(time &- self.time(oldest), decay.halfLife)
  }

  // MARK: trees

  @inline(__always)
  private func treeStart(_ tree: Int, _ ring: Ring) -> Int {
    ring.start + (stride << ring.log) + (tree * 16) << ring.log
  }

  @inline(__always)
  private func better(_ a: Int64, _ b: Int64, _ greatest: Bool) -> Int64 {
    greatest ? max(a, b) : min(a, b)
  }

  @inline(__always)
  private func leaf(_ tree: WindowLayout.Tree, _ slot: Int) -> Int64 {
    let value: Int64 = events.load(slot + tree.value)
    return value == EntityWindows.noValue && !tree.greatest ? .max : value
  }

  /// Brings an event's value into a tree.
  func setLeaf(_ number: Int, _ ring: Ring, _ index: UInt32) {
    let tree = layout.trees[number]
    let start = treeStart(number, ring)
    var node = Int(ring.mask) + 1 + Int(index & ring.mask)
    var value = leaf(tree, slot(index, ring))
    while true {
      if events.load(start + 8 * node, as: Int64.self) == value { return }
      events.store(value, at: start + 8 * node)
      if node == 1 { return }
      value = better(value, events.load(start + 8 * (node ^ 1)), tree.greatest)
      node >>= 1
    }
  }

  /// Builds a ring's trees from nothing.
  func rebuildTrees(_ ring: Ring) {
    for number in 0..<layout.trees.count {
      let start = treeStart(number, ring)
      let none = layout.trees[number].greatest ? Int64.min : Int64.max
      for node in 1..<2 << ring.log { events.store(none, at: start + 8 * node) }
      var index = ring.tail
      while index != ring.head {
        setLeaf(number, ring, index)
        index &+= 1
      }
    }
  }

  /// The best value among the events from `a` up to `b`, or nil.
  func best(_ number: Int, _ ring: Ring, from a: UInt32, to b: UInt32) -> Int64? {
    if a == b { return nil }
    let (first, last) = (Int(a & ring.mask), Int((b &- 1) & ring.mask))
    let none = layout.trees[number].greatest ? Int64.min : Int64.max
    var found = none
    if first <= last {
      found = best(number, ring, first, last, found)
    } else {
      found = best(number, ring, first, Int(ring.mask), found)
      found = best(number, ring, 0, last, found)
    }
    return found == none ? nil : found
  }

  private func best(_ number: Int, _ ring: Ring, _ a: Int, _ b: Int, _ found: Int64) -> Int64 {
    let start = treeStart(number, ring)
    let greatest = layout.trees[number].greatest
    var (low, high) = (a + Int(ring.mask) + 1, b + Int(ring.mask) + 2)
    var found = found
    while low < high {
      if low & 1 == 1 {
        found = better(found, events.load(start + 8 * low), greatest)
        low += 1
      }
      if high & 1 == 1 {
        high -= 1
        found = better(found, events.load(start + 8 * high), greatest)
      }
      low >>= 1
      high >>= 1
    }
    return found
  }
}
