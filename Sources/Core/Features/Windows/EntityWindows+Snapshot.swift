import Payments

extension EntityWindows {
  // An entity in a snapshot: a fixed head, its name, and its events as they lie in the ring with
  // the sentinel. Cursors, trees, links' newest texts and tracked windows follow from those.
  private static let headBytes = 28

  /// Appends the state in a form that does not depend on where it lies in memory: entities in the
  /// order in which they were recorded last.
  func encode(into bytes: inout [UInt8]) {
    bytes.append(little: control.load(Control.evictedUntil, as: Int64.self))
    bytes.append(little: control.load(Control.evictions, as: Int64.self))
    bytes.append(little: UInt32(entityCount))
    var text: [UInt8] = []
    forEachEntity { entity in
      append(entity, to: &text)
      if text.count > 1 << 20 {
        bytes.append(contentsOf: text)
        text.removeAll(keepingCapacity: true)
      }
    }
    bytes.append(contentsOf: text)
  }

  private func append(_ entity: Int, to bytes: inout [UInt8]) {
    let header = header(entity)
    let ring = ring(header)
    let name = headers.load(header + Header.name, as: UInt32.self)
    let length = table.names.memory.load(Int(name) * 8, as: UInt16.self)
    bytes.append(little: ring.head &- ring.tail)
    bytes.append(little: UInt16(ring.log))
    bytes.append(little: length)
    bytes.append(little: headers.load(header + Header.flags, as: UInt32.self))
    bytes.append(little: headers.load(header + Header.last, as: Int64.self))
    bytes.append(little: headers.load(header + Header.coalesced, as: UInt32.self))
    bytes.append(
      little: headers.load(header + Header.coalescedEnd, as: UInt32.self) &- ring.tail
    )
    table.names.memory.append(at: Int(name) * 8 + 2, count: Int(length), to: &bytes)
    // The ring from the tail to its end, and the rest from its start.
    let count = Int(ring.head &- ring.tail) + 1
    let start = Int(ring.tail & ring.mask)
    let before = min(count, Int(ring.mask) + 1 - start)
    events.append(at: ring.start + start * stride, count: before * stride, to: &bytes)
    events.append(at: ring.start, count: (count - before) * stride, to: &bytes)
  }

  /// Restores what `encode` wrote into windows that are empty.
  func restore(from reader: inout ByteReader) throws(DecodingFailure) {
    control.store(try reader.integer(Int64.self), at: Control.evictedUntil)
    control.store(try reader.integer(Int64.self), at: Control.evictions)
    for _ in 0..<(try reader.count(unit: EntityWindows.headBytes)) {
      try restoreEntity(from: &reader)
    }
  }

  private func restoreEntity(from reader: inout ByteReader) throws(DecodingFailure) {
    let place = reader.offset
    let count: UInt32 = try reader.integer()
    let log = Int(try reader.integer(UInt16.self))
    let length = Int(try reader.integer(UInt16.self))
    let flags: UInt32 = try reader.integer()
    let last: Int64 = try reader.integer()
    let coalesced: UInt32 = try reader.integer()
    let coalescedEnd: UInt32 = try reader.integer()
    guard log >= 1, log <= ringLogLimit, Int(count) + 2 <= 1 << log + 1 else {
      throw DecodingFailure("an entity with \(count) events in 2^\(log) slots", at: place)
    }
    let (entity, header) = try reader.read(length) { name in
      let hash = table.hash(name)
      let entity = claimHeader()
      let header = self.header(entity)
      headers.store(table.keep(name), at: header + Header.name)
      headers.store(hash, at: header + Header.hash)
      table.insert(entity, hash)
      return (entity, header)
    }
    headers.store(flags, at: header + Header.flags)
    headers.store(last, at: header + Header.last)
    headers.store(coalesced, at: header + Header.coalesced)
    headers.store(coalescedEnd, at: header + Header.coalescedEnd)
    headers.store(count, at: header + Header.head)
    let unit = rings.allocate(log, bytes: layout.slotBytes << log)
    headers.store(unit, at: header + Header.ring)
    headers.store(UInt32(log), at: header + Header.log)
    try reader.read((Int(count) + 1) * stride) { events.write($0, at: Int(unit) * 8) }
    control.store(eventCount + Int(count), at: Control.events)
    touch(entity, header)
    rebuild(entity, header, last: last)
  }

  /// Works out all that follows from an entity's events.
  private func rebuild(_ entity: Int, _ header: Int, last: Int64) {
    let ring = ring(header)
    for number in 0..<layout.offsets.count {
      let limit = last == .min ? last : last - layout.offsets[number]
      headers.store(
        firstIndex(after: limit, ring, to: ring.head),
        at: header + Header.cursors + 4 * number
      )
    }
    if !layout.hasColumns { return }
    if layout.trees.count > 0 { rebuildTrees(ring) }
    for number in 0..<layout.linkCount {
      let column = layout.linksStart + 16 * number
      var index = ring.tail
      while index != ring.head {
        let slot = slot(index, ring) + column
        let key: UInt64 = events.load(slot + Link.key)
        if key != 0, events.load(slot + Link.next, as: UInt32.self) == 0 {
          pairs.insert(key, entity, newest: index)
        }
        index &+= 1
      }
    }
    for number in 0..<layout.tracked.count {
      let window = layout.tracked[number]
      func place(_ sample: Int) -> UInt32 {
        if sample >= 2 {
          return headers.load(header + Header.cursors + 4 * (sample - 2))
        }
        return sample == 1 && ring.head != ring.tail ? ring.head &- 1 : ring.head
      }
      // Merged events are in no tracked window.
      let merged: UInt32 = headers.load(header + Header.coalesced)
      let end: UInt32 = headers.load(header + Header.coalescedEnd)
      let start = merged != 0 && Int32(bitPattern: end &- ring.tail) > 0 ? end : ring.tail
      headers.store(start, at: header + window.state + State.entered)
      headers.store(start, at: header + window.state + State.left)
      let (newer, older) = (place(window.newer), place(window.older))
      advance(window, entity, header + window.state, ring, to: newer, leaving: older)
    }
  }

  /// A digest of all entities, in any order.
  func stateDigest() -> UInt64 {
    var total = Fingerprint.chain(UInt64(entityCount), control.load(Control.evictions))
    var bytes: [UInt8] = []
    forEachEntity { entity in
      bytes.removeAll(keepingCapacity: true)
      append(entity, to: &bytes)
      total &+= Fingerprint.of(bytes, in: 0..<bytes.count)
    }
    return total
  }
}
