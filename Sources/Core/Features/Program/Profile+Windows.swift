import Payments

extension Profile {
  /// One measure as the hot path reads it.
  struct Addition: Sendable {
    var kind: MeasureKind
    /// Register of the filter, or -1.
    var filter: Int
    /// Number slot, or -1 for the amount.
    var field: Int

    init(_ measure: Measure, filters: [Int]) {
      kind = measure.kind
      filter = measure.filter.map { filters[$0] } ?? -1
      field = measure.field ?? -1
    }
  }

  /// Appends the name of the record's entity to `keyBytes`; false where a part is absent.
  func appendKey(_ number: Int, _ record: borrowing Span<UInt8>) -> Bool {
    let slots = keySlots[number]
    for slot in slots {
      let range = TransactionRecord.text(slot, record)
      if range.isEmpty { return false }
      if slots.count > 1 { keyBytes.append(little: UInt16(truncatingIfNeeded: range.count)) }
      keyBytes.append(record.extracting(range))
    }
    return true
  }

  /// Brings the names of the record's entities into `keyBytes` and `keyEnds`, and has what is known
  /// of them fetched from memory.
  func announceKeys(_ record: borrowing Span<UInt8>) {
    keyBytes.removeAll(keepingCapacity: true)
    for number in kinds.indices {
      let start = keyBytes.count
      if !appendKey(number, record) { keyBytes.removeLast(keyBytes.count - start) }
      keyEnds[number] = keyBytes.count
    }
    let names = keyBytes
    var start = 0
    for number in kinds.indices {
      kinds[number].announce(names.span.extracting(start..<keyEnds[number]))
      start = keyEnds[number]
    }
  }

  /// Records the transaction in the windows of its entities of one kind.
  func update(_ number: Int, _ record: borrowing Span<UInt8>, _ idHash: UInt32) {
    let start = number == 0 ? 0 : keyEnds[number - 1]
    let end = keyEnds[number]
    if start == end { return kinds[number].skip() }
    let names = keyBytes
    kinds[number].record(
      names.span.extracting(start..<end),
      time: landed,
      watermark: watermark,
      idHash: idHash
    )
  }

  /// What the transaction adds to each word of the prefix sums of one kind.
  @inline(__always)
  func fillDeltas(_ number: Int, _ record: borrowing Span<UInt8>) {
    let kind = kinds[number]
    var word = EntityWindows.Scratch.deltas
    for measure in additions[number] {
      let passes = measure.filter < 0 || register(measure.filter) != 0
      switch measure.kind {
      case .count:
        kind.scratch.store(UInt32(passes ? 1 : 0), at: word)
        word += 4
      case .sum:
        var value: Int64 = 0
        if passes { value = summed(measure.field, record) }
        kind.scratch.store(value, at: word)
        kind.scratch.store(UInt32(truncatingIfNeeded: value >> 63), at: word + 8)
        word += 12
      case .fraud, .labelled, .unmaturable:
        kind.scratch.store(UInt32(0), at: word)
        word += 4
      }
    }
  }

  /// A summed field in minor units; a missing one adds nothing.
  private func summed(_ field: Int, _ record: borrowing Span<UInt8>) -> Int64 {
    guard field >= 0 else { return TransactionRecord.amount(record).minorUnits }
    let value = Int64(bitPattern: TransactionRecord.bits(field, record))
    return value == Money.missing.minorUnits ? 0 : value
  }
}
