import Payments

extension EntityWindows {
  /// How many entities lie between copying one and looking up what it needs in tables.
  private static let behind = 12

  /// Restores what `encode` wrote into windows that are empty; the digest of what they hold then.
  func restore(from reader: inout ByteReader) throws(DecodingFailure) -> UInt64 {
    control.store(try reader.integer(Int64.self), at: Control.evictedUntil)
    control.store(try reader.integer(Int64.self), at: Control.evictions)
    let count = Int(try reader.integer(UInt32.self))
    let pairCount = Int(try reader.integer(UInt32.self))
    let (place, size) = (reader.offset, reader.left)
    guard control.load(Control.headersUsed, as: Int.self) == 0,
      count <= size / EntityWindows.headBytes, pairCount <= size / 16,
      header(count) <= headers.capacity, table.reserve(count), pairs.reserve(pairCount)
    else { throw DecodingFailure("\(count) entities do not fit", at: place) }
    var failure: DecodingFailure?
    let digest = try reader.read(size) { bytes in
      do throws(DecodingFailure) {
        return try restore(count, bytes, at: place)
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return stateDigest(digest)
  }

  private func restore(
    _ count: Int,
    _ bytes: borrowing Span<UInt8>,
    at place: Int
  ) throws(DecodingFailure) -> UInt64 {
    var digest: UInt64 = 0
    var offset = 0
    var eventCount = 0
    for entity in 0..<count + EntityWindows.behind {
      if entity < count {
        let header = header(entity)
        offset = try restoreEntity(entity, header, bytes, at: offset, place)
        let ring = ring(header)
        digest &+= self.digest(header, ring)
        eventCount += Int(ring.head)
        headers.store(UInt32(truncatingIfNeeded: entity), at: header + Header.older)
        let newer = entity + 1 < count ? UInt32(truncatingIfNeeded: entity + 2) : 0
        headers.store(newer, at: header + Header.newer)
      }
      let earlier = entity - EntityWindows.behind
      if earlier >= 0 { try rebuild(earlier, header(earlier), place) }
    }
    guard offset == bytes.count else {
      throw DecodingFailure("entities end too early", at: place + offset)
    }
    control.store(eventCount, at: Control.events)
    control.store(count, at: Control.entities)
    control.store(count, at: Control.headersUsed)
    control.store(count == 0 ? 0 : UInt32(1), at: Control.oldest)
    control.store(UInt32(truncatingIfNeeded: count), at: Control.newest)
    return digest
  }

  /// Brings an entity's head, name and events to memory; the offset of the next.
  @inline(__always)
  private func restoreEntity(
    _ entity: Int,
    _ header: Int,
    _ bytes: borrowing Span<UInt8>,
    at offset: Int,
    _ place: Int
  ) throws(DecodingFailure) -> Int {
    guard bytes.count - offset >= EntityWindows.headBytes else {
      throw DecodingFailure("an entity is cut off", at: place + offset)
    }
    let count: UInt32 = bytes.load(at: offset)
    let log = Int(bytes.load(at: offset + 4, as: UInt16.self))
    let name = offset + EntityWindows.headBytes
    let ring = name + Int(bytes.load(at: offset + 6, as: UInt16.self))
    guard log >= 1, log <= ringLogLimit, Int(count) + 1 <= 1 << log else {
      throw DecodingFailure("an entity with \(count) events in 2^\(log) slots", at: place + offset)
    }
    let end = ring + (Int(count) + 1) * stride
    guard end <= bytes.count, rings.room >= layout.slotBytes << log,
      table.holds(nameOf: ring - name)
    else { throw DecodingFailure("an entity does not fit", at: place + offset) }
    let text = bytes.extracting(name..<ring)
    let hash = table.hash(text)
    table.prefetch(hash)
    headers.store(hash, at: header + Header.hash)
    headers.store(table.keep(text), at: header + Header.name)
    headers.store(bytes.load(at: offset + 8, as: UInt32.self), at: header + Header.flags)
    headers.store(bytes.load(at: offset + 12, as: Int64.self), at: header + Header.last)
    headers.store(bytes.load(at: offset + 20, as: UInt32.self), at: header + Header.coalesced)
    headers.store(bytes.load(at: offset + 24, as: UInt32.self), at: header + Header.coalescedEnd)
    headers.store(count, at: header + Header.head)
    headers.store(UInt32(0), at: header + Header.tail)
    headers.store(UInt32(truncatingIfNeeded: log), at: header + Header.log)
    let unit = rings.allocate(log, bytes: layout.slotBytes << log)
    headers.store(unit, at: header + Header.ring)
    events.write(bytes.extracting(ring..<end), at: Int(unit) * 8)
    if layout.linkCount > 0 {
      let pairs = pairs
      forEachNewest(self.ring(header)) { key, _ in pairs.prefetch(key, entity) }
    }
    return end
  }

  /// Calls back for the last event of each text of an entity.
  @inline(__always)
  private func forEachNewest(_ ring: Ring, _ body: (_ key: UInt64, _ index: UInt32) -> Void) {
    // The layout is read once: the compiler cannot know that no store changes it.
    let (events, stride, columns) = (events, stride, layout.linkCount)
    let first = ring.start + layout.linksStart
    var index = ring.tail
    while index != ring.head {
      var place = first + Int(index & ring.mask) * stride
      let end = place + 16 * columns
      while place < end {
        let key: UInt64 = events.load(place + Link.key)
        if key != 0, events.load(place + Link.next, as: UInt32.self) == 0 { body(key, index) }
        place += 16
      }
      index &+= 1
    }
  }

  /// Works out all that follows from an entity's events.
  @inline(__always)
  private func rebuild(_ entity: Int, _ header: Int, _ place: Int) throws(DecodingFailure) {
    table.insert(entity, headers.load(header + Header.hash))
    let ring = ring(header)
    let last: Int64 = headers.load(header + Header.last)
    for number in 0..<layout.offsets.count {
      let limit = last == .min ? last : last &- layout.offsets[number]
      headers.store(
        firstIndex(after: limit, ring, to: ring.head),
        at: header + Header.cursors + 4 * number
      )
    }
    if !layout.hasColumns { return }
    if layout.trees.count > 0 { rebuildTrees(ring) }
    if layout.linkCount > 0 {
      let pairs = pairs
      forEachNewest(ring) { key, index in pairs.insert(key, entity, newest: index) }
    }
    for number in 0..<layout.tracked.count
    where !rebuild(layout.tracked[number], entity, header, ring) {
      throw DecodingFailure("a text of a window is not among its entity's", at: place)
    }
  }

  // MARK: tracked windows

  /// Fills a tracked window from the events in it; false where its texts are not those of the
  /// entity.
  private func rebuild(
    _ window: WindowLayout.Tracked,
    _ entity: Int,
    _ header: Int,
    _ ring: Ring
  ) -> Bool {
    let state = header + window.state
    let (left, entered) = bounds(window, header, ring)
    headers.store(entered, at: state + State.entered)
    headers.store(left, at: state + State.left)
    let (events, headers, ordered, stride) = (events, headers, ordered, stride)
    let first = ring.start + window.column
    var index = left
    while index != entered {
      let slot = first + Int(index & ring.mask) * stride
      if window.contents == TrackedWindow.Contents.ordered.rawValue {
        let value: Int64 = events.load(slot)
        if value != EntityWindows.noValue { ordered.insert(value, headers, state) }
      } else if isLast(slot, index, before: entered) {
        if window.contents == TrackedWindow.Contents.distinct.rawValue {
          headers.add(1, at: state + State.count)
        } else if !weigh(window, entity, state, ring, slot, from: left, to: index) {
          return false
        }
      }
      index &+= 1
    }
    return true
  }

  /// The first event in a tracked window, and the first that has not entered it.
  private func bounds(
    _ window: WindowLayout.Tracked,
    _ header: Int,
    _ ring: Ring
  ) -> (left: UInt32, entered: UInt32) {
    func place(_ sample: Int) -> UInt32 {
      if sample >= 2 {
        return headers.load(header + Header.cursors + 4 * (sample - 2))
      }
      return sample == 1 && ring.head != ring.tail ? ring.head &- 1 : ring.head
    }
    func later(_ a: UInt32, _ b: UInt32) -> UInt32 { Int32(bitPattern: a &- b) > 0 ? a : b }
    // Merged events are in no tracked window.
    let merged: UInt32 = headers.load(header + Header.coalesced)
    let end: UInt32 = headers.load(header + Header.coalescedEnd)
    let start = merged != 0 ? later(end, ring.tail) : ring.tail
    let left = later(place(window.older), start)
    return (left, later(place(window.newer), left))
  }

  /// Whether an event has a text and is the last with it before an end.
  @inline(__always)
  private func isLast(_ slot: Int, _ index: UInt32, before entered: UInt32) -> Bool {
    let next: UInt32 = events.load(slot + Link.next)
    return events.load(slot + Link.key, as: UInt64.self) != 0
      && (next == 0 || next >= entered &- index)
  }

  /// Counts how often a text stands in a window whose last event with it is given.
  private func weigh(
    _ window: WindowLayout.Tracked,
    _ entity: Int,
    _ state: Int,
    _ ring: Ring,
    _ slot: Int,
    from left: UInt32,
    to last: UInt32
  ) -> Bool {
    var count: UInt32 = 1
    var index = last
    while true {
      let column = self.slot(index, ring) + window.column
      let distance: UInt32 = events.load(column + Link.previous)
      if distance == 0 || distance > index &- left { break }
      index &-= distance
      count += 1
    }
    guard let pair = pairs.find(events.load(slot + Link.key), entity) else { return false }
    pairs.setCounter(window.counter, count, at: pair)
    headers.add(count, at: state + State.count)
    if count > 1 {
      let sum: Int64 = headers.load(state + State.sum)
      headers.store(sum &+ EntityWindows.weight(count), at: state + State.sum)
    }
    return true
  }
}
