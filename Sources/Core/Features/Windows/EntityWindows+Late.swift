import Payments

extension EntityWindows {
  /// Inserts an event behind those of the same or an earlier time, and samples its windows.
  ///
  /// Cost: O(events since its time).
  func insert(
    _ entity: Int,
    _ header: Int,
    _ ring: Ring,
    _ view: View,
    _ time: Int64,
    _ idHash: UInt32
  ) {
    let place = firstIndex(after: time, ring, to: ring.head)
    // Among merged events the word of the id hash says how many were merged away before.
    let isAmongMerged = isCoalesced(place, header)
    let mark = isAmongMerged ? extra(place, header, ring) : idHash
    if isAmongMerged { headers.add(1, at: header + Header.coalescedEnd) }
    var index = ring.head
    while true {
      let from = slot(index, ring)
      let to = slot(index &+ 1, ring)
      events.copy(from: from, to: to, size: stride)
      addPrefixes(from: from, to: to)
      if index == place { break }
      index &-= 1
    }
    let found = slot(place, ring)
    events.store(time, at: found)
    events.store(mark, at: found + 8)
    view.position = place
    var grown = ring
    grown.head = ring.head &+ 1
    for number in 0..<layout.offsets.count {
      let cursor = header + Header.cursors + 4 * number
      // Where they are equal the cursor stands on the new event, and passes it when it next moves.
      if Int32(bitPattern: place &- headers.load(cursor, as: UInt32.self)) < 0 {
        headers.add(1, at: cursor)
      }
    }
    if layout.hasColumns {
      insertColumns(entity, grown, place)
      for number in 0..<layout.tracked.count {
        insertTracked(layout.tracked[number], entity, header, grown, place)
      }
    }
    sampleBySearch(grown, view, time, newest: place &+ 1)
    view.setSample(1, place, found)
  }

  /// Takes the samples of windows as of a time that is not the latest.
  func sampleBySearch(_ ring: Ring, _ view: View, _ time: Int64, newest: UInt32) {
    view.setSample(0, newest, slot(newest, ring))
    view.setSample(1, newest, slot(newest, ring))
    for number in 0..<layout.offsets.count {
      let found = firstIndex(after: time &- layout.offsets[number], ring, to: newest)
      view.setSample(2 + number, found, slot(found, ring))
    }
  }

  /// The first event later than `time` before the index `end`.
  ///
  /// What is asked for lies near the end more often than not: steps back that double find a
  /// stretch for the binary search. Cost: O(log n) in the events from there to the end.
  func firstIndex(after time: Int64, _ ring: Ring, to end: UInt32) -> UInt32 {
    let count = end &- ring.tail
    var (back, step): (UInt32, UInt32) = (0, 1)
    while step <= count {
      if self.time(slot(end &- step, ring)) <= time {
        return firstIndex(from: end &- step &+ 1, to: end &- back) {
          self.time(slot($0, ring)) > time
        }
      }
      back = step
      step &*= 2
    }
    return firstIndex(from: ring.tail, to: end &- back) { self.time(slot($0, ring)) > time }
  }

  /// The first index of a stretch from which on a condition holds; `end` where it never does.
  @inline(__always)
  func firstIndex(from start: UInt32, to end: UInt32, where holds: (UInt32) -> Bool) -> UInt32 {
    var low: UInt32 = 0
    var high = end &- start
    while low < high {
      let middle = low + (high - low) / 2
      if holds(start &+ middle) { high = middle } else { low = middle + 1 }
    }
    return start &+ low
  }

  /// The event of an entity with this time and id hash.
  func index(of entity: Int, time: Int64, idHash: UInt32) -> UInt32? {
    let ring = ring(header(entity))
    var index = firstIndex(after: time &- 1, ring, to: ring.head)
    while index != ring.head {
      let slot = slot(index, ring)
      guard self.time(slot) == time else { return nil }
      if events.load(slot + 8, as: UInt32.self) == idHash, !isCoalesced(index, header(entity)) {
        return index
      }
      index &+= 1
    }
    return nil
  }
}
