import Foundation
import Payments
import Storage
import TestSupport
import Testing

@testable import SQLiteStore

/// What a store in a file promises beyond the contract.
@Suite(.serialized) struct SQLiteStoreTests {
  static func code(_ body: () throws(StoreError) -> Void) -> StoreError.Code? {
    do {
      try body()
      return nil
    } catch { return error.code }
  }

  @Test func `rows, totals and cursor are there when the file is opened again`() throws {
    let scratch = try Scratch()
    let end = StoreCursor(position: 9, sequence: 4)
    let label = LabelRow(position: 3, idKey: 1, receivedAt: 2, fraud: true)
    do {
      let store = try SQLiteStore(path: scratch.path)
      try store.apply([DecisionRow(1), DecisionRow(2)], [label], upTo: end)
    }
    let store = try SQLiteStore(path: scratch.path)
    let reader = try store.reader()
    #expect(try store.cursor() == end)
    #expect(try reader.decisions(DecisionQuery(limit: 5)).map(\.position) == [2, 1])
    #expect(try reader.label(idKey: 1) == label)
    #expect(try reader.totals() == DecisionTotals(decisions: 2, labels: 1))
  }

  @Test func `files are for their owner alone`() throws {
    let scratch = try Scratch()
    let store = try SQLiteStore(path: scratch.path)
    try store.apply([DecisionRow(1)], [], upTo: StoreCursor(position: 2, sequence: 2))
    for suffix in ["", "-wal", "-shm"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path + suffix)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
    }
  }

  @Test func `a file that is no database is damaged, and can be removed and made again`() throws {
    let scratch = try Scratch()
    let garbage = Data((0..<20_000).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) })
    for suffix in ["", "-wal", "-shm"] { try scratch.write(garbage, suffix) }
    do {
      _ = try SQLiteStore(path: scratch.path)
      Issue.record("garbage was opened")
    } catch {
      #expect(error.code == .damaged)
      #expect(!error.description.contains(scratch.path) && !error.description.contains("PRAGMA"))
    }
    try SQLiteStore.remove(path: scratch.path)
    for suffix in ["", "-wal", "-shm"] { #expect(!scratch.exists(suffix)) }
    try SQLiteStore.remove(path: scratch.path)
    #expect(try SQLiteStore(path: scratch.path).cursor() == StoreCursor(position: 0, sequence: 1))
  }

  @Test func `a log without its database is not taken for content`() throws {
    let scratch = try Scratch()
    let store = try SQLiteStore(path: scratch.path)
    try store.apply([DecisionRow(1)], [], upTo: StoreCursor(position: 2, sequence: 2))
    let other = try Scratch()
    try other.write(try scratch.bytes("-wal"), "-wal")
    #expect(try SQLiteStore(path: other.path).cursor() == StoreCursor(position: 0, sequence: 1))
  }

  /// Each store with the versions that it knows.
  static let stores: [(String, Int, @Sendable (String) throws(StoreError) -> Void)] = [
    (
      "decisions", Migrations.steps.count,
      { path throws(StoreError) in _ = try SQLiteStore(path: path) }
    ),
    (
      "identity", IdentityMigrations.steps.count,
      { path throws(StoreError) in _ = try SQLiteIdentityStore(path: path) }
    ),
    (
      "alerts", AlertMigrations.steps.count,
      { path throws(StoreError) in _ = try SQLiteAlertStore(path: path) }
    ),
    (
      "jobs", JobMigrations.steps.count,
      { path throws(StoreError) in _ = try SQLiteJobStore(path: path) }
    ),
  ]

  @Test(arguments: stores.map(\.0))
  func `a file of a later version is refused with what, where and expected; nothing is changed`(
    _ name: String
  ) throws {
    let (_, known, open) = try #require(Self.stores.first { $0.0 == name })
    let scratch = try Scratch()
    try open(scratch.path)
    do {
      let connection = try Connection(path: scratch.path, mode: .readWrite)
      try connection.execute("PRAGMA user_version = \(known)", to: "test")
    }
    try open(scratch.path)
    do {
      let connection = try Connection(path: scratch.path, mode: .readWrite)
      try connection.execute("PRAGMA user_version = 9", to: "test")
    }
    let before = try scratch.bytes("")
    let error = #expect(throws: StoreError.self) { try open(scratch.path) }
    #expect(error?.code == .laterVersion)
    #expect(
      error?.description
        == "the store cannot open \(scratch.path): it has version 9, this program knows versions"
        + " up to \(known) (later_version)"
    )
    #expect(try scratch.bytes("") == before)
  }

  @Test func `a file of the first version is projected again from the log`() throws {
    let scratch = try Scratch()
    do {
      let connection = try Connection(path: scratch.path, mode: .readWrite)
      try connection.execute(Migrations.steps[0], to: "test")
      try connection.execute(
        """
        INSERT INTO decision VALUES (1, 1, 1, 1, 1, 1, 1, 0.5, 'a');
        INSERT INTO label VALUES (2, 1, 1, 1);
        UPDATE totals SET decisions = 1, labels = 1;
        UPDATE cursor SET position = 3, sequence = 3;
        PRAGMA user_version = 1
        """,
        to: "test"
      )
    }
    let store = try SQLiteStore(path: scratch.path)
    let reader = try store.reader()
    #expect(try store.cursor() == StoreCursor(position: 0, sequence: 1))
    #expect(try reader.totals() == DecisionTotals(decisions: 0, labels: 0))
    try store.apply([DecisionRow(1)], [], upTo: StoreCursor(position: 3, sequence: 3))
    #expect(try reader.decisions(DecisionQuery(limit: 5)) == [DecisionRow(1)])
    #expect(try reader.rollups(RollupQuery(source: 1)).first?.sums.count == 1)
  }

  @Test(arguments: ["DROP TABLE totals", "DELETE FROM cursor", "UPDATE decision SET outcome = 9"])
  func `tables that are not as made are damaged`(sql: String) throws {
    let scratch = try Scratch()
    do {
      let store = try SQLiteStore(path: scratch.path)
      try store.apply([DecisionRow(1)], [], upTo: StoreCursor(position: 2, sequence: 2))
    }
    do {
      let connection = try Connection(path: scratch.path, mode: .readWrite)
      try connection.execute(sql, to: "test")
    }
    let code = SQLiteStoreTests.code { () throws(StoreError) in
      let store = try SQLiteStore(path: scratch.path)
      _ = try store.cursor()
      _ = try store.reader().decisions(DecisionQuery(limit: 1))
    }
    #expect(code == .damaged)
  }

  @Test func `a folder that is not there is a failed read or write`() throws {
    let code = SQLiteStoreTests.code { () throws(StoreError) in
      _ = try SQLiteStore(path: "/nonexistent/decisions.db")
    }
    #expect(code == .inputOutput)
    let scratch = try Scratch()
    let read = SQLiteStoreTests.code { () throws(StoreError) in
      _ = try SQLiteReader(path: scratch.path)
    }
    #expect(read == .inputOutput)
    #expect(!scratch.exists())
  }

  @Test func `a failure in the middle leaves neither rows nor cursor nor totals`() throws {
    let scratch = try Scratch()
    let store = try SQLiteStore(path: scratch.path)
    let reader = try store.reader()
    let before = StoreCursor(position: 2, sequence: 2)
    let after = StoreCursor(position: 4, sequence: 3)
    try store.apply([DecisionRow(1)], [], upTo: before)
    let other = try Connection(path: scratch.path, mode: .readWrite)
    try other.execute(
      "CREATE TRIGGER stop BEFORE UPDATE ON cursor BEGIN SELECT RAISE(ABORT, 'stop'); END",
      to: "test"
    )
    let code = SQLiteStoreTests.code { () throws(StoreError) in
      try store.apply([DecisionRow(3)], [], upTo: after)
    }
    #expect(code == .inputOutput)
    #expect(try reader.decisions(DecisionQuery(limit: 5)).map(\.position) == [1])
    #expect(try reader.totals().decisions == 1)
    #expect(try store.cursor() == before)
    try other.execute("DROP TRIGGER stop", to: "test")
    try store.apply([DecisionRow(3)], [], upTo: after)
    #expect(try reader.totals().decisions == 2)
    #expect(try store.cursor() == after)
  }

  @Test func `what was not committed is gone when the connection is`() throws {
    let scratch = try Scratch()
    let store = try SQLiteStore(path: scratch.path)
    do {
      let connection = try Connection(path: scratch.path, mode: .readWrite)
      try connection.execute(
        """
        BEGIN IMMEDIATE; INSERT INTO decision(position) VALUES (5);
        UPDATE cursor SET sequence = 6
        """,
        to: "test"
      )
    }
    #expect(try store.reader().decisions(DecisionQuery(limit: 5)).isEmpty)
    #expect(try store.cursor() == StoreCursor(position: 0, sequence: 1))
  }

  @Test func `a log cut anywhere gives rows, totals and cursor of one moment`() throws {
    let scratch = try Scratch()
    let store = try SQLiteStore(path: scratch.path)
    for batch in 0..<UInt64(30) {
      let rows = (0..<batch + 1).map { DecisionRow(batch * 100 + $0, account: "\($0)") }
      let sequence = (batch + 1) * (batch + 2) / 2 + 1
      try store.apply(rows, [], upTo: StoreCursor(position: batch * 100 + 99, sequence: sequence))
    }
    let main = try scratch.bytes()
    let log = try scratch.bytes("-wal")
    var random = SeededGenerator(seed: 3)
    var sequences: Set<UInt64> = []
    for _ in 0..<60 {
      let copy = try Scratch()
      try copy.write(main)
      // The first transactions make the tables; without them there is nothing to compare.
      let cut = Int.random(in: log.count / 4...log.count, using: &random)
      try copy.write(log.prefix(cut), "-wal")
      let reopened = try SQLiteStore(path: copy.path)
      let reader = try reopened.reader()
      let cursor = try reopened.cursor()
      let rows = try reader.decisions(DecisionQuery(limit: DecisionQuery.limitMax))
      #expect(UInt64(rows.count) + 1 == cursor.sequence)
      #expect(try reader.totals().decisions == rows.count)
      let sums = try reader.rollups(RollupQuery(source: 1)).first?.sums
      #expect(sums?.count ?? 0 == rows.count)
      #expect(try reader.scores(source: 1, days: nil).first?.histogram.total ?? 0 == rows.count)
      sequences.insert(cursor.sequence)
    }
    #expect(sequences.count > 10)
  }

  @Test func `a locked file is busy, not lost`() throws {
    let scratch = try Scratch()
    let store = try SQLiteStore(path: scratch.path)
    let other = try Connection(path: scratch.path, mode: .readWrite)
    try other.execute("BEGIN IMMEDIATE", to: "test")
    let code = SQLiteStoreTests.code { () throws(StoreError) in
      try store.apply([DecisionRow(1)], [], upTo: StoreCursor(position: 2, sequence: 2))
    }
    #expect(code == .busy)
    try other.execute("ROLLBACK", to: "test")
    try store.apply([DecisionRow(1)], [], upTo: StoreCursor(position: 2, sequence: 2))
  }

  @Test func `a search by id reads no table as a whole`() throws {
    let scratch = try Scratch()
    _ = try SQLiteStore(path: scratch.path)
    let connection = try Connection(path: scratch.path, mode: .readOnly)
    let plan = try Statement(
      connection,
      "EXPLAIN QUERY PLAN " + SQLiteReader.positionsByKey,
      to: "test"
    )
    var lines: [String] = []
    while try plan.next() { lines.append(plan.text(3)) }
    let seeks = lines.count {
      $0.contains("SEARCH decision USING") && $0.contains("decision_by_id")
    }
    #expect(seeks >= 2, "\(lines)")
    let scans = lines.filter { $0.hasPrefix("SCAN decision") }
    #expect(scans.allSatisfy { $0.contains("USING COVERING INDEX decision_by_id") }, "\(lines)")
  }

  @Test func `result codes are told apart`() {
    #expect(Connection.code(of: 5) == .busy)
    #expect(Connection.code(of: 517) == .busy)
    #expect(Connection.code(of: 13) == .busy)
    #expect(Connection.code(of: 11) == .damaged)
    #expect(Connection.code(of: 26) == .damaged)
    #expect(Connection.code(of: 8458) == .damaged)
    #expect(Connection.code(of: 266) == .inputOutput)
    #expect(Connection.code(of: 14) == .inputOutput)
  }
}
