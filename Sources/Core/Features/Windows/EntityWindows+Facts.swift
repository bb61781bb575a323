import Payments

/// What became known of an event after it was recorded, by a label, an outcome or a disposition.
struct FactChange: Sendable {
  /// The number of the entity kind in the program.
  var kind: Int
  var entity = 0
  /// The event's time and id hash.
  var time: Int64
  var idHash: UInt32
  /// The source's watermark when it took its place in the log.
  var arrival: Int64
  var fraud: Int32 = 0
  var labelled: Int32 = 0
  var unmaturable: Int32 = 0
  /// Bit n: disposition n.
  var dispositions: UInt8 = 0

  /// Whether another became known of the same event, at the same watermark.
  func isBeside(_ other: FactChange) -> Bool {
    idHash == other.idHash && time == other.time && entity == other.entity && kind == other.kind
      && arrival == other.arrival
  }

  /// Takes on what a label changed beside this one; false where nothing is left of either.
  mutating func join(label: FactChange) -> Bool {
    fraud += label.fraud
    labelled += label.labelled
    unmaturable += label.unmaturable
    return fraud != 0 || labelled != 0 || unmaturable != 0 || dispositions != 0
  }
}

extension EntityWindows {
  /// Applies a label to the event of `seed`, reversing an earlier one; nil where the event is
  /// not kept (any more) or nothing changed.
  ///
  /// Cost: O(events since it).
  func label(_ seed: FactChange, fraud: Bool) -> FactChange? {
    let entity = seed.entity
    guard let place = index(of: entity, time: seed.time, idHash: seed.idHash) else { return nil }
    var change = seed
    change.fraud = (fraud ? 1 : 0) - fact(.fraud, entity, place)
    if has(.labelled) { change.labelled = 1 - fact(.labelled, entity, place) }
    change.unmaturable = -fact(.unmaturable, entity, place)
    guard counts(change, at: place) else { return nil }
    apply(change, at: place)
    return change
  }

  /// Notes a disposition of an event; nil where the event is not kept or it was noted before.
  func dispose(_ seed: FactChange, _ disposition: UInt8) -> FactChange? {
    let entity = seed.entity
    guard let place = index(of: entity, time: seed.time, idHash: seed.idHash) else { return nil }
    guard fact(.disposition, entity, place, disposition) == 0 else { return nil }
    var change = seed
    change.dispositions = 1 << disposition
    guard counts(change, at: place) else { return nil }
    apply(change, at: place)
    return change
  }

  /// Marks an event as declined: without a label it never matures.
  func markUnmaturable(_ view: View) {
    guard view.entity >= 0, has(.unmaturable) else { return }
    var change = FactChange(kind: 0, entity: view.entity, time: 0, idHash: 0, arrival: 0)
    change.unmaturable = 1
    apply(change, at: view.position)
  }

  /// Takes changes of one entity back or applies them again, for reading windows as of an earlier
  /// time.
  ///
  /// Cost: O(changes × log events + events since the oldest of them).
  func adjust(_ entity: Int, _ changes: ArraySlice<FactChange>, sign: Int32) {
    let ring = ring(header(entity))
    var placed: [(place: UInt32, change: FactChange)] = []
    for change in changes {
      if let place = index(of: entity, time: change.time, idHash: change.idHash) {
        placed.append((place, change))
      }
    }
    placed.sort { $0.place &- ring.tail < $1.place &- ring.tail }
    for number in 0..<layout.facts.count {
      let deltas = placed.map { delta($0.change, number, ring, $0.place) }
      guard let first = deltas.firstIndex(where: { $0 != 0 }) else { continue }
      let offset = layout.facts[number].offset
      var (sum, next) = (UInt32(0), first)
      var index = placed[first].place
      while index != ring.head {
        while next < placed.count, placed[next].place == index {
          sum &+= UInt32(bitPattern: deltas[next] * sign)
          next += 1
        }
        index &+= 1
        events.add(sum, at: slot(index, ring) + offset)
      }
      fadeAnew(offset, ring, behind: placed[first].place)
    }
  }

  /// Whether a change's event is still kept.
  func isKept(_ change: FactChange) -> Bool {
    index(of: change.entity, time: change.time, idHash: change.idHash) != nil
  }

  /// Adds a change to the prefix sums behind an event, in the columns of the filters that the
  /// event passed.
  private func apply(_ change: FactChange, at place: UInt32) {
    let ring = ring(header(change.entity))
    for number in 0..<layout.facts.count {
      let delta = delta(change, number, ring, place)
      if delta == 0 { continue }
      let offset = layout.facts[number].offset
      add(UInt32(bitPattern: delta), to: offset, change.entity, behind: place)
    }
  }

  /// Whether a change is one to any column.
  ///
  /// An event that passes no filter of a fact would else be told of it again and again.
  private func counts(_ change: FactChange, at place: UInt32) -> Bool {
    let ring = ring(header(change.entity))
    for number in 0..<layout.facts.count where delta(change, number, ring, place) != 0 {
      return true
    }
    return false
  }

  /// What a change adds to a column; 0 where the event did not pass the column's filter.
  private func delta(
    _ change: FactChange,
    _ number: Int,
    _ ring: Ring,
    _ place: UInt32
  ) -> Int32 {
    let column = layout.facts[number]
    let delta: Int32 =
      switch column.kind {
      case .fraud: change.fraud
      case .labelled: change.labelled
      case .unmaturable: change.unmaturable
      default: Int32(change.dispositions >> column.disposition & 1)
      }
    if delta == 0 || (column.passed >= 0 && grown(column.passed, ring, place) == 0) { return 0 }
    return delta
  }

  private func has(_ kind: MeasureKind, _ disposition: UInt8 = 0) -> Bool {
    for number in 0..<layout.facts.count
    where layout.facts[number].kind == kind && layout.facts[number].disposition == disposition {
      return true
    }
    return false
  }

  /// What an event added to a column of one word.
  private func grown(_ offset: Int, _ ring: Ring, _ place: UInt32) -> Int32 {
    Int32(
      bitPattern: events.load(slot(place &+ 1, ring) + offset, as: UInt32.self)
        &- events.load(slot(place, ring) + offset, as: UInt32.self)
    )
  }

  /// A fact's own value at one event, over all filters: 0 or 1.
  private func fact(
    _ kind: MeasureKind,
    _ entity: Int,
    _ place: UInt32,
    _ disposition: UInt8 = 0
  ) -> Int32 {
    let ring = ring(header(entity))
    var found: Int32 = 0
    for number in 0..<layout.facts.count {
      let column = layout.facts[number]
      if column.kind == kind, column.disposition == disposition {
        found = max(found, grown(column.offset, ring, place))
      }
    }
    return found
  }

  // MARK: what is known of an event only after it was recorded

  /// Adds to a column of one word behind an event.
  func add(_ delta: UInt32, to offset: Int, _ entity: Int, behind place: UInt32) {
    let ring = ring(header(entity))
    var index = place
    while index != ring.head {
      index &+= 1
      events.add(delta, at: slot(index, ring) + offset)
    }
    fadeAnew(offset, ring, behind: place)
  }

  /// Adds a value to a column of sums behind an event, or its square to a column of squares.
  func add(wide value: Int64, squares: Bool, to offset: Int, _ entity: Int, behind place: UInt32) {
    let ring = ring(header(entity))
    let low: UInt64
    let high: UInt64
    if squares {
      let square = WideSquare.of(value)
      low = square.low
      high = square.high
    } else {
      low = UInt64(bitPattern: value)
      high = UInt64(bitPattern: value >> 63)
    }
    var index = place
    while index != ring.head {
      index &+= 1
      let slot = slot(index, ring) + offset
      let sum = events.load(slot, as: UInt64.self).addingReportingOverflow(low)
      events.store(sum.partialValue, at: slot)
      if squares {
        let upper: UInt64 = events.load(slot + 8) &+ high &+ (sum.overflow ? 1 : 0)
        events.store(upper, at: slot + 8)
      } else {
        events.add(UInt32(truncatingIfNeeded: high) &+ (sum.overflow ? 1 : 0), at: slot + 8)
      }
    }
    fadeAnew(offset, ring, behind: place)
  }

  private func fadeAnew(_ offset: Int, _ ring: Ring, behind place: UInt32) {
    for number in 0..<layout.decays.count where layout.decays[number].measureOffset == offset {
      fade(layout.decays[number], ring, since: place &+ 1)
    }
  }

  /// Gives an event its value in a column, where its filter was not known when it was recorded.
  func set(value: Int64, column: Int, _ entity: Int, at place: UInt32) {
    let header = header(entity)
    let ring = ring(header)
    events.store(value, at: slot(place, ring) + column)
    for number in 0..<layout.trees.count where layout.trees[number].value == column {
      setLeaf(number, ring, place)
    }
    takeLate(.ordered, column, entity, header, ring, place)
  }

  /// Gives an event its text in a link column, likewise.
  func set(text key: UInt64, column: Int, _ entity: Int, at place: UInt32) {
    let header = header(entity)
    let ring = ring(header)
    link(key, entity, ring, place, column)
    takeLate(nil, column, entity, header, ring, place)
  }

  /// Counts an event in where its windows hold it already.
  private func takeLate(
    _ contents: TrackedWindow.Contents?,
    _ column: Int,
    _ entity: Int,
    _ header: Int,
    _ ring: Ring,
    _ place: UInt32
  ) {
    for number in 0..<layout.tracked.count {
      let window = layout.tracked[number]
      let isOrdered = window.contents == TrackedWindow.Contents.ordered.rawValue
      guard window.column == column, isOrdered == (contents == .ordered) else { continue }
      let state = header + window.state
      let entered: UInt32 = headers.load(state + State.entered)
      let left: UInt32 = headers.load(state + State.left)
      if Int32(bitPattern: place &- left) >= 0, Int32(bitPattern: place &- entered) < 0 {
        take(window, entity, state, ring, place)
      }
    }
  }
}

/// The square of a value in minor units, as two words; beyond 2⁵³ it is that of 2⁵³.
enum WideSquare {
  @inline(__always)
  static func of(_ value: Int64) -> (high: UInt64, low: UInt64) {
    let magnitude = min(value.magnitude, 1 << 53)
    return magnitude.multipliedFullWidth(by: magnitude)
  }
}
