import Payments

extension Profile {
  /// Appends the name that some slots of a record make; false where a part is absent.
  func appendKey(_ slots: [Int], _ record: borrowing Span<UInt8>) -> Bool {
    for slot in slots {
      let range = TransactionRecord.text(slot, record)
      if range.isEmpty { return false }
      if slots.count > 1 { keyBytes.append(little: UInt16(truncatingIfNeeded: range.count)) }
      keyBytes.append(record.extracting(range))
    }
    return true
  }

  /// Hashes the names of all looks and has what is known of them fetched from memory.
  func announce(_ record: borrowing Span<UInt8>) {
    let (looks, views, windows) = (looks, views, windows)
    keyBytes.removeAll(keepingCapacity: true)
    var number = 0
    while number < looks.count {
      let look = looks[number]
      let view = views[number]
      keyStarts[number] = keyBytes.count
      if look.isSingle {
        let range = TransactionRecord.text(look.first, record)
        view.isNamed = !range.isEmpty
        if view.isNamed { view.hash = windows[look.kind].table.hash(record.extracting(range)) }
      } else {
        view.isNamed = appendKey(look, record)
        if view.isNamed {
          let names = keyBytes
          let name = names.span.extracting(keyStarts[number]..<names.count)
          view.hash = windows[look.kind].table.hash(name)
        }
      }
      if view.isNamed { windows[look.kind].table.prefetch(view.hash) }
      number += 1
    }
    keyStarts[number] = keyBytes.count
  }

  private func appendKey(_ look: Look, _ record: borrowing Span<UInt8>) -> Bool {
    let start = keyBytes.count
    if append(look.first, record), append(look.second, record),
      look.third < 0 || append(look.third, record)
    {
      return true
    }
    keyBytes.removeLast(keyBytes.count - start)
    return false
  }

  private func append(_ slot: Int, _ record: borrowing Span<UInt8>) -> Bool {
    let range = TransactionRecord.text(slot, record)
    if range.isEmpty { return false }
    keyBytes.append(little: UInt16(truncatingIfNeeded: range.count))
    keyBytes.append(record.extracting(range))
    return true
  }

  func prefetchHeaders() {
    let (looks, views, windows) = (looks, views, windows)
    for number in 0..<looks.count where views[number].isNamed {
      windows[looks[number].kind].prefetchHeader(views[number])
    }
  }

  func prefetchEvents() {
    let (looks, views, windows) = (looks, views, windows)
    for number in 0..<looks.count where views[number].isNamed {
      windows[looks[number].kind].prefetchEvents(views[number])
    }
  }

  /// Records the transaction in the windows of its own entities, then looks at the others.
  func update(_ record: borrowing Span<UInt8>, _ idHash: UInt32) {
    let (looks, views, windows) = (looks, views, windows)
    for number in 0..<looks.count {
      let (look, view) = (looks[number], views[number])
      let windows = windows[look.kind]
      guard view.isNamed else {
        view.entity = -1
        continue
      }
      if look.isSingle {
        let name = record.extracting(TransactionRecord.text(look.first, record))
        if look.records {
          windows.record(view, name, time: landed, watermark: watermark, idHash: idHash)
        } else {
          windows.look(view, name, time: landed, recorded: views[look.kind])
        }
      } else {
        let names = keyBytes
        let name = names.span.extracting(keyStarts[number]..<keyStarts[number + 1])
        if look.records {
          windows.record(view, name, time: landed, watermark: watermark, idHash: idHash)
        } else {
          windows.look(view, name, time: landed, recorded: views[look.kind])
        }
      }
      if look.records { windows.expire(watermark: watermark) }
      if windows.isApproximate(view.entity) { wasApproximate = true }
    }
  }

  /// What the transaction adds to each column of all kinds.
  func fillDeltas(_ record: borrowing Span<UInt8>) {
    let (additions, windows) = (additions, windows)
    var number = 0
    while number < additions.count {
      let addition = additions[number]
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
  // An entity and its events are found by a chain of reads far apart in memory. They are asked for
  // ahead in steps, each for all kinds in turn, so that the kinds wait together.

  @inline(__always)
  func prefetchHeader(_ view: View) {
    let candidate = table.candidate(view.hash)
    view.candidate = candidate
    if candidate < 0 { return }
    headers.prefetch(header(candidate))
    headers.prefetch(header(candidate) + layout.headerStride - 1)
  }

  @inline(__always)
  func prefetchEvents(_ view: View) {
    if view.candidate < 0 { return }
    let header = header(view.candidate)
    table.names.memory.prefetch(Int(headers.load(header + Header.name, as: UInt32.self)) * 8)
    let ring = ring(header)
    events.prefetch(slot(ring.head, ring))
    events.prefetch(slot(ring.head &+ 1, ring) + stride - 1)
    var number = 0
    while number < layout.offsets.count {
      let cursor: UInt32 = headers.load(header + Header.cursors + 4 * number)
      events.prefetch(slot(cursor, ring))
      number += 1
    }
  }

  @inline(__always)
  func isApproximate(_ entity: Int) -> Bool {
    entity >= 0
      && headers.load(header(entity) + Header.flags, as: UInt32.self) & Flags.approximate != 0
  }
}

extension FeatureProgram {
  /// Whether a number slot holds doubles.
  func isNumber(_ slot: Int?) -> Bool { slot.map { numberSlots.contains($0) } ?? false }
}
