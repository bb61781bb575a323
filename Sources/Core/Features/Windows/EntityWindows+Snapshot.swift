import Payments

extension EntityWindows {
  // An entity in a snapshot: a fixed head, its name, and its events as they lie in the ring with
  // the sentinel. Cursors, trees, links' newest texts and tracked windows follow from those.
  static let headBytes = 28
  /// How many entities ahead the memory of one is asked for.
  private static let ahead = 16

  /// What stands in an entity's head.
  struct Head {
    var count: UInt32
    var log: UInt16
    var nameLength: UInt16
    var flags: UInt32
    var last: Int64
    var coalesced: UInt32
    var coalescedEnd: UInt32
  }

  private func head(_ header: Int, _ ring: Ring) -> Head {
    let name = Int(headers.load(header + Header.name, as: UInt32.self)) * 8
    return Head(
      count: ring.head &- ring.tail,
      log: UInt16(truncatingIfNeeded: ring.log),
      nameLength: table.names.memory.load(name),
      flags: headers.load(header + Header.flags),
      last: headers.load(header + Header.last),
      coalesced: headers.load(header + Header.coalesced),
      coalescedEnd: headers.load(header + Header.coalescedEnd, as: UInt32.self) &- ring.tail
    )
  }

  /// The bytes that `encode` appends at most: names count with what they take in memory.
  var encodedSizeMax: Int {
    64 + entityCount * (EntityWindows.headBytes + stride) + eventCount * stride
      + table.names.liveBytes
  }

  /// Appends the state in a form that does not depend on where it lies in memory; its digest.
  ///
  /// Entities stand in the order in which they were recorded last, behind the length of all that.
  func encode(into bytes: inout [UInt8]) -> UInt64 {
    let sizePlace = bytes.count
    bytes.append(little: UInt64(0))
    bytes.append(little: control.load(Control.evictedUntil, as: Int64.self))
    bytes.append(little: control.load(Control.evictions, as: Int64.self))
    bytes.append(little: UInt32(entityCount))
    bytes.append(little: UInt32(pairs.count))
    var digest = digestStart
    ByteWriter.append(encodedSizeMax, to: &bytes) { writer in
      forEachEntityInOrder { header, ring in
        digest &+= self.digest(header, ring)
        write(header, ring, to: &writer)
      }
    }
    bytes.store(little: UInt64(bytes.count - sizePlace - 8), at: sizePlace)
    return digest
  }

  private func write(_ header: Int, _ ring: Ring, to writer: inout ByteWriter) {
    let head = head(header, ring)
    writer.write(head.count)
    writer.write(head.log)
    writer.write(head.nameLength)
    writer.write(head.flags)
    writer.write(head.last)
    writer.write(head.coalesced)
    writer.write(head.coalescedEnd)
    let name = Int(headers.load(header + Header.name, as: UInt32.self)) * 8
    writer.write(table.names.memory, at: name + 2, count: Int(head.nameLength))
    // The ring from the tail to its end, and the rest from its start.
    let count = Int(head.count) + 1
    let start = Int(ring.tail & ring.mask)
    let before = min(count, Int(ring.mask) + 1 - start)
    writer.write(events, at: ring.start + start * stride, count: before * stride)
    writer.write(events, at: ring.start, count: (count - before) * stride)
  }

  // MARK: order

  /// The entities, the one recorded longest ago first.
  ///
  /// The chain is followed from both ends at once, since each step waits for memory.
  private func order() -> [UInt32] {
    var entities = [UInt32](repeating: 0, count: entityCount)
    var (low, high) = (0, entities.count - 1)
    var oldest: UInt32 = control.load(Control.oldest)
    var newest: UInt32 = control.load(Control.newest)
    while low <= high, oldest != 0, newest != 0 {
      entities[high] = newest &- 1
      entities[low] = oldest &- 1
      oldest = headers.load(header(Int(oldest) - 1) + Header.newer)
      newest = headers.load(header(Int(newest) - 1) + Header.older)
      low += 1
      high -= 1
    }
    return entities
  }

  /// Calls back for all entities in their order, with memory that was asked for ahead.
  @inline(__always)
  private func forEachEntityInOrder(_ body: (Int, Ring) -> Void) {
    let order = order()
    let entities = order.span
    for index in entities.indices {
      if index + 2 * EntityWindows.ahead < entities.count {
        headers.prefetch(header(Int(entities[index + 2 * EntityWindows.ahead])))
      }
      if index + EntityWindows.ahead < entities.count {
        let header = header(Int(entities[index + EntityWindows.ahead]))
        let ring = ring(header)
        table.names.memory.prefetch(Int(headers.load(header + Header.name, as: UInt32.self)) * 8)
        let first = slot(ring.tail, ring)
        events.prefetch(first)
        events.prefetch(first + 64)
        events.prefetch(first + 128)
      }
      let header = header(Int(entities[index]))
      body(header, ring(header))
    }
  }

  // MARK: digest

  private var digestStart: UInt64 {
    Fingerprint.chain(UInt64(entityCount), control.load(Control.evictions))
  }

  /// A digest of one entity as it stands in memory.
  @inline(__always)
  func digest(_ header: Int, _ ring: Ring) -> UInt64 {
    let head = head(header, ring)
    var state = Fold.step(
      UInt64(head.count) | UInt64(head.log) << 32 | UInt64(head.nameLength) << 48,
      UInt64(bitPattern: head.last),
      UInt64(head.flags)
    )
    state = Fold.step(state, UInt64(head.coalesced), UInt64(head.coalescedEnd))
    state = table.digest(state, name: headers.load(header + Header.name))
    let words = stride / 8
    var index = ring.tail
    while true {
      state = events.fold(state, at: slot(index, ring), words: words)
      if index == ring.head { return state }
      index &+= 1
    }
  }

  /// A digest of all entities, in any order.
  func stateDigest() -> UInt64 {
    var total = digestStart
    forEachEntityInOrder { header, ring in total &+= digest(header, ring) }
    return total
  }

  /// The same for entities whose own digests sum to `sum`.
  func stateDigest(_ sum: UInt64) -> UInt64 { digestStart &+ sum }
}
