extension EntityWindows {
  /// Reads aggregates of this kind from the samples that the last transaction left, into their
  /// registers.
  func evaluate(_ plans: [AggregatePlan], into registers: Memory) {
    for number in plans.indices {
      registers.store(value(of: plans[number]).bitPattern, at: 8 * plans[number].destination)
    }
  }

  @inline(__always)
  private func value(of plan: AggregatePlan) -> Double {
    guard entity >= 0 else { return .nan }
    switch plan.function {
    case .count: return Double(count(plan, plan.newer, plan.older))
    case .sum: return sum(plan).asDouble / plan.scale
    case .mean:
      let events = count(plan, plan.newer, plan.older)
      return events == 0 ? .nan : sum(plan).asDouble / (Double(events) * plan.scale)
    case .fraudRate: return fraudRate(plan)
    }
  }

  @inline(__always)
  private func word(_ sample: Int, _ offset: Int) -> UInt32 {
    memory.load(sampleSlot(sample) + offset)
  }

  @inline(__always)
  private func difference(
    _ newer: Int,
    _ older: Int,
    _ offset: Int
  ) -> UInt32 {
    word(newer, offset) &- word(older, offset)
  }

  @inline(__always)
  private func count(
    _ plan: AggregatePlan,
    _ newer: Int,
    _ older: Int
  ) -> UInt32 {
    if plan.countWord < 0 { return sampleIndex(newer) &- sampleIndex(older) }
    return difference(newer, older, plan.countWord)
  }

  /// The exact sum over the window, in minor units: a 96-bit difference.
  private func sum(_ plan: AggregatePlan) -> Int128 {
    @inline(__always) func prefix(_ sample: Int) -> Int128 {
      let slot = sampleSlot(sample) + plan.sumWord
      let low: UInt64 = memory.load(slot)
      let high: UInt32 = memory.load(slot + 8)
      return Int128(Int32(bitPattern: high)) << 64 | Int128(low)
    }
    let difference = prefix(plan.newer) &- prefix(plan.older)
    // Prefixes wrap at 96 bits; the window's own sum never reaches them.
    return (difference << 32) >> 32
  }

  /// Frauds among the transactions whose label is known: labelled ones, and those old enough to be
  /// presumed legitimate.
  private func fraudRate(_ plan: AggregatePlan) -> Double {
    let frauds = difference(plan.newer, plan.older, plan.fraudWord)
    var known: UInt32 = 0
    if plan.mature != plan.older {
      known =
        count(plan, plan.mature, plan.older)
        &- difference(plan.mature, plan.older, plan.unmaturableWord)
    }
    if plan.mature != plan.newer {
      known &+= difference(plan.newer, plan.mature, plan.labelledWord)
    }
    return known == 0 ? .nan : Double(frauds) / Double(known)
  }
}
