import Payments
import Storage
import TestSupport
import Testing

/// What every store promises.
@Suite(.serialized) struct StoreContractTests {
  @Test(arguments: Backend.allCases)
  func `an empty store stands at the beginning of the log`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let reader = try store.reader()
    #expect(try store.cursor() == StoreCursor(position: 0, sequence: 1))
    #expect(try reader.cursor() == StoreCursor(position: 0, sequence: 1))
    #expect(try reader.totals() == DecisionTotals(decisions: 0, labels: 0))
    #expect(try reader.decisions(DecisionQuery(limit: 10)).isEmpty)
    #expect(try reader.label(idKey: 0) == nil)
    #expect(try reader.positions(idKey: 0).isEmpty)
  }

  @Test(arguments: Backend.allCases)
  func `a reader sees what was applied after it was opened`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, openReader) = try backend.makeStore(in: scratch)
    let readers = [try store.reader(), try openReader()]
    let row = DecisionRow(40, idKey: -9, account: "caf\u{e9}")
    let label = LabelRow(position: 90, idKey: -9, receivedAt: 3, fraud: true)
    let end = StoreCursor(position: 130, sequence: 3)
    for reader in readers { #expect(try reader.totals().decisions == 0) }
    try store.apply([row], [label], upTo: end)
    #expect(try store.cursor() == end)
    for reader in readers {
      #expect(try reader.decisions(DecisionQuery(limit: 10)) == [row])
      #expect(try reader.positions(idKey: -9) == [40])
      #expect(try reader.label(idKey: -9) == label)
      #expect(try reader.label(idKey: 9) == nil)
      #expect(try reader.totals() == DecisionTotals(decisions: 1, labels: 1))
      #expect(try reader.cursor() == end)
    }
  }

  @Test(arguments: Backend.allCases)
  func `applying twice changes nothing`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let reader = try store.reader()
    let rows = [DecisionRow(1), DecisionRow(2), DecisionRow(3)]
    let labels = [LabelRow(position: 4, idKey: 0, receivedAt: 1, fraud: true)]
    let end = StoreCursor(position: 5, sequence: 5)
    try store.apply(rows, labels, upTo: end)
    try store.apply(rows, labels, upTo: end)
    // Other content at a known position: the first stays.
    try store.apply(
      [DecisionRow(2, idKey: 77, account: "other"), DecisionRow(6)],
      [LabelRow(position: 4, idKey: 0, receivedAt: 1, fraud: false)],
      upTo: StoreCursor(position: 7, sequence: 6)
    )
    #expect(try reader.decisions(DecisionQuery(limit: 10)) == [DecisionRow(6)] + rows.reversed())
    #expect(try reader.positions(idKey: 77).isEmpty)
    #expect(try reader.label(idKey: 0)?.fraud == true)
    #expect(try reader.totals() == DecisionTotals(decisions: 4, labels: 1))
    #expect(try reader.cursor() == StoreCursor(position: 7, sequence: 6))
  }

  @Test(arguments: Backend.allCases)
  func `what lies before a place is forgotten, and a cleared store is as new`(
    backend: Backend
  ) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let reader = try store.reader()
    let end = StoreCursor(position: 500, sequence: 9)
    try store.apply(
      (1...4).map { DecisionRow($0 * 100) },
      [100, 250].map { LabelRow(position: $0, idKey: 0, receivedAt: 1, fraud: $0 == 250) },
      upTo: end
    )
    try store.forget(before: 200)
    #expect(try reader.decisions(DecisionQuery(limit: 9)).map(\.position) == [400, 300, 200])
    #expect(try reader.label(idKey: 0)?.position == 250)
    #expect(try reader.totals() == DecisionTotals(decisions: 3, labels: 1))
    #expect(try store.cursor() == end)
    try store.forget(before: 200)
    #expect(try reader.totals() == DecisionTotals(decisions: 3, labels: 1))
    try store.clear()
    #expect(try reader.totals() == DecisionTotals(decisions: 0, labels: 0))
    #expect(try reader.decisions(DecisionQuery(limit: 9)).isEmpty)
    #expect(try reader.cursor() == StoreCursor(position: 0, sequence: 1))
    try store.apply([DecisionRow(100)], [], upTo: end)
    #expect(try reader.totals() == DecisionTotals(decisions: 1, labels: 0))
  }

  @Test(arguments: Backend.allCases)
  func `a cursor moves without rows`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let end = StoreCursor(position: 1 << 62, sequence: 1 << 61)
    try store.apply([], [], upTo: end)
    #expect(try store.cursor() == end)
  }

  @Test(arguments: Backend.allCases)
  func `pages follow one another, newest first`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let positions = (1...23).map { UInt64($0 * 10) }
    try store.apply(
      positions.shuffled().map { DecisionRow($0) },
      [],
      upTo: StoreCursor(position: 240, sequence: 24)
    )
    let reader = try store.reader()
    var query = DecisionQuery(limit: 5)
    var pages: [[UInt64]] = []
    repeat {
      pages.append(try reader.decisions(query).map(\.position))
      query.before = pages.last?.last
    } while pages.last?.isEmpty == false
    #expect(pages.map(\.count) == [5, 5, 5, 5, 3, 0])
    #expect(pages.flatMap(\.self) == positions.reversed())
  }

  @Test(arguments: Backend.allCases)
  func `no query returns more than the limit`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let rows = (1...UInt64(DecisionQuery.limitMax + 1)).map { DecisionRow($0) }
    try store.apply(rows, [], upTo: StoreCursor(position: 2000, sequence: 2000))
    let reader = try store.reader()
    var query = DecisionQuery(limit: 1_000_000)
    #expect(try reader.decisions(query).count == DecisionQuery.limitMax)
    query.limit = .max
    #expect(try reader.decisions(query).count == DecisionQuery.limitMax)
    query.limit = -1
    #expect(try reader.decisions(query).count == 1)
  }

  @Test(arguments: Backend.allCases)
  func `every combination of filters finds what its definition says`(backend: Backend) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let scratch = try Scratch()
      let (store, _) = try backend.makeStore(in: scratch)
      let reader = try store.reader()
      var random = SeededGenerator(seed: seed)
      var rows: [DecisionRow] = []
      for position in (0..<UInt64(400)).shuffled(using: &random) {
        rows.append(DecisionRow(position, using: &random))
        guard rows.count.isMultiple(of: 80) else { continue }
        try store.apply(rows.suffix(80), [], upTo: StoreCursor(position: 0, sequence: 1))
        for _ in 0..<150 {
          let query = DecisionQuery(rows: 400, using: &random)
          let found = try reader.decisions(query)
          #expect(found == query.answer(from: rows), "seed \(seed), \(query)")
          #expect(
            found.map { Array($0.account.utf8) }
              == query.answer(from: rows).map { Array($0.account.utf8) }
          )
        }
      }
      for key in -6...6 as ClosedRange<Int64> {
        let expected = rows.filter { $0.idKey == key }.map(\.position).sorted()
        #expect(try reader.positions(idKey: key) == expected)
      }
    }
  }

  @Test(arguments: Backend.allCases)
  func `the newest label wins, whatever the order of arrival`(backend: Backend) throws {
    let scratch = try Scratch()
    let (store, _) = try backend.makeStore(in: scratch)
    let newest = LabelRow(position: 30, idKey: 5, receivedAt: 1, fraud: false)
    let labels = [
      LabelRow(position: 10, idKey: 5, receivedAt: 9, fraud: true), newest,
      LabelRow(position: 20, idKey: 5, receivedAt: 99, fraud: true),
      LabelRow(position: 40, idKey: 6, receivedAt: 1, fraud: true),
    ]
    try store.apply([], labels, upTo: StoreCursor(position: 50, sequence: 5))
    let reader = try store.reader()
    #expect(try reader.label(idKey: 5) == newest)
    #expect(try reader.totals() == DecisionTotals(decisions: 0, labels: 4))
  }

  @Test(arguments: Backend.allCases)
  func `readers on other threads see whole batches only`(backend: Backend) async throws {
    let scratch = try Scratch()
    let (store, openReader) = try backend.makeStore(in: scratch)
    let batches: UInt64 = 200
    let size: UInt64 = 10
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<2 {
        group.addTask {
          let reader = try openReader()
          var seen = 0
          var reads = 0
          while seen < Int(batches * size) {
            let rows = try reader.decisions(DecisionQuery(limit: DecisionQuery.limitMax))
            let newest = rows.first.map { Int($0.position) } ?? 0
            #expect(rows.count == min(newest, DecisionQuery.limitMax))
            #expect(newest.isMultiple(of: Int(size)) && newest >= seen)
            seen = newest
            reads += 1
          }
          return reads
        }
      }
      for batch in 0..<batches {
        let rows = (1...size).map { DecisionRow(batch * size + $0) }
        let end = (batch + 1) * size
        try store.apply(rows, [], upTo: StoreCursor(position: end, sequence: end + 1))
      }
      while let reads = try await group.next() { #expect(reads > 0) }
    }
    #expect(try store.reader().totals().decisions == Int(batches * size))
  }
}
