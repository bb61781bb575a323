import Numerics
import Payments

extension EntityWindows {
  /// Merges the oldest quarter of a full ring's events in pairs: each pair counts at the time of
  /// its newer event.
  ///
  /// Counts and sums over windows that end among merged events may include up to one event too
  /// many; tracked windows forget merged events; labels of merged events are not applied any more.
  /// Returns the first event kept. Cost: O(events), once in a quarter of them.
  func coalesce(_ entity: Int, _ header: Int, to kept: UInt32) -> UInt32 {
    headers.store(
      headers.load(header + Header.flags, as: UInt32.self) | Flags.approximate,
      at: header + Header.flags
    )
    let ring = ring(header)
    let pairs = max(1, (ring.head &- kept) / 8)
    let end = kept &+ 2 &* pairs
    release(entity, header, ring, from: kept, to: end)
    let coalescedEnd: UInt32 = headers.load(header + Header.coalescedEnd)
    let total: UInt32 = headers.load(header + Header.coalesced)
    var pair = pairs
    while pair > 0 {
      pair &-= 1
      let older = kept &+ 2 &* pair
      let from = slot(older, ring)
      let newer = slot(older &+ 1, ring)
      let extra = self.extra(older, header, ring) &+ pair
      let time = time(newer)
      let isNewer = (0..<layout.valueCount).map {
        events.load(newer + layout.valuesStart + 8 * $0, as: Int64.self)
      }
      let age = time &- self.time(from)
      let to = slot(kept &+ pairs &+ pair, ring)
      events.copy(from: from, to: to, size: stride)
      events.store(time, at: to)
      events.store(extra, at: to + 8)
      for (number, value) in isNewer.enumerated() where value != EntityWindows.noValue {
        events.store(value, at: to + layout.valuesStart + 8 * number)
      }
      for number in 0..<layout.decays.count {
        let decay = layout.decays[number]
        let before: Double = events.load(to + decay.offset)
        let faded = before * DeterministicMath.exp2(-Double(age) / decay.halfLife)
        events.store(faded, at: to + decay.offset)
      }
    }
    for number in 0..<layout.trees.count {
      for moved in 0..<pairs { setLeaf(number, ring, kept &+ pairs &+ moved) }
    }
    headers.store(total &+ pairs, at: header + Header.coalesced)
    let isLater = total == 0 || Int32(bitPattern: end &- coalescedEnd) > 0
    headers.store(isLater ? end : coalescedEnd, at: header + Header.coalescedEnd)
    for number in 0..<layout.offsets.count {
      let place = header + Header.cursors + 4 * number
      let cursor: UInt32 = headers.load(place)
      if Int32(bitPattern: cursor &- end) < 0 {
        let behind = Int32(bitPattern: cursor &- kept) < 0 ? 0 : (cursor &- kept) / 2
        headers.store(kept &+ pairs &+ behind, at: place)
      }
    }
    return kept &+ pairs
  }

  /// Takes events out of tracked windows and links before they are merged.
  private func release(
    _ entity: Int,
    _ header: Int,
    _ ring: Ring,
    from kept: UInt32,
    to end: UInt32
  ) {
    for number in 0..<layout.tracked.count {
      let window = layout.tracked[number]
      let state = header + window.state
      let entered: UInt32 = headers.load(state + State.entered)
      let newer = Int32(bitPattern: end &- entered) > 0 ? end : entered
      advance(window, entity, state, ring, to: newer, leaving: end)
    }
    if layout.linkCount == 0 { return }
    var index = ring.tail
    while index != end {
      unlink(entity, ring, index)
      for number in 0..<layout.linkCount {
        let column = layout.linksStart + 16 * number
        let link = slot(index, ring) + column
        // No event that stays leads to one that is merged.
        let next: UInt32 = events.load(link + Link.next)
        if events.load(link + Link.key, as: UInt64.self) != 0, next != 0 {
          events.store(UInt32(0), at: slot(index &+ next, ring) + column + Link.previous)
        }
        events.clear(link, size: 16)
      }
      index &+= 1
    }
  }

  /// How many events were merged away before an index.
  func extra(_ index: UInt32, _ header: Int, _ ring: Ring) -> UInt32 {
    let total: UInt32 = headers.load(header + Header.coalesced)
    if total == 0 { return 0 }
    let end: UInt32 = headers.load(header + Header.coalescedEnd)
    if Int32(bitPattern: index &- end) >= 0 { return total }
    return events.load(slot(index, ring) + 8)
  }

  /// Whether an event stands for several.
  func isCoalesced(_ index: UInt32, _ header: Int) -> Bool {
    headers.load(header + Header.coalesced, as: UInt32.self) != 0
      && Int32(bitPattern: index &- headers.load(header + Header.coalescedEnd, as: UInt32.self)) < 0
  }

  /// The number of events from one index to another, merged ones counted as what they were.
  @inline(__always)
  func number(from a: UInt32, to b: UInt32, _ header: Int) -> UInt32 {
    if headers.load(header + Header.coalesced, as: UInt32.self) == 0 { return b &- a }
    let ring = ring(header)
    return b &- a &+ extra(b, header, ring) &- extra(a, header, ring)
  }
}
