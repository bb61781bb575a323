import Foundation
import Payments
import SQLiteStore
import Storage
import TestSupport
import Testing

/// What every store of decisions promises of erasures.
@Suite(.serialized) struct ErasureContractTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func row(
    _ position: UInt64,
    _ account: String,
    source: UInt16 = 1,
    idKey: Int64? = nil,
    amount: Int64 = 7
  ) -> DecisionRow {
    DecisionRow(
      position: position,
      source: source,
      idKey: idKey ?? Int64(position),
      time: Int64(position) * 3,
      receivedAt: 6,
      amount: amount,
      outcome: .review,
      score: 0.5,
      account: account
    )
  }

  private func label(_ position: UInt64, of row: DecisionRow, fraud: Bool = true) -> LabelRow {
    LabelRow(position: position, idKey: row.idKey, time: row.time, receivedAt: 7, fraud: fraud)
  }

  private func erasure(_ position: UInt64, _ account: String) -> ErasureRow {
    ErasureRow(position: position, source: 1, account: account)
  }

  private func cursor(_ position: UInt64) -> StoreCursor {
    StoreCursor(position: position, sequence: position)
  }

  private func positions(_ reader: any DecisionReader) throws -> [UInt64] {
    try reader.decisions(DecisionQuery(limit: 100)).map(\.position)
  }

  @Test(arguments: Backend.allCases)
  func `decisions of the account before it go, with labels; sums stay, totals are right`(
    backend: Backend
  ) throws {
    let (store, _) = try backend.makeStore(in: scratch)
    let reader = try store.reader()
    let rows = [row(10, "a"), row(20, "b"), row(30, "a"), row(40, "a", source: 2), row(90, "a")]
    let labels = [label(50, of: rows[0]), label(60, of: rows[1]), label(95, of: rows[4])]
    try store.apply(rows, labels, upTo: cursor(100))
    let sums = try reader.rollups(RollupQuery(source: 1))
    try store.apply([], [], [erasure(80, "a")], upTo: cursor(110))
    #expect(try positions(reader) == [90, 40, 20])
    #expect(try reader.positions(idKey: 10).isEmpty)
    #expect(try reader.label(idKey: 10) == nil)
    #expect(try reader.label(idKey: 20)?.position == 60)
    #expect(try reader.label(idKey: 90)?.position == 95)
    #expect(try reader.totals() == DecisionTotals(decisions: 3, labels: 2))
    #expect(try reader.rollups(RollupQuery(source: 1)) == sums)
    #expect(try store.cursor() == cursor(110))
    #expect(try store.scrub())
    // Once more, and of an account that is not there.
    try store.apply([], [], [erasure(80, "a"), erasure(85, "nobody")], upTo: cursor(110))
    #expect(try positions(reader) == [90, 40, 20])
    #expect(try reader.totals() == DecisionTotals(decisions: 3, labels: 2))
  }

  @Test(arguments: Backend.allCases)
  func `rows that come in one go with erasures are taken in the log's order`(
    backend: Backend
  ) throws {
    let (store, _) = try backend.makeStore(in: scratch)
    let reader = try store.reader()
    let rows = [row(10, "a"), row(20, "b"), row(40, "a"), row(50, "b"), row(70, "a")]
    let labels = [
      label(15, of: rows[0]),  // Before the erasure: counted, and gone.
      label(35, of: rows[0]),  // Behind it: there is no such decision any more.
      label(45, of: rows[2]), label(80, of: rows[3]),
    ]
    try store.apply(
      rows,
      labels,
      [erasure(30, "a"), erasure(60, "a"), erasure(65, "b")],
      upTo: cursor(100)
    )
    #expect(try positions(reader) == [70])
    #expect(try reader.totals() == DecisionTotals(decisions: 1, labels: 2))
    let sums = try #require(try reader.rollups(RollupQuery(source: 1)).first?.sums)
    #expect(sums.count == 5)
    #expect(sums.labelled.fraud == 2)
  }

  @Test(arguments: Backend.allCases)
  func `accounts are compared byte by byte`(backend: Backend) throws {
    let (store, _) = try backend.makeStore(in: scratch)
    let reader = try store.reader()
    for (number, account) in accounts.enumerated() {
      try store.apply([row(UInt64(number) + 1, account)], [], upTo: cursor(100))
    }
    var left = Array(accounts.indices)
    for (number, account) in accounts.enumerated().reversed() {
      try store.apply([], [], [erasure(1000, account)], upTo: cursor(1001))
      left.removeAll { $0 == number }
      #expect(try positions(reader) == left.reversed().map { UInt64($0) + 1 }, "\(account)")
    }
  }

  @Test(arguments: Backend.allCases)
  func `a place among the greatest is taken by the next that comes`(backend: Backend) throws {
    let (store, _) = try backend.makeStore(in: scratch)
    let reader = try store.reader()
    let rows = (1...12 as ClosedRange<UInt64>).map {
      row($0, $0 == 11 ? "a" : "b", amount: Int64($0) * 100)
    }
    try store.apply(rows, [], upTo: cursor(20))
    try store.apply([], [], [erasure(20, "a")], upTo: cursor(30))
    let greatest = [12, 10, 9, 8, 7, 6, 5, 4, 3] as [UInt64]
    #expect(try reader.largest(source: 1).map(\.position) == greatest)
    try store.apply([row(40, "a", amount: 1)], [], upTo: cursor(50))
    #expect(try reader.largest(source: 1).map(\.position) == greatest + [40])
  }

  @Test(arguments: Backend.allCases)
  func `ids that come again keep the labels of other accounts`(backend: Backend) throws {
    let (store, _) = try backend.makeStore(in: scratch)
    let reader = try store.reader()
    let rows = [row(10, "a", idKey: 5), row(20, "b", idKey: 5)]
    let labels = [label(30, of: rows[1]), label(40, of: rows[0])]
    try store.apply(rows, labels, upTo: cursor(50))
    try store.apply([], [], [erasure(50, "a")], upTo: cursor(60))
    #expect(try reader.positions(idKey: 5) == [20])
    #expect(try reader.label(idKey: 5)?.position == 30)
    #expect(try reader.totals() == DecisionTotals(decisions: 1, labels: 1))
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `SQLite and the reference agree, however the log is cut into steps`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let names = ["a", "b", "c", "d"]
    var (rows, labels, erasures): ([DecisionRow], [LabelRow], [ErasureRow]) = ([], [], [])
    for position in 1...400 as ClosedRange<UInt64> {
      switch Int.random(in: 0..<20, using: &random) {
      case 0: erasures.append(erasure(position, names.randomElement(using: &random) ?? "a"))
      case 1...4:
        guard let row = rows.randomElement(using: &random) else { continue }
        labels.append(label(position, of: row, fraud: Bool.random(using: &random)))
      default:
        let account = names.randomElement(using: &random) ?? "a"
        let amount = Int64.random(in: 1...1000, using: &random)
        rows.append(row(position, account, amount: amount))
      }
    }
    let whole = MemoryStore()
    whole.apply(rows, labels, erasures, upTo: cursor(401))
    let stepwise = try SQLiteStore(path: scratch.path)
    var start: UInt64 = 1
    while start <= 400 {
      let end = start + UInt64.random(in: 1...90, using: &random)
      let step = start..<end
      try stepwise.apply(
        rows.filter { step.contains($0.position) },
        labels.filter { step.contains($0.position) },
        erasures.filter { step.contains($0.position) },
        upTo: cursor(end)
      )
      start = end
    }
    let (one, other) = (whole.reader(), try stepwise.reader())
    #expect(
      try one.decisions(DecisionQuery(limit: 1000)) == other.decisions(DecisionQuery(limit: 1000))
    )
    #expect(try one.totals() == other.totals())
    #expect(try one.largest(source: 1) == other.largest(source: 1))
    #expect(
      try one.rollups(RollupQuery(source: 1)).map(\.sums.labelled.fraud)
        == other.rollups(RollupQuery(source: 1)).map(\.sums.labelled.fraud)
    )
    for key in 1...400 as ClosedRange<Int64> {
      #expect(try one.label(idKey: key) == other.label(idKey: key))
    }
  }

  @Test func `no file of SQLite's holds an erased account, nor does one after a crash`() throws {
    let name = "an-account-of-nobody"
    func filesHold() throws -> [String] {
      try ["", "-wal"].filter { suffix in
        guard scratch.exists(suffix) else { return false }
        return try scratch.bytes(suffix).range(of: Data(name.utf8)) != nil
      }
    }
    do {
      let store = try SQLiteStore(path: scratch.path)
      let rows = (1...3000 as ClosedRange<UInt64>).map { row($0, $0 % 3 == 0 ? name : "b\($0)") }
      // Labels make rows longer, so that some move.
      let labels = rows.map { label(10_000 + $0.position, of: $0) }
      try store.apply(rows, [], upTo: cursor(3001))
      try store.apply([], labels, upTo: cursor(20_000))
      #expect(try !filesHold().isEmpty)
      try store.apply([], [], [erasure(20_000, name)], upTo: cursor(20_001))
      // Not scrubbed, as if the process had ended here.
      #expect(try filesHold().contains("-wal"))
      let copy = try Scratch()
      for suffix in ["", "-wal"] { try copy.write(try scratch.bytes(suffix), suffix) }
      let again = try SQLiteStore(path: copy.path)
      #expect(try again.scrub())
      for suffix in ["", "-wal"] {
        #expect(try copy.bytes(suffix).range(of: Data(name.utf8)) == nil, "\(suffix)")
      }
      #expect(try again.reader().totals().decisions == 2000)
      #expect(try store.scrub())
    }
    #expect(try filesHold().isEmpty)
  }
}
