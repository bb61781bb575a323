package import Payments

extension Profile {
  /// Takes a transaction into the windows and computes all features and conditions for it;
  /// `evaluate: false` only learns.
  package func record(_ record: borrowing Span<UInt8>, evaluate: Bool = true) {
    let time = TransactionRecord.time(record).microseconds
    land(time)
    note(record, allLooks)
    run(stages[0], record, time)
    prefetchHeaders(allLooks)
    fillDeltas(record)
    prefetchEvents()
    wasApproximate = false
    update(TransactionRecord.idHash(record))
    pruneFacts()
    if !evaluate, !hasLateAdditions { return }
    let unseen = recentStart < recentFacts.count && landed < watermark
    if unseen { adjustFacts(sign: -1) }
    var start = 0
    for level in 0..<levelEnds.count {
      let end = levelEnds[level]
      evaluateAggregates(start, end)
      start = end
      if level + 1 < stages.count {
        run(stages[level + 1], record, time)
        if hasLateAdditions { add(level + 1, record) }
      }
    }
    if unseen { adjustFacts(sign: 1) }
    if evaluate { collect() }
  }

  /// Where in time an event takes its place.
  private func land(_ time: Int64) {
    let previous = watermark
    wasTooLate = previous != .min && time < previous - source.lateBound
    landed = wasTooLate ? previous : time
    watermark = max(previous, landed)
  }

  /// Reads the aggregates of some readings.
  private func evaluateAggregates(_ start: Int, _ end: Int) {
    let (aggregates, readings, registers) = (aggregates, readings, registers)
    for reading in start..<end {
      let fields = readings[reading]
      let view = views[fields.view]
      let kind = windows[fields.kind]
      let (isNamed, entity, events) = (view.isNamed, view.entity, kind.events)
      var number = fields.start
      if !isNamed || entity < 0 {
        while number < fields.end {
          let plan = aggregates.row(number)
          registers[plan.fields.destination] =
            isNamed ? EntityWindows.valueOfNothing(plan.fields.function) : .nan
          number += 1
        }
        continue
      }
      while number < fields.end {
        let plan = aggregates.row(number)
        registers[plan.fields.destination] = kind.value(of: plan, view, events)
        number += 1
      }
    }
  }

  /// Notes the outcome of the last transaction: where it was declined it never matures without a
  /// label, and later windows may choose by it.
  package func settle(_ outcome: Outcome, _ record: borrowing Span<UInt8>) {
    if outcome == .decline, hasLabels {
      for number in 0..<windows.count { windows[number].markUnmaturable(views[number]) }
    }
    guard let register = outcomeRegister else { return }
    registers[register] = Double(outcome.rawValue)
    run(settledStage, record, TransactionRecord.time(record).microseconds)
    add(FilterPlan.settled, record)
  }

  /// Takes an activity into the windows of its account and its device.
  package func record(_ activity: Activity) {
    land(activity.time.microseconds)
    let bit = UInt16(1) << (2 * UInt16(activity.kind.rawValue) + (activity.succeeded ? 1 : 0))
    for number in kinds.indices where kinds[number].plan.hasActivities {
      guard let name = name(kinds[number].plan.key, activity) else { continue }
      fillDeltas(number, activity: bit)
      let (kind, view) = (windows[number], views[number])
      view.isNamed = true
      let hash = kind.table.hash(name.span)
      let found = kind.find(name.span, hash: hash)
      let entity = found < 0 ? kind.add(name.span, hash, watermark: watermark) : found
      kind.record(view, entity, time: landed, watermark: watermark, idHash: 0)
    }
    pruneFacts()
  }

  private func name(_ slots: [Int], _ activity: Activity) -> [UInt8]? {
    var name: [UInt8] = []
    for slot in slots {
      let text = slot == Schema.Text.account ? activity.account : activity.device
      guard slot == Schema.Text.account || slot == Schema.Text.device, !text.isEmpty else {
        return nil
      }
      if slots.count > 1 { name.append(little: UInt16(truncatingIfNeeded: text.utf8.count)) }
      name.append(contentsOf: text.utf8)
    }
    return name
  }

  // MARK: facts

  /// Applies a label to the windows of its transaction's entities.
  package func label(_ record: borrowing Span<UInt8>, fraud: Bool, landed: Int64) {
    let idHash = TransactionRecord.idHash(record)
    forEachFactEntity(record) { kind, entity in
      let seed = seed(kind, entity, idHash, landed)
      if let change = windows[kind].label(seed, fraud: fraud) { keep(label: change) }
    }
  }

  /// Applies a disposition to the windows of its transaction's entities.
  package func dispose(
    _ record: borrowing Span<UInt8>,
    _ disposition: DispositionKind,
    landed: Int64
  ) {
    let idHash = TransactionRecord.idHash(record)
    forEachFactEntity(record) { kind, entity in
      let seed = seed(kind, entity, idHash, landed)
      if let change = windows[kind].dispose(seed, disposition.rawValue) {
        recentFacts.append(change)
      }
    }
  }

  private func seed(
    _ kind: Int,
    _ entity: Int,
    _ idHash: UInt32,
    _ landed: Int64
  ) -> FactChange {
    FactChange(kind: kind, entity: entity, time: landed, idHash: idHash, arrival: watermark)
  }

  /// How many of the newest facts a correction is compared with.
  static let correctionReach = 256

  /// Keeps a label's change for reading as of earlier times.
  ///
  /// One that takes a fraud back joins the change that said so, where no time has passed between
  /// the two: no reading can fall between them, and labels that flip there take no memory.
  private func keep(label change: FactChange) {
    guard change.fraud < 0 else { return recentFacts.append(change) }
    var index = recentFacts.count
    let end = max(recentStart, index - Profile.correctionReach)
    while index > end, recentFacts[index - 1].arrival == change.arrival {
      index -= 1
      guard recentFacts[index].isBeside(change) else { continue }
      if !recentFacts[index].join(label: change) { recentFacts.remove(at: index) }
      return
    }
    recentFacts.append(change)
  }

  /// Hides the facts that were not known yet at the time of a late transaction, or shows them
  /// again.
  private func adjustFacts(sign: Int32) {
    // They stand in the order of their arrival.
    var (low, high) = (recentStart, recentFacts.count)
    while low < high {
      let middle = (low + high) / 2
      if recentFacts[middle].arrival > landed { high = middle } else { low = middle + 1 }
    }
    var unseen = recentFacts[low...].filter { isRead($0) }
    unseen.sort { ($0.kind, $0.entity) < ($1.kind, $1.entity) }
    var start = 0
    while start < unseen.count {
      let (kind, entity) = (unseen[start].kind, unseen[start].entity)
      let end =
        unseen[start...].firstIndex { $0.kind != kind || $0.entity != entity } ?? unseen.count
      windows[kind].adjust(entity, unseen[start..<end], sign: sign)
      start = end
    }
  }

  /// Whether the last transaction looks at the windows of a change's entity.
  private func isRead(_ change: FactChange) -> Bool {
    for number in 0..<looks.count where looks[number].kind == change.kind {
      if views[number].entity == change.entity { return true }
    }
    return false
  }

  private func pruneFacts() {
    while recentStart < recentFacts.count,
      recentFacts[recentStart].arrival < watermark - source.lateBound
    {
      recentStart += 1
    }
    if recentStart > 1024, recentStart * 2 > recentFacts.count {
      recentFacts.removeFirst(recentStart)
      recentStart = 0
    }
  }
}
