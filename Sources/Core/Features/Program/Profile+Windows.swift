import Payments

extension Profile {
  /// Records the transaction in the windows of its own entities, then looks at the others.
  func update(_ idHash: UInt32) {
    let (looks, views, windows, names) = (looks, views, windows, names)
    for number in 0..<looks.count {
      let (look, view, name) = (looks.row(number), views[number], names.name(number))
      view.isNamed = name.count > 0
      guard name.count > 0 else {
        view.entity = -1
        continue
      }
      let kind = windows[look.fields.kind]
      let records = look.fields.records
      let (hash, candidate) = (names.hash(number), names.candidate(number))
      names.bytes.withBytes(at: name.start, count: name.count) { name in
        let found = kind.find(name, hash: hash, candidate: candidate)
        if records {
          let entity = found < 0 ? kind.add(name, hash, watermark: watermark) : found
          kind.record(view, entity, time: landed, watermark: watermark, idHash: idHash)
        } else {
          kind.look(view, found, time: landed, recorded: views[look.fields.kind])
        }
      }
      if records { kind.expire(watermark: watermark) }
      if kind.isApproximate(view.entity, watermark: watermark) { wasApproximate = true }
    }
  }

  /// What the transaction adds to each column of all kinds.
  func fillDeltas(_ record: borrowing Span<UInt8>) {
    let (additions, windows) = (additions, windows)
    var number = 0
    while number < additions.count {
      let addition = additions.row(number).fields
      let deltas = windows[addition.kind].deltas
      let passes =
        addition.filter == Addition.always
        || (addition.filter >= 0 && registers[UInt16(truncatingIfNeeded: addition.filter)] != 0)
      switch addition.what {
      case .count: deltas.store(UInt32(passes ? 1 : 0), at: addition.offset)
      case .fact: deltas.store(UInt32(0), at: addition.offset)
      case .sum:
        let value = passes ? summed(addition, record) : 0
        deltas.store(value, at: addition.offset)
        deltas.store(UInt32(truncatingIfNeeded: value >> 63), at: addition.offset + 8)
      case .squares:
        let square = WideSquare.of(passes ? summed(addition, record) : 0)
        deltas.store(square.low, at: addition.offset)
        deltas.store(square.high, at: addition.offset + 8)
      case .value:
        let value = passes ? ordered(addition, record) : EntityWindows.noValue
        deltas.store(value, at: addition.offset)
      case .text: deltas.store(passes ? key(addition, record) : 0, at: addition.offset)
      }
      number += 1
    }
  }

  /// What an activity adds to the columns of one kind.
  func fillDeltas(_ kind: Int, activity bit: UInt16) {
    let deltas = windows[kind].deltas
    for number in 0..<additions.count where additions[number].kind == kind {
      let addition = additions[number]
      switch addition.what {
      case .count:
        let counts = addition.activities & bit != 0
        deltas.store(UInt32(counts ? 1 : 0), at: addition.offset)
      case .fact: deltas.store(UInt32(0), at: addition.offset)
      case .sum:
        deltas.store(UInt64(0), at: addition.offset)
        deltas.store(UInt32(0), at: addition.offset + 8)
      case .squares:
        deltas.store(UInt64(0), at: addition.offset)
        deltas.store(UInt64(0), at: addition.offset + 8)
      case .value: deltas.store(EntityWindows.noValue, at: addition.offset)
      case .text: deltas.store(UInt64(0), at: addition.offset)
      }
    }
  }

  /// Adds the transaction to the columns whose filters became known at a level.
  func add(_ level: Int, _ record: borrowing Span<UInt8>) {
    let (late, windows, views) = (lateAdditions, windows, views)
    for number in late.indices {
      let (addition, register) = (late[number].addition, late[number].register)
      let view = views[addition.kind]
      guard late[number].level == level, view.entity >= 0, registers[register] != 0 else {
        continue
      }
      let (kind, entity, place) = (windows[addition.kind], view.entity, view.position)
      switch addition.what {
      case .count: kind.add(1, to: addition.offset, entity, behind: place)
      case .sum, .squares:
        kind.add(
          wide: summed(addition, record),
          squares: addition.what == .squares,
          to: addition.offset,
          entity,
          behind: place
        )
      case .value:
        let value = ordered(addition, record)
        if value != EntityWindows.noValue {
          kind.set(value: value, column: addition.offset, entity, at: place)
        }
      case .text:
        let key = key(addition, record)
        if key != 0 { kind.set(text: key, column: addition.offset, entity, at: place) }
      case .fact: break
      }
    }
  }

  /// The greatest number whose sum is exact, in its own units; beyond it counts as missing.
  static let summedNumberMax = 1e9
  /// Numbers are summed in millionths.
  static let numberScale = 1e6

  /// A summed field in minor units or millionths; a missing one adds nothing.
  private func summed(_ addition: Addition, _ record: borrowing Span<UInt8>) -> Int64 {
    guard addition.field >= 0 else { return TransactionRecord.amount(record).minorUnits }
    let bits = TransactionRecord.bits(addition.field, record)
    if addition.isNumber {
      let value = Double(bitPattern: bits)
      guard value.magnitude <= Profile.summedNumberMax else { return 0 }
      return Int64((value * Profile.numberScale).rounded(.toNearestOrEven))
    }
    let value = Int64(bitPattern: bits)
    return value == Money.missing.minorUnits ? 0 : value
  }

  /// A field as a value column keeps it.
  private func ordered(_ addition: Addition, _ record: borrowing Span<UInt8>) -> Int64 {
    guard addition.field >= 0 else { return TransactionRecord.amount(record).minorUnits }
    let bits = TransactionRecord.bits(addition.field, record)
    if addition.isNumber {
      let value = Double(bitPattern: bits)
      return value.isNaN ? EntityWindows.noValue : OrderedDouble.encode(value)
    }
    let value = Int64(bitPattern: bits)
    return value == Money.missing.minorUnits ? EntityWindows.noValue : value
  }

  /// A text as a link column keeps it; 0 where it is absent.
  private func key(_ addition: Addition, _ record: borrowing Span<UInt8>) -> UInt64 {
    let range = TransactionRecord.text(addition.field, record)
    if range.isEmpty { return 0 }
    return max(1, Fingerprint.of(record.extracting(range), seed: addition.seed))
  }
}

extension EntityWindows {
  /// Asks for the header of the entity that has a name of this hash, most likely; the entity, or
  /// -1.
  @inline(__always)
  func prefetchHeader(_ hash: UInt32) -> Int {
    let candidate = table.candidate(hash)
    if candidate < 0 { return -1 }
    headers.prefetch(header(candidate))
    headers.prefetch(header(candidate) + layout.headerStride - 1)
    return candidate
  }

  /// Asks for an entity's name and for the events at which its windows end.
  @inline(__always)
  func prefetchEvents(_ candidate: Int) {
    let header = header(candidate)
    table.names.memory.prefetch(Int(headers.load(header + Header.name, as: UInt32.self)) * 8)
    let ring = ring(header)
    let (events, headers, stride, offsets) = (events, headers, stride, layout.offsets.count)
    events.prefetch(ring.start &+ Int(ring.head & ring.mask) &* stride)
    events.prefetch(ring.start &+ Int((ring.head &+ 1) & ring.mask) &* stride &+ stride &- 1)
    var place = header &+ Header.cursors
    let end = place &+ 4 &* offsets
    while place < end {
      let cursor: UInt32 = headers.load(place)
      let slot = ring.start &+ Int(cursor & ring.mask) &* stride
      events.prefetch(slot)
      // Most windows move on by an event.
      events.prefetch(slot &+ stride)
      place &+= 4
    }
  }

  /// Asks for an entity's newest events, where labels mostly belong.
  @inline(__always)
  func prefetchNewest(_ candidate: Int) {
    let header = header(candidate)
    table.names.memory.prefetch(Int(headers.load(header + Header.name, as: UInt32.self)) * 8)
    let ring = ring(header)
    var back: UInt32 = 1
    while back <= 8 {
      events.prefetch(slot(ring.head &- back, ring))
      back &*= 2
    }
  }
}

extension FeatureProgram {
  /// Whether a number slot holds doubles.
  func isNumber(_ slot: Int?) -> Bool { slot.map { numberSlots.contains($0) } ?? false }
}
