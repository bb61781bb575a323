package import Payments

extension Profile {
  /// Appends the whole state in a form that does not depend on how it lies in memory.
  package func encode(into bytes: inout [UInt8]) {
    bytes.append(little: watermark)
    bytes.append(little: warmingUntil)
    bytes.append(little: UInt32(kinds.count))
    for kind in kinds { kind.encode(watermark: watermark, into: &bytes) }
    let recent = recentLabels.filter { $0.arrival > watermark - source.lateBound }
    bytes.append(little: UInt32(recent.count))
    for change in recent {
      bytes.append(little: UInt16(change.kind))
      bytes.append(blob: kinds[change.kind].name(of: change.entity))
      bytes.append(little: change.time)
      bytes.append(little: change.idHash)
      bytes.append(little: change.arrival)
      bytes.append(little: change.fraud)
      bytes.append(little: change.labelled)
      bytes.append(little: change.unmaturable)
    }
  }

  /// Restores what `encode` wrote into an empty profile of the same program.
  package func restore(from reader: inout ByteReader) throws(DecodingFailure) {
    watermark = try reader.integer()
    warmingUntil = try reader.integer()
    let count = try reader.count(unit: 8)
    guard count == kinds.count else {
      throw DecodingFailure("\(count) entity kinds, \(kinds.count) expected", at: reader.offset)
    }
    for kind in kinds { try kind.restore(from: &reader) }
    for _ in 0..<(try reader.count(unit: 38)) {
      let number = Int(try reader.integer(UInt16.self))
      let name = try reader.blob()
      guard kinds.indices.contains(number), let entity = kinds[number].known(name.span) else {
        throw DecodingFailure("a label of an unknown entity", at: reader.offset)
      }
      recentLabels.append(
        LabelChange(
          kind: number,
          entity: entity,
          time: try reader.integer(),
          idHash: try reader.integer(),
          arrival: try reader.integer(),
          fraud: try reader.integer(),
          labelled: try reader.integer(),
          unmaturable: try reader.integer()
        )
      )
    }
  }

  /// A digest of all live events, in any order of entities.
  package func stateDigest() -> UInt64 {
    var state = Fingerprint.chain(UInt64(bitPattern: watermark), program.fingerprint)
    for kind in kinds {
      state = Fingerprint.chain(state, kind.stateDigest(watermark: watermark))
    }
    return state
  }
}

extension EntityWindows {
  /// The entities with live events, and the indexes of those.
  private func live(
    _ entity: Int,
    watermark: Int64
  ) -> (first: UInt32, head: UInt32, ring: Int, mask: UInt32) {
    let (ring, mask, _, head) = ringOf(entity)
    let limit = watermark == .min ? Int64.min : watermark - horizon
    return (first(at: limit == .min ? .min + 1 : limit + 1, entity), head, ring, mask)
  }

  fileprivate func encode(watermark: Int64, into bytes: inout [UInt8]) {
    let countAt = bytes.count
    bytes.append(little: UInt32(0))
    var written: UInt32 = 0
    for entity in 0..<entityCount {
      let (start, head, ring, mask) = live(entity, watermark: watermark)
      let flagged = isApproximate(entity)
      if start == head, !flagged { continue }
      written += 1
      bytes.append(blob: name(of: entity))
      bytes.append(flagged ? 1 : 0)
      bytes.append(little: head &- start)
      var index = start
      while index != head {
        let slot = ring + Int(index & mask) * stride
        let next = ring + Int((index &+ 1) & mask) * stride
        bytes.append(little: memory.load(slot, as: Int64.self))
        bytes.append(little: memory.load(slot + 8, as: UInt32.self))
        appendDeltas(slot, next, to: &bytes)
        index &+= 1
      }
    }
    bytes.store(little: written, at: countAt)
  }

  /// What one event added to each word of the prefix sums.
  private func appendDeltas(_ slot: Int, _ next: Int, to bytes: inout [UInt8]) {
    var offset = WindowPlan.eventHeader
    for measure in plan.measures {
      if measure.kind == .sum {
        let before: UInt64 = memory.load(slot + offset)
        let after: UInt64 = memory.load(next + offset)
        let (low, borrow) = after.subtractingReportingOverflow(before)
        let high =
          memory.load(next + offset + 8, as: UInt32.self)
          &- memory.load(slot + offset + 8, as: UInt32.self) &- (borrow ? 1 : 0)
        bytes.append(little: low)
        bytes.append(little: high)
        offset += 12
      } else {
        bytes.append(
          little: memory.load(next + offset, as: UInt32.self)
            &- memory.load(slot + offset, as: UInt32.self)
        )
        offset += 4
      }
    }
  }

  fileprivate func restore(from reader: inout ByteReader) throws(DecodingFailure) {
    for _ in 0..<(try reader.count(unit: 9)) {
      let name = try reader.blob()
      let flagged = try reader.integer(UInt8.self) != 0
      let events = try reader.count(unit: 12)
      if events == 0 { addEntity(name.span) }
      for _ in 0..<events {
        let time = try reader.integer(Int64.self)
        let idHash = try reader.integer(UInt32.self)
        var place = Scratch.deltas
        for measure in plan.measures {
          for _ in 0..<measure.words {
            scratch.store(try reader.integer(UInt32.self), at: place)
            place += 4
          }
        }
        announce(name.span)
        record(name.span, time: time, watermark: .min, idHash: idHash)
      }
      if flagged, let entity = known(name.span) { markApproximate(entity) }
    }
  }

  fileprivate func stateDigest(watermark: Int64) -> UInt64 {
    var total: UInt64 = 0
    var bytes: [UInt8] = []
    for entity in 0..<entityCount {
      let (start, head, ring, mask) = live(entity, watermark: watermark)
      if start == head { continue }
      bytes.removeAll(keepingCapacity: true)
      bytes.append(blob: name(of: entity))
      bytes.append(isApproximate(entity) ? 1 : 0)
      var index = start
      while index != head {
        let slot = ring + Int(index & mask) * stride
        bytes.append(little: memory.load(slot, as: Int64.self))
        bytes.append(little: memory.load(slot + 8, as: UInt32.self))
        appendDeltas(slot, ring + Int((index &+ 1) & mask) * stride, to: &bytes)
        index &+= 1
      }
      total &+= Fingerprint.of(bytes, in: 0..<bytes.count)
    }
    return total
  }
}
