import Payments

/// What a batch of rows adds to the rollups, before it is written.
package struct RollupBatch: Sendable {
  /// Where one histogram of amounts stands.
  package struct AmountKey: Sendable, Hashable {
    package var source: UInt16
    package var grain: RollupGrain
    package var period: Int64
    package var channel: String
  }

  /// Where one histogram of scores stands.
  package struct ScoreKey: Sendable, Hashable {
    package var source: UInt16
    package var grain: RollupGrain
    package var period: Int64
  }

  /// Cells and histograms that a batch holds before it should be written.
  private static let cellsMax = 4096

  private var hours: [RollupKey: Rollup] = [:]
  private var amountsByDay: [AmountKey: AmountHistogram] = [:]
  private var scoresByDay: [ScoreKey: ScoreHistogram] = [:]
  /// At most `LargestDecision.countMax` of each source, greatest first.
  package private(set) var largest: [UInt16: [LargestDecision]] = [:]

  package init() {}

  package var isEmpty: Bool { hours.isEmpty }

  /// Whether it holds so much that it should be written before more is added.
  package var isLarge: Bool {
    hours.count + amountsByDay.count + scoresByDay.count > RollupBatch.cellsMax
  }

  package mutating func removeAll() {
    hours.removeAll(keepingCapacity: true)
    amountsByDay.removeAll(keepingCapacity: true)
    scoresByDay.removeAll(keepingCapacity: true)
    largest.removeAll(keepingCapacity: true)
  }

  /// Counts a new decision in the cells of a channel.
  package mutating func add(_ row: DecisionRow, channel: String) {
    hours[hour(of: row, channel), default: Rollup()].add(row)
    let amountKey = AmountKey(
      source: row.source,
      grain: .day,
      period: RollupGrain.day.period(of: row.time),
      channel: channel
    )
    amountsByDay[amountKey, default: AmountHistogram()].add(row.amount)
    scoresByDay[day(of: row), default: ScoreHistogram()].add(row)
    let top = largest[row.source] ?? []
    if top.count == LargestDecision.countMax, let least = top.last, row.amount <= least.amount {
      return
    }
    let decision = LargestDecision(position: row.position, amount: row.amount)
    largest[row.source] = LargestDecision.greatest(of: top + [decision])
  }

  /// Counts what became known of a decision that was counted before.
  package mutating func move(_ row: DecisionRow, channel: String, from old: Bool?, to new: Bool) {
    let key = hour(of: row, channel)
    if let old { hours[key, default: Rollup()].add(label: old, of: row, sign: -1) }
    hours[key, default: Rollup()].add(label: new, of: row)
    scoresByDay[day(of: row), default: ScoreHistogram()].move(row, from: old, to: new)
  }

  private func hour(of row: DecisionRow, _ channel: String) -> RollupKey {
    RollupKey(
      source: row.source,
      grain: .hour,
      period: RollupGrain.hour.period(of: row.time),
      channel: channel,
      outcome: row.outcome
    )
  }

  private func day(of row: DecisionRow) -> ScoreKey {
    ScoreKey(source: row.source, grain: .day, period: RollupGrain.day.period(of: row.time))
  }

  /// The additions to cells of every grain.
  package var cells: [RollupKey: Rollup] {
    var cells = hours
    for (key, sums) in hours {
      var wider = key
      wider.grain = .day
      wider.period = RollupGrain.day(ofHour: key.period)
      cells[wider, default: Rollup()].merge(sums)
      wider.grain = .all
      wider.period = 0
      cells[wider, default: Rollup()].merge(sums)
    }
    return cells
  }

  /// The additions to histograms of amounts, by day and over all time.
  package var amounts: [AmountKey: AmountHistogram] {
    var amounts = amountsByDay
    for (key, histogram) in amountsByDay {
      var wider = key
      wider.grain = .all
      wider.period = 0
      amounts[wider, default: AmountHistogram()].merge(histogram)
    }
    return amounts
  }

  /// The additions to histograms of scores, by day and over all time.
  package var scores: [ScoreKey: ScoreHistogram] {
    var scores = scoresByDay
    for (key, histogram) in scoresByDay {
      let wider = ScoreKey(source: key.source, grain: .all, period: 0)
      scores[wider, default: ScoreHistogram()].merge(histogram)
    }
    return scores
  }
}

extension LargestDecision {
  /// The greatest of some, in order.
  package static func greatest(of decisions: [LargestDecision]) -> [LargestDecision] {
    let sorted = decisions.sorted {
      $0.amount != $1.amount ? $0.amount > $1.amount : $0.position < $1.position
    }
    return Array(sorted.prefix(countMax))
  }
}
