import Payments

extension EntityWindows {
  // MARK: entities

  /// Makes room for a new entity, and forgets others where that is due.
  func add(_ name: borrowing Span<UInt8>, _ hash: UInt32, watermark: Int64) -> Int {
    if entityCount >= entitiesMax { evictOldest(watermark: watermark) }
    let entity = claimHeader()
    let header = header(entity)
    headers.store(table.keep(name), at: header + Header.name)
    headers.store(hash, at: header + Header.hash)
    if mayMissEntities(watermark) { headers.store(Flags.approximate, at: header + Header.flags) }
    makeRing(header, log: 1)
    table.insert(entity, hash)
    return entity
  }

  /// The number of a new entity, whose header is empty.
  func claimHeader() -> Int {
    let free: Int = control.load(Control.headersFree)
    let entity: Int
    if free != 0 {
      entity = free - 1
      control.store(headers.load(header(entity), as: Int.self), at: Control.headersFree)
    } else {
      entity = control.load(Control.headersUsed)
      control.store(entity + 1, at: Control.headersUsed)
      precondition(header(entity + 1) <= headers.capacity, "a region of state is full")
    }
    control.store(entityCount + 1, at: Control.entities)
    headers.clear(header(entity), size: layout.headerStride)
    headers.store(Int64.min, at: header(entity) + Header.last)
    return entity
  }

  /// An empty ring with its sentinel.
  func makeRing(_ header: Int, log: Int) {
    let unit = rings.allocate(log, bytes: layout.slotBytes << log)
    headers.store(unit, at: header + Header.ring)
    headers.store(UInt32(log), at: header + Header.log)
    let start = Int(unit) * 8
    events.clear(start, size: stride)
    events.store(Int64.max, at: start)
    for value in 0..<layout.valueCount {
      events.store(EntityWindows.noValue, at: start + layout.valuesStart + 8 * value)
    }
    if layout.trees.count > 0 { rebuildTrees(ring(header)) }
  }

  /// Makes an entity the one that was recorded last.
  @inline(__always)
  func touch(_ entity: Int, _ header: Int) {
    let mark = UInt32(truncatingIfNeeded: entity + 1)
    let newest: UInt32 = control.load(Control.newest)
    if newest == mark { return }
    unchain(header, mark)
    headers.store(newest, at: header + Header.older)
    headers.store(UInt32(0), at: header + Header.newer)
    if newest == 0 {
      control.store(mark, at: Control.oldest)
    } else {
      headers.store(mark, at: self.header(Int(newest) - 1) + Header.newer)
    }
    control.store(mark, at: Control.newest)
  }

  /// Takes an entity out of the order, if it is in it.
  @inline(__always)
  private func unchain(_ header: Int, _ mark: UInt32) {
    let older: UInt32 = headers.load(header + Header.older)
    let newer: UInt32 = headers.load(header + Header.newer)
    if older != 0 {
      headers.store(newer, at: self.header(Int(older) - 1) + Header.newer)
    } else if control.load(Control.oldest, as: UInt32.self) == mark {
      control.store(newer, at: Control.oldest)
    }
    if newer != 0 {
      headers.store(older, at: self.header(Int(newer) - 1) + Header.older)
    } else if control.load(Control.newest, as: UInt32.self) == mark {
      control.store(older, at: Control.newest)
    }
  }

  /// Forgets the entities that were recorded longest ago where all of their events are beyond the
  /// horizon: at most two, so that no transaction waits.
  func expire(watermark: Int64) {
    for _ in 0..<2 {
      let mark: UInt32 = control.load(Control.oldest)
      if mark == 0 { return }
      let header = header(Int(mark) - 1)
      if counts(header, watermark: watermark) { return }
      remove(Int(mark) - 1, header)
    }
  }

  /// Whether a window may reach one of an entity's events.
  ///
  /// Looks at its windows do not keep it: they would keep all behind it too.
  private func counts(_ header: Int, watermark: Int64) -> Bool {
    let limit = watermark - horizon
    // No event is later than the last look.
    if headers.load(header + Header.last, as: Int64.self) <= limit { return false }
    let ring = ring(header)
    return ring.head != ring.tail && time(slot(ring.head &- 1, ring)) > limit
  }

  /// Forgets the entity that was recorded longest ago though its events may still count: windows
  /// of entities that come new before the horizon has passed are approximate then.
  private func evictOldest(watermark: Int64) {
    let mark: UInt32 = control.load(Control.oldest)
    if mark == 0 { return }
    let header = header(Int(mark) - 1)
    if counts(header, watermark: watermark) {
      control.store(watermark + horizon, at: Control.evictedUntil)
      control.store(control.load(Control.evictions, as: Int.self) + 1, at: Control.evictions)
    }
    remove(Int(mark) - 1, header)
  }

  private func remove(_ entity: Int, _ header: Int) {
    unchain(header, UInt32(truncatingIfNeeded: entity + 1))
    let ring = ring(header)
    for number in 0..<layout.tracked.count {
      let window = layout.tracked[number]
      if window.contents == TrackedWindow.Contents.ordered.rawValue {
        ordered.clear(headers, header + window.state)
      }
    }
    if layout.linkCount > 0 {
      var index = ring.tail
      while index != ring.head {
        unlink(entity, ring, index)
        index &+= 1
      }
    }
    control.store(eventCount - Int(ring.head &- ring.tail), at: Control.events)
    rings.release(UInt32(ring.start / 8), ring.log, bytes: layout.slotBytes << ring.log)
    table.forget(name: headers.load(header + Header.name))
    table.remove(entity, headers.load(header + Header.hash))
    // A header without events: nothing is found there any more.
    headers.clear(header, size: Header.last)
    headers.store(UInt32(0), at: header + Header.hash)
    headers.store(control.load(Control.headersFree, as: Int.self), at: header)
    control.store(entity + 1, at: Control.headersFree)
    control.store(entityCount - 1, at: Control.entities)
  }

  // MARK: events

  /// Makes sure that one more event fits: forgets what is beyond the horizon, else doubles, and at
  /// the limit coalesces the oldest.
  func reserveSlot(_ entity: Int, _ header: Int, watermark: Int64) {
    let ring = ring(header)
    let capacity = UInt32(1) << UInt32(ring.log)
    if ring.head &- ring.tail &+ 2 <= capacity { return }
    let limit = watermark - horizon
    var tail = ring.tail
    while tail != ring.head, time(slot(tail, ring)) <= limit { tail &+= 1 }
    if ring.head &- tail &+ 2 > capacity, ring.log >= ringLogLimit {
      tail = coalesce(entity, header, to: tail)
    }
    forget(entity, header, upTo: tail)
    // Doubling while more than half is in use keeps the cost of forgetting amortised.
    if ring.head &- tail &+ 2 > capacity / 2, ring.log < ringLogLimit { double(header) }
  }

  /// Lets the oldest events go.
  private func forget(_ entity: Int, _ header: Int, upTo tail: UInt32) {
    let ring = ring(header)
    if tail == ring.tail { return }
    for number in 0..<layout.tracked.count {
      let window = layout.tracked[number]
      let state = header + window.state
      let entered: UInt32 = headers.load(state + State.entered)
      let newer = Int32(bitPattern: tail &- entered) > 0 ? tail : entered
      advance(window, entity, state, ring, to: newer, leaving: tail)
    }
    if layout.linkCount > 0 {
      var index = ring.tail
      while index != tail {
        unlink(entity, ring, index)
        index &+= 1
      }
    }
    control.store(eventCount - Int(tail &- ring.tail), at: Control.events)
    headers.store(tail, at: header + Header.tail)
  }

  private func double(_ header: Int) {
    let old = ring(header)
    let unit = rings.allocate(old.log + 1, bytes: layout.slotBytes << (old.log + 1))
    headers.store(unit, at: header + Header.ring)
    headers.store(UInt32(old.log + 1), at: header + Header.log)
    let new = ring(header)
    var index = old.tail
    while index != old.head &+ 1 {
      events.copy(from: slot(index, old), to: slot(index, new), size: stride)
      index &+= 1
    }
    rings.release(UInt32(old.start / 8), old.log, bytes: layout.slotBytes << old.log)
    if layout.trees.count > 0 { rebuildTrees(new) }
  }
}
