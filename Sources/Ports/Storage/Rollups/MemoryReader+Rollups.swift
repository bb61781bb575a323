import Payments

// Adds up everything that was ever applied, each time that it is asked.
extension MemoryReader {
  func rollups(_ query: RollupQuery) -> [RollupGroup] {
    var groups = RollupGrouping(query)
    for item in counted(query.source, query.grain, query.periods) {
      groups.change(
        period: query.grain.period(of: item.row.time),
        channel: item.channel,
        outcome: item.row.outcome
      ) { sums in
        sums.add(item.row)
        if let label = item.label { sums.add(label: label.fraud, of: item.row) }
      }
    }
    return groups.sorted
  }

  func amounts(
    source: UInt16,
    days: Range<Int64>?
  ) -> [(channel: String, histogram: AmountHistogram)] {
    var histograms: [String: AmountHistogram] = [:]
    for item in counted(source, .day, days) {
      histograms[item.channel, default: AmountHistogram()].add(item.row.amount)
    }
    return histograms.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { ($0.key, $0.value) }
  }

  func scores(source: UInt16, days: Range<Int64>?) -> [(day: Int64, histogram: ScoreHistogram)] {
    var histograms: [Int64: ScoreHistogram] = [:]
    for item in counted(source, .day, days) {
      let day = days == nil ? 0 : RollupGrain.day.period(of: item.row.time)
      histograms[day, default: ScoreHistogram()].add(item.row)
      if let label = item.label { histograms[day]?.move(item.row, from: nil, to: label.fraud) }
    }
    return histograms.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  func largest(source: UInt16) -> [LargestDecision] {
    store.read { $0.largest[source] ?? [] }
  }

  private func counted(
    _ source: UInt16,
    _ grain: RollupGrain,
    _ periods: Range<Int64>?
  ) -> [MemoryStore.Counted] {
    store.read { content in
      content.counted.filter {
        $0.row.source == source && periods?.contains(grain.period(of: $0.row.time)) != false
      }
    }
  }
}
