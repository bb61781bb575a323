import Engine
import Journal
import Payments
import Pipeline
import TestSupport
import Testing

/// Erasures in the log: what they say, who passes over what, and what a start knows of them.
struct ErasureTests {
  private static let now: Int64 = 1_767_225_600_000_000

  private final class Flights: FlightRecorder {
    private(set) var forgotten = 0
    func begin(_ subject: UInt64, source: Int, kind: EntryKind, id: borrowing Span<UInt8>) {}
    func end() {}
    func landed() {}
    func forget() { forgotten += 1 }
  }

  /// A node with one source, whose log stands on a simulated disk.
  private final class Node {
    let disk = SimulatedDisk()
    let flights = Flights()
    let status: NodeStatus
    let sequencer: Sequencer

    init() throws {
      let start = try Startup.run(disk: disk, snapshots: [], newLog: 7, makeEngine: Node.engine)
      status = NodeStatus(erasures: start.erasures)
      sequencer = Sequencer(
        engine: start.engine,
        writer: try JournalWriter(disk: disk, after: start.log, segmentSize: 1 << 20),
        journal: disk,
        identity: start.identity,
        lastReceivedAt: start.lastReceivedAt,
        flight: flights,
        status: status,
        now: { ErasureTests.now }
      )
      let source = Source(
        id: 1,
        name: "test",
        dialect: .native,
        currency: Currency(code: "EUR", scale: 2)
      )
      _ = try take(.source, ControlEntry.encoded(source))
    }

    static func engine() -> Engine { Engine(seed: 7, reserve: 1 << 22) }

    func take(_ kind: EntryKind, _ body: [UInt8]) throws -> Submission.Result? {
      let submission = Submission()
      submission.kind = .entries(kind)
      submission.add { $0.append(contentsOf: body) }
      #expect(try sequencer.take(submission))
      try sequencer.commit()
      return submission.results.first
    }

    /// The place of a payment that comes now.
    func pay(_ id: String, _ account: String) throws -> Position {
      let submission = Submission()
      let record = ErasureTests.record(id, account)
      submission.add { $0.append(contentsOf: record) }
      #expect(try sequencer.take(submission))
      try sequencer.commit()
      guard case .decided(let position, _) = submission.results.first else {
        throw EngineError(.damagedEntry, "not decided: \(submission.results)")
      }
      return position
    }

    func erase(_ account: String) throws -> Position {
      let result = try take(.erasure, Erasure(source: 1, account: account).encoded)
      guard case .logged(let position) = result else {
        throw EngineError(.damagedEntry, "not logged: \(String(describing: result))")
      }
      return position
    }

    /// What a start knows of erasures, from the log or from a snapshot of its end.
    func known(bySnapshot: Bool) throws -> Erasures {
      var snapshots: [[UInt8]] = []
      if bySnapshot {
        let place = EngineSnapshot.Place(
          position: sequencer.committed,
          nextSequence: sequencer.lastSequence + 1,
          lastReceivedAt: ErasureTests.now
        )
        snapshots = [
          SnapshotFile.encode(
            sequencer.engine,
            sequencer.identity,
            status.erasures,
            at: place
          )
        ]
      }
      let start = try Startup.run(
        disk: disk,
        snapshots: snapshots,
        newLog: 7,
        repair: false,
        makeEngine: Node.engine
      )
      #expect(start.fold.differences == 0)
      #expect(bySnapshot == (start.snapshot != nil))
      #expect(start.engine.stateDigest() == sequencer.engine.stateDigest())
      return start.erasures
    }
  }

  private static func record(_ id: String, _ account: String, source: UInt16 = 1) -> [UInt8] {
    var builder = TransactionBuilder(source: source, schema: Dialect.native.schema)
    builder.set(text: Schema.Text.id, id)
    builder.set(text: Schema.Text.account, account)
    builder.amount = Money(minorUnits: 5)
    builder.time = Timestamp(microseconds: now)
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    return bytes
  }

  private func covers(
    _ erasures: Erasures,
    _ id: String,
    _ account: String,
    source: UInt16 = 1,
    at position: Position
  ) -> Bool {
    let record = ErasureTests.record(id, account, source: source)
    return erasures.covers(record.span, at: position)
  }

  @Test func `an entry reads back what it wrote, and a damaged one is refused`() throws {
    for account in ["a", "caf\u{e9}", String(repeating: "x", count: 256)] {
      let erasure = Erasure(source: 65_535, account: account)
      #expect(try Erasure(erasure.encoded) == erasure)
    }
    #expect(Erasure(source: 1, account: "caf\u{e9}") != Erasure(source: 1, account: "cafe\u{301}"))
    var long: [UInt8] = [1, 0]
    long.append(text: String(repeating: "x", count: 257))
    var empty: [UInt8] = [1, 0]
    empty.append(text: "")
    for bytes in [[], [1], [1, 0, 9, 0, 0, 0, 65], long, empty] as [[UInt8]] {
      #expect(throws: DecodingFailure.self) { try Erasure(bytes) }
      let engine = Node.engine()
      #expect(throws: EngineError.self) { try engine.apply(.erasure, bytes.span) }
    }
  }

  @Test func `the engine's state and digest are the same with and without an erasure`() throws {
    let (one, other) = (try Node(), try Node())
    for node in [one, other] { _ = try node.pay("t1", "a") }
    _ = try one.erase("a")
    #expect(one.sequencer.engine.stateDigest() == other.sequencer.engine.stateDigest())
    for node in [one, other] { _ = try node.pay("t2", "a") }
    #expect(one.sequencer.engine.digest == other.sequencer.engine.digest)
    #expect(one.sequencer.engine.stateDigest() == other.sequencer.engine.stateDigest())
  }

  @Test(arguments: [false, true])
  func `what came before is covered, what comes behind is not, after a start too`(
    bySnapshot: Bool
  ) throws {
    let node = try Node()
    let places = [try node.pay("t1", "a"), try node.pay("t2", "b")]
    #expect(!covers(node.status.erasures, "t1", "a", at: places[0]))
    let erasure = try node.erase("a")
    let behind = try node.pay("t3", "a")
    #expect(behind > erasure)
    for erasures in [node.status.erasures, try node.known(bySnapshot: bySnapshot)] {
      #expect(erasures.count == 1)
      #expect(covers(erasures, "t1", "a", at: places[0]))
      #expect(!covers(erasures, "t2", "b", at: places[1]))
      #expect(!covers(erasures, "t3", "a", at: behind))
      #expect(!covers(erasures, "t1", "a", source: 2, at: places[0]))
    }
    _ = try node.erase("a")
    let known = try node.known(bySnapshot: bySnapshot)
    #expect(covers(known, "t3", "a", at: behind))
    #expect(node.status.erasures.count == 1)
  }

  @Test func `a snapshot from before there were erasures is read as one without any`() throws {
    let node = try Node()
    let place = EngineSnapshot.Place(
      position: node.sequencer.committed,
      nextSequence: node.sequencer.lastSequence + 1,
      lastReceivedAt: ErasureTests.now
    )
    let bytes = SnapshotFile.encode(
      node.sequencer.engine,
      node.sequencer.identity,
      Erasures(),
      at: place
    )
    // As it was written before: the count of none is missing.
    let size = Int(bytes.span.load(at: 0, as: UInt64.self))
    var old = Array(bytes.dropLast(8))
    old.append(little: CRC32C.of(old.span.extracting(8 + size..<old.count)))
    let (restored, _, erasures) = try SnapshotFile.restore(old, into: Node.engine())
    #expect(restored == place)
    #expect(erasures.count == 0)
  }

  @Test func `an unknown source is refused, and nothing is logged`() throws {
    let node = try Node()
    let end = node.sequencer.committed
    let result = try node.take(.erasure, Erasure(source: 9, account: "a").encoded)
    #expect(result == .refused("unknown source"))
    #expect(node.sequencer.committed == end)
    #expect(node.status.erasures.count == 0)
  }

  @Test func `names of what has landed are overwritten once behind an erasure`() throws {
    let node = try Node()
    _ = try node.pay("t1", "a")
    #expect(node.flights.forgotten == 0)
    _ = try node.erase("a")
    #expect(node.flights.forgotten == 1)
    _ = try node.pay("t2", "a")
    #expect(node.flights.forgotten == 1)
  }

  @Test func `what concerns only a removed part of the log is forgotten`() {
    let erasures = Erasures()
    for number in 1...4 as ClosedRange<UInt64> {
      let erasure = Erasure(source: 1, account: "a\(number)")
      erasures.note(erasure, at: Position(bytes: number * 100))
    }
    erasures.forget(before: 200)
    #expect(erasures.count == 2)
    let place = Position(bytes: 250)
    #expect(covers(erasures, "t", "a3", at: place))
    #expect(!covers(erasures, "t", "a2", at: Position(bytes: 150)))
  }
}
