import Payments

/// What a label or an outcome changed in one event's prefix sums.
struct LabelChange: Sendable {
  /// The number of the entity kind in the program.
  var kind: Int
  var entity: Int
  /// The event's time and id hash.
  var time: Int64
  var idHash: UInt32
  /// The source's watermark when the label took its place in the log.
  var arrival: Int64
  var fraud: Int32
  var labelled: Int32
  var unmaturable: Int32
}

extension EntityWindows {
  /// Applies a label to the event it belongs to, reversing an earlier one; nil where the event is
  /// not kept (any more) or nothing changed.
  ///
  /// Cost: O(events since it).
  func label(
    kind: Int,
    _ name: borrowing Span<UInt8>,
    time: Int64,
    idHash: UInt32,
    fraud: Bool,
    arrival: Int64
  ) -> LabelChange? {
    guard plan.hasLabels, let entity = known(name),
      let place = event(of: entity, time: time, idHash: idHash)
    else { return nil }
    let was = state(of: entity, at: place)
    let change = LabelChange(
      kind: kind,
      entity: entity,
      time: time,
      idHash: idHash,
      arrival: arrival,
      fraud: (fraud ? 1 : 0) - was.fraud,
      labelled: plan.measures.contains { $0.kind == .labelled } ? 1 - was.labelled : 0,
      unmaturable: -was.unmaturable
    )
    guard change.fraud != 0 || change.labelled != 0 || change.unmaturable != 0 else { return nil }
    add(change, to: entity, after: place, sign: 1)
    return change
  }

  /// Marks the transaction that was recorded last as declined: without a label it never matures.
  func markUnmaturable() {
    guard entity >= 0, plan.measures.contains(where: { $0.kind == .unmaturable }) else { return }
    let change = LabelChange(
      kind: 0,
      entity: entity,
      time: 0,
      idHash: 0,
      arrival: 0,
      fraud: 0,
      labelled: 0,
      unmaturable: 1
    )
    add(change, to: entity, after: position, sign: 1)
  }

  /// Takes a change back or applies it again, for reading windows as of an earlier time.
  func adjust(_ change: LabelChange, sign: Int32) {
    guard let place = event(of: change.entity, time: change.time, idHash: change.idHash) else {
      return
    }
    add(change, to: change.entity, after: place, sign: sign)
  }

  /// Adds a change to the prefix sums of all events behind `place`, in the columns of the filters
  /// that the event passed.
  private func add(_ change: LabelChange, to entity: Int, after place: UInt32, sign: Int32) {
    let (ring, mask, _, head) = ringOf(entity)
    let slot = ring + Int(place & mask) * stride
    let next = ring + Int((place &+ 1) & mask) * stride
    for (number, measure) in plan.measures.enumerated() {
      let delta: Int32
      switch measure.kind {
      case .fraud: delta = change.fraud
      case .labelled: delta = change.labelled
      case .unmaturable: delta = change.unmaturable
      case .count, .sum: continue
      }
      if delta == 0 || !passes(measure.filter, slot, next) { continue }
      let word = plan.wordOffset(number)
      var index = place &+ 1
      while index != head &+ 1 {
        memory.add(
          UInt32(bitPattern: delta * sign),
          at: ring + Int(index & mask) * stride + word
        )
        index &+= 1
      }
    }
  }

  /// Whether an event passed a filter: its count column grew there.
  private func passes(_ filter: Int?, _ slot: Int, _ next: Int) -> Bool {
    guard let filter else { return true }
    let counted = Measure(kind: .count, filter: filter, field: nil)
    guard let number = plan.measures.firstIndex(of: counted) else { return false }
    let word = plan.wordOffset(number)
    return memory.load(next + word, as: UInt32.self) != memory.load(slot + word, as: UInt32.self)
  }

  /// The label columns' own values at one event, over all filters.
  private func state(
    of entity: Int,
    at place: UInt32
  ) -> (fraud: Int32, labelled: Int32, unmaturable: Int32) {
    let (ring, mask, _, _) = ringOf(entity)
    let slot = ring + Int(place & mask) * stride
    let next = ring + Int((place &+ 1) & mask) * stride
    var found: (fraud: Int32, labelled: Int32, unmaturable: Int32) = (0, 0, 0)
    for (number, measure) in plan.measures.enumerated() {
      let word = plan.wordOffset(number)
      let value = Int32(
        bitPattern: memory.load(next + word, as: UInt32.self)
          &- memory.load(slot + word, as: UInt32.self)
      )
      switch measure.kind {
      case .fraud: found.fraud = max(found.fraud, value)
      case .labelled: found.labelled = max(found.labelled, value)
      case .unmaturable: found.unmaturable = max(found.unmaturable, value)
      case .count, .sum: break
      }
    }
    return found
  }

  /// The event of an entity with this time and id hash.
  private func event(of entity: Int, time: Int64, idHash: UInt32) -> UInt32? {
    let (ring, mask, _, head) = ringOf(entity)
    var index = first(at: time, entity)
    while index != head {
      let slot = ring + Int(index & mask) * stride
      guard memory.load(slot, as: Int64.self) == time else { return nil }
      if memory.load(slot + 8, as: UInt32.self) == idHash { return index }
      index &+= 1
    }
    return nil
  }
}
