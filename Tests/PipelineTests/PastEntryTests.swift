import Engine
import Features
import Journal
import Payments
import Pipeline
import TestSupport
import Testing

/// Past transactions, their labels and activities through the sequencer into the log.
struct PastEntryTests {
  private static let day: Int64 = 86_400_000_000
  private static let start: Int64 = 1_767_225_600_000_000

  private static let features = """
    feature frauds = count() by account over 60d where fraud
    feature logins = count() by account over 60d where activity = login
    """

  private final class Node {
    let disk = SimulatedDisk()
    private(set) var sequencer: Sequencer

    init() throws {
      sequencer = try Node.sequencer(disk)
      let source = Source(
        id: 1,
        name: "test",
        dialect: .native,
        currency: Currency(code: "EUR", scale: 2)
      )
      let program = ControlEntry.Program(source: 1, name: "f", text: PastEntryTests.features)
      _ = try take(.entries(.source), [(.source, ControlEntry.encoded(source))])
      _ = try take(.entries(.features), [(.features, program.encoded)])
    }

    private static func sequencer(_ disk: SimulatedDisk) throws -> Sequencer {
      let start = try Startup.run(disk: disk, snapshots: [], newLog: 7) {
        Engine(seed: 7, reserve: 1 << 22)
      }
      return Sequencer(
        engine: start.engine,
        writer: try JournalWriter(disk: disk, after: start.log, segmentSize: 1 << 20),
        journal: disk,
        identity: start.identity,
        lastReceivedAt: start.lastReceivedAt,
        now: { PastEntryTests.start + 30 * PastEntryTests.day }
      )
    }

    func restart() throws {
      let digest = sequencer.engine.stateDigest()
      try sequencer.close()
      sequencer = try Node.sequencer(disk)
      #expect(sequencer.engine.stateDigest() == digest)
    }

    func take(
      _ kind: Submission.Kind,
      _ items: [(kind: EntryKind, body: [UInt8])]
    ) throws -> [Submission.Result] {
      let submission = Submission()
      submission.kind = kind
      for item in items {
        submission.add { $0.append(contentsOf: item.body) }
        submission.itemKinds.append(item.kind)
      }
      #expect(try sequencer.take(submission))
      try sequencer.commit()
      return submission.results
    }

    /// The features of a payment at a time.
    func vector(at time: Int64) throws -> [Float] {
      let submission = Submission()
      submission.add { $0.append(contentsOf: PastEntryTests.record("now", at: time)) }
      #expect(try sequencer.take(submission))
      try sequencer.commit()
      return try #require(sequencer.engine.source(named: "test")).profile.vector
    }

    func bodies(_ kind: EntryKind) throws -> [[UInt8]] {
      var found: [[UInt8]] = []
      _ = try Recovery.run(on: disk, newLog: 7) { header, body, _ throws(JournalError) in
        if header.kind == kind { found.append(body.array) }
      }
      return found
    }
  }

  private static func record(_ id: String, at time: Int64) -> [UInt8] {
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.time = Timestamp(microseconds: time)
    builder.amount = Money(minorUnits: 5)
    builder.set(text: Schema.Text.id, id)
    builder.set(text: Schema.Text.account, "a")
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    return bytes
  }

  private static func label(_ record: [UInt8], landed: Int64) -> [UInt8] {
    var body: [UInt8] = []
    Label.append(
      verdict: .fraud,
      origin: .column,
      landed: Timestamp(microseconds: landed),
      record: record.span,
      to: &body
    )
    return body
  }

  @Test func `an entry says where a past transaction landed that came too late`() throws {
    let node = try Node()
    let start = PastEntryTests.start
    let records = [
      PastEntryTests.record("t1", at: start),
      PastEntryTests.record("t2", at: start - PastEntryTests.day),
      PastEntryTests.record("t3", at: start - PastEntryTests.day - 1),
    ]
    _ = try node.take(.past, records.map { (.history, $0) })
    let bodies = try node.bodies(.history)
    #expect(Array(bodies[..<2]) == Array(records[..<2]))
    let last = bodies[2]
    let landed = History.landed(last.span)
    #expect(landed.microseconds == start)
    #expect(bodies[2].count == records[2].count + 8)
    try node.restart()
  }

  @Test func `a label of the past finds where its transaction landed, whoever guesses`() throws {
    let node = try Node()
    let (start, day) = (PastEntryTests.start, PastEntryTests.day)
    let tooLate = PastEntryTests.record("t2", at: start - 3 * day)
    _ = try node.take(
      .past,
      [(.history, PastEntryTests.record("t1", at: start)), (.history, tooLate)]
    )
    try node.restart()
    // As a file that is read a second time has it: too late for what the log has by now.
    let label = PastEntryTests.label(tooLate, landed: start + 5 * day)
    _ = try node.take(.past, [(.label, label)])
    let logged = try #require(try node.bodies(.label).first)
    let landed = Label.landed(logged.span)
    #expect(landed.microseconds == start)
    #expect(try node.vector(at: start + day) == [1, 0])
    try node.restart()
  }

  @Test func `a label of one that came in time stays as it is`() throws {
    let node = try Node()
    let start = PastEntryTests.start
    let record = PastEntryTests.record("t1", at: start)
    // The second was never logged: nothing is known of where it landed.
    let unknown = PastEntryTests.record("t9", at: start)
    let labels = [
      PastEntryTests.label(record, landed: start), PastEntryTests.label(unknown, landed: start + 9),
    ]
    _ = try node.take(.past, [(.history, record)] + labels.map { (.label, $0) })
    #expect(try node.bodies(.label) == labels)
    #expect(try node.vector(at: start + 1) == [1, 0])
  }

  @Test func `activities of the past count once, however often they are fed`() throws {
    let node = try Node()
    var login = Activity(
      source: 1,
      kind: .login,
      succeeded: true,
      time: Timestamp(microseconds: PastEntryTests.start),
      account: "a",
      device: ""
    )
    login.identify(as: "row-1")
    for _ in 0..<2 {
      let payment = PastEntryTests.record("t1", at: PastEntryTests.start)
      let results = try node.take(.past, [(.activity, login.encoded), (.history, payment)])
      #expect(results.count == 2)
      try node.restart()
    }
    #expect(try [node.bodies(.activity).count, node.bodies(.history).count] == [1, 1])
    #expect(try node.vector(at: PastEntryTests.start + 1) == [0, 1])
  }
}
