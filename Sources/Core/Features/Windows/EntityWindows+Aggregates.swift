import Payments

extension EntityWindows {
  /// The value of an aggregate from the samples that a view of a known entity found.
  ///
  /// `events` is the region of that name, which the caller holds.
  @inline(__always)
  func value(of plan: Row<AggregatePlan>, _ view: View, _ events: Memory) -> Double {
    switch plan.fields.function {
    case .count: return Double(count(plan, view, events))
    case .sum: return total(plan, view, events) / plan.fields.scale
    case .mean:
      let count = count(plan, view, events)
      return count == 0
        ? .nan : total(plan, view, events) / (Double(count) * plan.fields.scale)
    case .fraudRate: return fraudRate(plan, view, events)
    default: return rareValue(of: plan, view)
    }
  }

  /// What an aggregate says over no events at all.
  static func valueOfNothing(_ function: AggregatePlan.Function) -> Double {
    switch function {
    case .count, .sum, .distinct, .streak, .decayed: 0
    default: .nan
    }
  }

  private func rareValue(of plan: Row<AggregatePlan>, _ view: View) -> Double {
    if !view.isLate {
      switch plan.fields.function {
      case .distinct:
        return Double(headers.load(state(plan, view) + State.count, as: UInt32.self))
      case .entropy:
        let state = state(plan, view)
        return EntityWindows.entropy(
          headers.load(state + State.count),
          headers.load(state + State.sum)
        )
      case .quantile: return quantile(plan, headers, state(plan, view))
      default: break
      }
    }
    let header = header(view.entity)
    let ring = ring(header)
    let (a, b) = (view.index(plan.fields.older), newest(plan, view))
    switch plan.fields.function {
    case .std: return deviation(plan, view)
    case .decayed:
      // What faded before must not leave its rounding in a window that nothing passed in.
      if count(plan, view, events) == 0 { return 0 }
      let time = view.time - plan.fields.delay
      return decayed(plan.fields.column, ring, from: a, to: b, at: time)
    case .least, .greatest:
      guard let value = best(plan.fields.column, ring, from: a, to: b) else { return .nan }
      return decode(value, plan)
    case .last, .sinceLast:
      guard let index = newestPassing(plan, ring, a, b) else { return .nan }
      return read(index, plan, ring, view)
    case .first, .sinceFirst:
      guard let index = oldestPassing(plan, ring, a, b) else { return .nan }
      return read(index, plan, ring, view)
    case .streak: return streak(plan, header, ring, a, b)
    case .distinct: return Double(distinct(plan, ring, a, b))
    case .entropy: return entropy(plan, ring, a, b)
    case .quantile: return quantileOfLate(plan, ring, a, b)
    case .count, .sum, .mean, .fraudRate:
      preconditionFailure("read where it is often asked for")
    }
  }

  @inline(__always)
  private func state(_ plan: Row<AggregatePlan>, _ view: View) -> Int {
    header(view.entity) + layout.tracked[plan.fields.tracked].state
  }

  /// The window's newer end, never before its older one.
  @inline(__always)
  private func newest(_ plan: Row<AggregatePlan>, _ view: View) -> UInt32 {
    let (a, b) = (view.index(plan.fields.older), view.index(plan.fields.newer))
    return Int32(bitPattern: b &- a) < 0 ? a : b
  }

  @inline(__always)
  private func count(_ plan: Row<AggregatePlan>, _ view: View, _ events: Memory) -> UInt32 {
    count(plan, view, plan.fields.newer, plan.fields.older, events)
  }

  /// Events between two samples that pass the filter.
  @inline(__always)
  private func count(
    _ plan: Row<AggregatePlan>,
    _ view: View,
    _ newer: Int,
    _ older: Int,
    _ events: Memory
  ) -> UInt32 {
    let offset = plan.fields.countOffset
    if offset >= 0 { return EntityWindows.difference(view, newer, older, offset, events) }
    let (a, b) = (view.index(older), view.index(newer))
    return view.isCoalesced ? number(from: a, to: b, header(view.entity)) : b &- a
  }

  @inline(__always)
  private static func difference(
    _ view: View,
    _ newer: Int,
    _ older: Int,
    _ offset: Int,
    _ events: Memory
  ) -> UInt32 {
    events.load(view.slot(newer) &+ offset, as: UInt32.self)
      &- events.load(view.slot(older) &+ offset, as: UInt32.self)
  }

  /// The sum over the window, rounded once; nearly always it fits a word.
  @inline(__always)
  private func total(_ plan: Row<AggregatePlan>, _ view: View, _ events: Memory) -> Double {
    let newer = view.slot(plan.fields.newer) &+ plan.fields.sumOffset
    let older = view.slot(plan.fields.older) &+ plan.fields.sumOffset
    let low = events.load(newer, as: UInt64.self)
      .subtractingReportingOverflow(events.load(older))
    let high: UInt32 =
      events.load(newer &+ 8) &- events.load(older &+ 8) &- (low.overflow ? 1 : 0)
    let value = Int64(bitPattern: low.partialValue)
    if Int64(Int32(bitPattern: high)) == value >> 63 { return Double(value) }
    return sum(plan, view).asDouble
  }

  /// The exact sum over the window, in minor units: a 96-bit difference.
  private func sum(_ plan: Row<AggregatePlan>, _ view: View) -> Int128 {
    let newer = view.slot(plan.fields.newer) &+ plan.fields.sumOffset
    let older = view.slot(plan.fields.older) &+ plan.fields.sumOffset
    let low = events.load(newer, as: UInt64.self)
      .subtractingReportingOverflow(events.load(older))
    let high: UInt32 =
      events.load(newer + 8, as: UInt32.self) &- events.load(older + 8, as: UInt32.self)
      &- (low.overflow ? 1 : 0)
    return Int128(Int32(bitPattern: high)) << 64 | Int128(low.partialValue)
  }

  /// The sample standard deviation (n − 1), from exact sums: n Σx² − (Σx)² is rounded once.
  private func deviation(_ plan: Row<AggregatePlan>, _ view: View) -> Double {
    let count = count(plan, view, events)
    if count < 2 { return .nan }
    let newer = view.slot(plan.fields.newer) &+ plan.fields.squaresOffset
    let older = view.slot(plan.fields.older) &+ plan.fields.squaresOffset
    let squares = prefix(newer) &- prefix(older)
    let n = UInt128(count)
    let total = sum(plan, view).magnitude
    let product = n.multipliedFullWidth(by: squares)
    let square = total.multipliedFullWidth(by: total)
    let low = product.low.subtractingReportingOverflow(square.low)
    let high = product.high &- square.high &- (low.overflow ? 1 : 0)
    // Below zero only where a value was too large for its square.
    if high >> 127 == 1 { return 0 }
    let variance = high.asDouble * 0x1p128 + low.partialValue.asDouble
    return (variance / (Double(count) * Double(count - 1))).squareRoot() / plan.fields.scale
  }

  private func prefix(_ place: Int) -> UInt128 {
    UInt128(events.load(place + 8, as: UInt64.self)) << 64
      | UInt128(events.load(place, as: UInt64.self))
  }

  /// Frauds among the transactions whose label is known: labelled ones, and those old enough to be
  /// presumed legitimate.
  @inline(__always)
  private func fraudRate(
    _ plan: Row<AggregatePlan>,
    _ view: View,
    _ events: Memory
  ) -> Double {
    let (newer, mature, older) = (plan.fields.newer, plan.fields.mature, plan.fields.older)
    func difference(_ newer: Int, _ older: Int, _ offset: Int) -> UInt32 {
      EntityWindows.difference(view, newer, older, offset, events)
    }
    let frauds = difference(newer, older, plan.fields.fraudOffset)
    var known: UInt32 = 0
    if mature != older {
      known =
        count(plan, view, mature, older, events)
        &- difference(mature, older, plan.fields.unmaturableOffset)
    }
    if mature != newer { known &+= difference(newer, mature, plan.fields.labelledOffset) }
    return known == 0 ? .nan : Double(frauds) / Double(known)
  }

  // MARK: single events

  @inline(__always)
  private func passed(_ plan: Row<AggregatePlan>, _ ring: Ring, _ index: UInt32) -> UInt32 {
    events.load(slot(index, ring) + plan.fields.countOffset)
  }

  /// The newest event of a stretch that passes the filter.
  private func newestPassing(
    _ plan: Row<AggregatePlan>,
    _ ring: Ring,
    _ a: UInt32,
    _ b: UInt32
  ) -> UInt32? {
    if a == b { return nil }
    if plan.fields.countOffset < 0 { return b &- 1 }
    let total = passed(plan, ring, b)
    if total == passed(plan, ring, a) { return nil }
    return firstIndex(from: a, to: b) { passed(plan, ring, $0) == total } &- 1
  }

  /// The oldest event of a stretch that passes the filter.
  private func oldestPassing(
    _ plan: Row<AggregatePlan>,
    _ ring: Ring,
    _ a: UInt32,
    _ b: UInt32
  ) -> UInt32? {
    if a == b { return nil }
    if plan.fields.countOffset < 0 { return a }
    let total = passed(plan, ring, a)
    if total == passed(plan, ring, b) { return nil }
    return firstIndex(from: a, to: b) { passed(plan, ring, $0) != total } &- 1
  }

  private func read(_ index: UInt32, _ plan: Row<AggregatePlan>, _ ring: Ring, _ view: View)
    -> Double
  {
    let slot = slot(index, ring)
    if plan.fields.function == .sinceLast || plan.fields.function == .sinceFirst {
      return Double(view.time &- time(slot)) / Double(Timestamp.microsecondsPerSecond)
    }
    let value: Int64 = events.load(slot + plan.fields.column)
    return value == EntityWindows.noValue ? .nan : decode(value, plan)
  }

  @inline(__always)
  private func decode(_ value: Int64, _ plan: Row<AggregatePlan>) -> Double {
    plan.fields.isNumber ? OrderedDouble.decode(value) : Double(value) / plan.fields.scale
  }

  /// How many of the newest transactions pass the filter without a break.
  private func streak(
    _ plan: Row<AggregatePlan>,
    _ header: Int,
    _ ring: Ring,
    _ a: UInt32,
    _ b: UInt32
  ) -> Double {
    func all(from index: UInt32) -> UInt32 {
      if plan.fields.allOffset < 0 { return number(from: index, to: b, header) }
      return events.load(slot(b, ring) + plan.fields.allOffset, as: UInt32.self)
        &- events.load(slot(index, ring) + plan.fields.allOffset, as: UInt32.self)
    }
    let total = passed(plan, ring, b)
    let start = firstIndex(from: a, to: b) { total &- passed(plan, ring, $0) == all(from: $0) }
    return Double(all(from: start))
  }

  // MARK: quantiles

  /// Between the two values around the rank (n − 1) q, in proportion.
  private func quantile(_ plan: Row<AggregatePlan>, _ words: Memory, _ state: Int) -> Double {
    let count = Int(words.load(state + State.count, as: UInt32.self))
    if count == 0 { return .nan }
    let rank = Double(count - 1) * plan.fields.quantile
    let below = Int(rank)
    let low = decode(ordered.value(at: below, words, state), plan)
    if below + 1 == count || rank == Double(below) { return low }
    let high = decode(ordered.value(at: below + 1, words, state), plan)
    return low + (high - low) * (rank - Double(below))
  }

  // MARK: late transactions, whose windows are not those that are kept

  private func quantileOfLate(
    _ plan: Row<AggregatePlan>,
    _ ring: Ring,
    _ a: UInt32,
    _ b: UInt32
  ) -> Double {
    var index = a
    while index != b {
      let value: Int64 = events.load(slot(index, ring) + plan.fields.column)
      if value != EntityWindows.noValue { ordered.insert(value, control, Control.lateTree) }
      index &+= 1
    }
    let value = quantile(plan, control, Control.lateTree)
    ordered.clear(control, Control.lateTree)
    return value
  }

  private func distinct(
    _ plan: Row<AggregatePlan>,
    _ ring: Ring,
    _ a: UInt32,
    _ b: UInt32
  ) -> Int {
    var (count, index) = (0, a)
    while index != b {
      let slot = slot(index, ring) + plan.fields.column
      let previous: UInt32 = events.load(slot + Link.previous)
      if events.load(slot + Link.key, as: UInt64.self) != 0,
        previous == 0 || previous > index &- a
      {
        count += 1
      }
      index &+= 1
    }
    return count
  }

  private func entropy(
    _ plan: Row<AggregatePlan>,
    _ ring: Ring,
    _ a: UInt32,
    _ b: UInt32
  ) -> Double {
    var (total, sum, index): (UInt32, Int64, UInt32) = (0, 0, a)
    while index != b {
      let slot = slot(index, ring) + plan.fields.column
      let previous: UInt32 = events.load(slot + Link.previous)
      if events.load(slot + Link.key, as: UInt64.self) != 0,
        previous == 0 || previous > index &- a
      {
        var (count, current): (UInt32, UInt32) = (1, index)
        while true {
          let next: UInt32 = events.load(self.slot(current, ring) + plan.fields.column + Link.next)
          if next == 0 || next >= b &- current { break }
          current &+= next
          count += 1
        }
        total += count
        sum += EntityWindows.weight(count)
      }
      index &+= 1
    }
    return EntityWindows.entropy(total, sum)
  }
}
