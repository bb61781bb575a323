import Payments

extension Profile {
  /// Brings the name of the record's entity into `keyBytes`; false where a part is absent.
  func makeKey(_ plan: WindowPlan, _ record: borrowing Span<UInt8>) -> Bool {
    keyBytes.removeAll(keepingCapacity: true)
    for slot in plan.key {
      let range = TransactionRecord.text(slot, record)
      if range.isEmpty { return false }
      if plan.key.count > 1 { keyBytes.append(little: UInt16(truncatingIfNeeded: range.count)) }
      keyBytes.append(record.extracting(range))
    }
    return true
  }

  /// Records the transaction in the windows of its entity of one kind.
  func update(_ kind: EntityWindows, _ record: borrowing Span<UInt8>, _ idHash: UInt32) {
    if kind.plan.key.count == 1 {
      let range = TransactionRecord.text(kind.plan.key[0], record)
      if range.isEmpty { return kind.skip() }
      kind.record(
        record.extracting(range),
        time: landed,
        watermark: watermark,
        idHash: idHash
      )
    } else if makeKey(kind.plan, record) {
      let key = keyBytes
      kind.record(key.span, time: landed, watermark: watermark, idHash: idHash)
    } else {
      kind.skip()
    }
  }

  /// What the transaction adds to each word of the prefix sums of one kind.
  @inline(__always)
  func fillDeltas(_ kind: EntityWindows, _ record: borrowing Span<UInt8>) {
    var word = EntityWindows.Scratch.deltas
    for measure in kind.plan.measures {
      let passes: Bool
      if let filter = measure.filter {
        passes = register(program.filters[filter]) != 0
      } else {
        passes = true
      }
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
  private func summed(_ field: Int?, _ record: borrowing Span<UInt8>) -> Int64 {
    guard let field else { return TransactionRecord.amount(record).minorUnits }
    let value = Int64(bitPattern: TransactionRecord.bits(field, record))
    return value == Money.missing.minorUnits ? 0 : value
  }

  /// Reads one aggregate from the samples that the last transaction left in its kind.
  func value(of number: Int) -> Double {
    let plan = program.aggregates[number]
    let kind = kinds[plan.kind]
    guard kind.entity >= 0 else { return .nan }
    switch plan.function {
    case .count: return Double(count(plan, kind, plan.newer, plan.older))
    case .sum: return sum(plan, kind).asDouble / plan.scale
    case .mean:
      let events = count(plan, kind, plan.newer, plan.older)
      return events == 0 ? .nan : sum(plan, kind).asDouble / (Double(events) * plan.scale)
    case .fraudRate: return fraudRate(plan, kind)
    }
  }

  @inline(__always)
  private func word(_ kind: EntityWindows, _ sample: Int, _ offset: Int) -> UInt32 {
    kind.memory.load(kind.sampleSlot(sample) + offset)
  }

  @inline(__always)
  private func difference(
    _ kind: EntityWindows,
    _ newer: Int,
    _ older: Int,
    _ offset: Int
  ) -> UInt32 {
    word(kind, newer, offset) &- word(kind, older, offset)
  }

  @inline(__always)
  private func count(
    _ plan: AggregatePlan,
    _ kind: EntityWindows,
    _ newer: Int,
    _ older: Int
  ) -> UInt32 {
    if plan.countWord < 0 { return kind.sampleIndex(newer) &- kind.sampleIndex(older) }
    return difference(kind, newer, older, plan.countWord)
  }

  /// The exact sum over the window, in minor units: a 96-bit difference.
  private func sum(_ plan: AggregatePlan, _ kind: EntityWindows) -> Int128 {
    func prefix(_ sample: Int) -> Int128 {
      let slot = kind.sampleSlot(sample) + plan.sumWord
      let low: UInt64 = kind.memory.load(slot)
      let high: UInt32 = kind.memory.load(slot + 8)
      return Int128(Int32(bitPattern: high)) << 64 | Int128(low)
    }
    let difference = prefix(plan.newer) &- prefix(plan.older)
    // Prefixes wrap at 96 bits; the window's own sum never reaches them.
    return (difference << 32) >> 32
  }

  /// Frauds among the transactions whose label is known: labelled ones, and those old enough to be
  /// presumed legitimate.
  private func fraudRate(_ plan: AggregatePlan, _ kind: EntityWindows) -> Double {
    let frauds = difference(kind, plan.newer, plan.older, plan.fraudWord)
    var known: UInt32 = 0
    if plan.mature != plan.older {
      known =
        count(plan, kind, plan.mature, plan.older)
        &- difference(kind, plan.mature, plan.older, plan.unmaturableWord)
    }
    if plan.mature != plan.newer {
      known &+= difference(kind, plan.newer, plan.mature, plan.labelledWord)
    }
    return known == 0 ? .nan : Double(frauds) / Double(known)
  }
}
