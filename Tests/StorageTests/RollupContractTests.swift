import Foundation
import Payments
import Storage
import TestSupport
import Testing

/// What the rollups of every store promise.
@Suite(.serialized) struct RollupContractTests {
  static let grains: [(RollupGrain, [Range<Int64>?])] = [
    (.all, [nil]), (.day, [nil, -2..<1, 9..<20]), (.hour, [nil, -25..<24]),
  ]

  /// Compares all that can be asked of a source with the oracle.
  static func compare(
    _ reader: any DecisionReader,
    _ oracle: RollupOracle,
    _ source: UInt16,
    _ note: String
  ) throws {
    for (grain, ranges) in grains {
      for periods in ranges {
        for dimension in [nil, .channel, .outcome] as [RollupQuery.Dimension?] {
          for byPeriod in [false, true] {
            let query = RollupQuery(
              source: source,
              grain: grain,
              periods: periods,
              byPeriod: byPeriod,
              dimension: dimension
            )
            let (found, expected) = (try reader.rollups(query), oracle.groups(query))
            #expect(found.map(\.period) == expected.map(\.period), "\(note), \(query)")
            #expect(found.map(\.channel) == expected.map(\.channel), "\(note), \(query)")
            #expect(found.map(\.outcome) == expected.map(\.outcome), "\(note), \(query)")
            for (one, other) in zip(found, expected) where !agree(one.sums, other.sums) {
              Issue.record("\(note), \(query): \(one), expected \(other)")
            }
          }
        }
      }
    }
    for days in [nil, -2..<1] as [Range<Int64>?] {
      let items = oracle.chosen(source, RollupRows.day, days)
      try compare(amounts: reader.amounts(source: source, days: days), items, note)
      try compare(scores: reader.scores(source: source, days: days), items, days == nil, note)
    }
    #expect(try reader.largest(source: source) == oracle.largest(source), "\(note)")
  }

  private static func compare(
    amounts: [(channel: String, histogram: AmountHistogram)],
    _ items: [RollupOracle.Item],
    _ note: String
  ) throws {
    #expect(amounts.map(\.channel) == Set(items.map(\.row.channel)).sorted(), "\(note)")
    for (channel, histogram) in amounts {
      let sorted = items.filter { $0.row.channel == channel }.map { Double($0.row.amount) }.sorted()
      #expect(histogram.total == sorted.count)
      for share in [0, 0.25, 0.5, 0.75, 0.9, 0.99, 1] {
        let rank = share * Double(sorted.count - 1)
        let low = sorted[Int(rank)]
        let high = sorted[min(sorted.count - 1, Int(rank) + 1)]
        let exact = low + (high - low) * (rank - rank.rounded(.down))
        let estimate = try #require(histogram.quantile(share))
        #expect(abs(estimate - exact) <= 0.01 * exact + 1e-9, "\(note): \(estimate) for \(exact)")
      }
    }
  }

  private static func compare(
    scores: [(day: Int64, histogram: ScoreHistogram)],
    _ items: [RollupOracle.Item],
    _ isWhole: Bool,
    _ note: String
  ) throws {
    func day(_ item: RollupOracle.Item) -> Int64 {
      isWhole ? 0 : floored(item.row.time, RollupRows.day)
    }
    #expect(scores.map(\.day) == Set(items.map(day)).sorted(), "\(note)")
    for (number, histogram) in scores {
      for bin in 0..<100 {
        let inBin = items.filter {
          let score = Double($0.row.score)
          return day($0) == number && score >= Double(bin) / 100
            && (score < Double(bin + 1) / 100 || bin == 99)
        }
        let fraud = inBin.filter { $0.label?.fraud == true }
        let legitimate = inBin.filter { $0.label?.fraud == false }
        #expect(histogram.count(bin) == inBin.count, "\(note), bin \(bin)")
        #expect(histogram.fraud[bin] == fraud.count, "\(note), bin \(bin)")
        #expect(histogram.legitimate[bin] == legitimate.count, "\(note), bin \(bin)")
        let sums = [
          (histogram.scores[bin], inBin.reduce(0) { $0 + Double($1.row.score) }),
          (histogram.fraudAmounts[bin], fraud.reduce(0) { $0 + Double($1.row.amount) }),
          (histogram.legitimateAmounts[bin], legitimate.reduce(0) { $0 + Double($1.row.amount) }),
        ]
        for (found, expected) in sums { #expect(agree(found, expected), "\(note), bin \(bin)") }
      }
    }
  }

  @Test(arguments: Backend.allCases)
  func `an empty store adds up to nothing`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let reader = try store.reader()
    #expect(try reader.rollups(RollupQuery(source: 1)).isEmpty)
    #expect(try reader.amounts(source: 1, days: nil).isEmpty)
    #expect(try reader.scores(source: 1, days: 0..<9).isEmpty)
    #expect(try reader.largest(source: 1).isEmpty)
  }

  @Test(arguments: Backend.allCases, [1, 2, 3] as [UInt64])
  func `rollups are what all rows and labels add up to`(backend: Backend, seed: UInt64) throws {
    let scratch = try Scratch()
    var (store, _) = try backend.makeStore(in: scratch)
    var oracle = RollupOracle()
    var random = RollupRows(seed: seed)
    var last: ([DecisionRow], [LabelRow]) = ([], [])
    for round in 0..<24 {
      if random.number(0...4) == 0 {
        // The same batch again, as after a crash before the cursor was written elsewhere.
        try store.apply(last.0, last.1, upTo: StoreCursor(position: random.position, sequence: 2))
        oracle.apply(last.0, last.1)
      }
      let rows = (0..<random.number(0...60)).map { _ in random.decision() }
      // Labels of rows that are known, and of some of this very batch.
      var known = oracle
      known.apply(rows, [])
      let labels = (0..<random.number(0...25)).map { _ in random.label(of: known.items) }
      last = (rows, labels)
      try store.apply(rows, labels, upTo: StoreCursor(position: random.position, sequence: 2))
      oracle.apply(rows, labels)
      if round == 15 {
        let half = random.position / 2
        try store.forget(before: half)
        oracle.forget(before: half)
        last = ([], [])
      }
      if backend == .sqlite, round.isMultiple(of: 7) {
        store = try backend.makeStore(in: scratch).0
      }
      guard round.isMultiple(of: 4) || round == 23 else { continue }
      let reader = try store.reader()
      for source in [1, 2, 3] as [UInt16] {
        try RollupContractTests.compare(reader, oracle, source, "seed \(seed), round \(round)")
      }
    }
    #expect(oracle.items.contains { $0.label?.fraud == true && !$0.isKept })
    try store.clear()
    #expect(try store.reader().rollups(RollupQuery(source: 1)).isEmpty)
    #expect(try store.reader().largest(source: 1).isEmpty)
  }

  @Test(arguments: Backend.allCases)
  func `a correction takes the first label back`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let reader = try store.reader()
    let end = StoreCursor(position: 9, sequence: 9)
    try store.apply([DecisionRow(1, idKey: 5)], [], upTo: end)
    func label(_ position: UInt64, _ fraud: Bool) throws -> Rollup.Labelled? {
      let label = LabelRow(position: position, idKey: 5, time: 5, receivedAt: 0, fraud: fraud)
      try store.apply([], [label], upTo: end)
      return try reader.rollups(RollupQuery(source: 1)).first?.sums.labelled
    }
    let first = try label(20, true)
    #expect(first?.fraud == 1 && first?.caught == 1 && first?.caughtAmount == 7)
    let corrected = try label(30, false)
    #expect(corrected?.fraud == 0 && corrected?.caughtAmount == 0)
    #expect(corrected?.legitimate == 1 && corrected?.falseAlarms == 1)
    // An older one that comes later changes nothing.
    #expect(try label(25, true) == corrected)
  }

  @Test(arguments: Backend.allCases)
  func `a source has so many channels of its own, and the rest in one`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let end = StoreCursor(position: 9, sequence: 9)
    let count = UInt64(RollupKey.channelsMax + 6)
    func row(_ position: UInt64, _ channel: String) -> DecisionRow {
      var row = DecisionRow(position, idKey: Int64(position))
      row.channel = channel
      return row
    }
    for number in 1...count { try store.apply([row(number, "c\(number)")], [], upTo: end) }
    try store.apply([row(1000, "c1"), row(1001, "c\(count)")], [], upTo: end)
    let label = LabelRow(position: 2000, idKey: 1001, time: 5, receivedAt: 0, fraud: true)
    try store.apply([], [label], upTo: end)
    let reader = try store.reader()
    let groups = try reader.rollups(RollupQuery(source: 1, dimension: .channel))
    #expect(groups.count == RollupKey.channelsMax + 1)
    let other = groups.first { $0.channel == RollupKey.otherChannels }
    #expect(other?.sums.count == 7 && other?.sums.labelled.fraud == 1)
    #expect(groups.first { $0.channel == "c1" }?.sums.count == 2)
    #expect(try reader.amounts(source: 1, days: nil).count == RollupKey.channelsMax + 1)
  }

  @Test(arguments: Backend.allCases)
  func `a batch of very many cells is written like any other`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let rows = (1...3000).map { position in
      var row = DecisionRow(UInt64(position), idKey: Int64(position))
      row.time = Int64(position) * 86_400_000_000
      return row
    }
    try store.apply(rows, [], upTo: StoreCursor(position: 9, sequence: 9))
    let reader = try store.reader()
    let query = RollupQuery(source: 1, grain: .day, byPeriod: true)
    #expect(try reader.rollups(query).map(\.sums.count) == [Int](repeating: 1, count: 3000))
    #expect(try reader.rollups(RollupQuery(source: 1)).first?.sums.count == 3000)
    #expect(try reader.scores(source: 1, days: nil).first?.histogram.total == 3000)
  }

  @Test(arguments: Backend.allCases)
  func `rows of a span of arrival are found page by page`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let rows = (0..<200).map { number in
      var row = DecisionRow(UInt64(100 + 37 * number), idKey: Int64(number))
      row.receivedAt = Int64(number / 3)
      row.source = number.isMultiple(of: 2) ? 1 : 2
      return row
    }
    try store.apply(rows, [], upTo: StoreCursor(position: 9, sequence: 9))
    let reader = try store.reader()
    for (from, before) in [(0, 10), (5, 6), (20, 90), (60, 61), (80, 90), (-5, 0), (7, 3)] {
      var query = DecisionQuery(limit: 4)
      query.receivedFrom = Int64(from)
      query.receivedBefore = Int64(before)
      query.source = 1
      let expected = rows.filter {
        $0.source == 1 && (from..<max(from, before)).contains(Int($0.receivedAt))
      }
      .map(\.position).sorted(by: >)
      var found: [UInt64] = []
      for _ in 0..<60 {
        found += try reader.decisions(query).map(\.position)
        query.offset += 4
      }
      #expect(found == expected, "\(from)..<\(before)")
    }
  }
}
