import Engine
import Features
import Journal
import Payments
import Pipeline
import TestSupport
import Testing

/// Activities as clients send them, through the sequencer into the log and the windows.
struct ActivityEntryTests {
  private static let now: Int64 = 1_767_225_600_000_000
  private static let minute: Int64 = 60_000_000
  private static let day: Int64 = 1440 * minute

  private static let features = """
    feature logins = count() by account over 1h where activity = login
    feature failed = count() by account over 1h where (activity = login and not succeeded)
    feature renewed = time_since_last() by device over 7d where activity = new_device
    """

  /// Notes what the sequencer says is in flight.
  private final class Flights: FlightRecorder {
    private(set) var items: [FlightItem] = []
    private(set) var ends = 0

    func begin(_ subject: UInt64, source: Int, kind: EntryKind, id: borrowing Span<UInt8>) {
      let id = Array(String(decoding: id.indices.map { id[$0] }, as: UTF8.self).utf8)
      items.append(FlightItem(subject: subject, source: UInt16(source), kind: kind, id: id))
    }
    func end() { ends += 1 }
    func landed() {}
    func forget() {}
  }

  /// A node with one source, whose log stands on a simulated disk.
  private final class Node {
    let disk = SimulatedDisk()
    let flights = Flights()
    private(set) var sequencer: Sequencer

    init(_ policy: FuturePolicy = .refuse) throws {
      sequencer = try Node.sequencer(disk, flights)
      var source = Source(
        id: 1,
        name: "test",
        dialect: .native,
        currency: Currency(code: "EUR", scale: 2)
      )
      source.futurePolicy = policy
      let program = ControlEntry.Program(
        source: 1,
        name: "f",
        text: ActivityEntryTests.features
      )
      _ = try take(.source, [ControlEntry.encoded(source)])
      _ = try take(.features, [program.encoded])
    }

    private static func sequencer(_ disk: SimulatedDisk, _ flights: Flights) throws -> Sequencer {
      let start = try Startup.run(disk: disk, snapshots: [], newLog: 7) {
        Engine(seed: 7) { _ throws(EngineError) in throw EngineError(.badModel, "none") }
      }
      return Sequencer(
        engine: start.engine,
        writer: try JournalWriter(disk: disk, after: start.log, segmentSize: 1 << 20),
        journal: disk,
        identity: start.identity,
        lastReceivedAt: start.lastReceivedAt,
        flight: flights,
        now: { ActivityEntryTests.now }
      )
    }

    func restart() throws {
      try sequencer.close()
      sequencer = try Node.sequencer(disk, flights)
    }

    func take(_ kind: EntryKind, _ bodies: [[UInt8]]) throws -> [Submission.Result] {
      let submission = Submission()
      submission.kind = .entries(kind)
      for body in bodies { submission.add { $0.append(contentsOf: body) } }
      #expect(try sequencer.take(submission))
      try sequencer.commit()
      return submission.results
    }

    func tell(_ activities: Activity...) throws -> [Submission.Result] {
      try take(.activity, activities.map(\.encoded))
    }

    /// The features of a payment that comes now.
    func pay(_ id: String, device: String = "") throws -> [Float] {
      var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
      builder.set(text: Schema.Text.id, id)
      builder.set(text: Schema.Text.account, "a")
      builder.set(text: Schema.Text.device, device)
      builder.amount = Money(minorUnits: 5)
      builder.time = Timestamp(microseconds: ActivityEntryTests.now)
      let submission = Submission()
      submission.add { builder.finish(into: &$0) }
      #expect(try sequencer.take(submission))
      try sequencer.commit()
      return try #require(sequencer.engine.source(named: "test")).profile.vector
    }

    /// The activities of the log.
    func logged() throws -> [Activity] {
      var found: [Activity] = []
      _ = try Recovery.run(on: disk, newLog: 7) { header, body, _ throws(JournalError) in
        guard header.kind == .activity else { return }
        let bytes = body.indices.map { body[$0] }
        if let activity = try? Activity(bytes) { found.append(activity) }
      }
      return found
    }
  }

  private static func activity(
    _ kind: ActivityKind = .login,
    succeeded: Bool = true,
    at time: Int64? = now,
    account: String = "a",
    device: String = "",
    source: UInt16 = 1,
    id: String = ""
  ) -> Activity {
    var activity = Activity(
      source: source,
      kind: kind,
      succeeded: succeeded,
      time: time.map { Timestamp(microseconds: $0) } ?? Activity.timeOfReceipt,
      account: account,
      device: device
    )
    if !id.isEmpty { activity.identify(as: id) }
    return activity
  }

  private func isLogged(_ result: Submission.Result) -> Bool {
    if case .logged = result { true } else { false }
  }

  @Test func `a payment after activities sees them, and so does a node that starts again`() throws {
    let node = try Node()
    #expect(try node.pay("t1").prefix(2) == [0, 0])
    let results = try node.tell(
      ActivityEntryTests.activity(),
      ActivityEntryTests.activity(succeeded: false),
      ActivityEntryTests.activity(account: "b"),
      ActivityEntryTests.activity(.newDevice, at: ActivityEntryTests.now - 90_000_000, device: "d")
    )
    #expect(results.allSatisfy(isLogged) && Set(results).count == 4)
    #expect(try node.pay("t2", device: "d") == [2, 1, 90])
    let digest = node.sequencer.engine.stateDigest()
    try node.restart()
    #expect(node.sequencer.engine.stateDigest() == digest)
    #expect(try node.pay("t3", device: "d") == [2, 1, 90])
  }

  @Test func `one that is known by its id is taken once, after a start too`() throws {
    let node = try Node()
    // Without a time of its own it is the same content, whenever it comes.
    let login = ActivityEntryTests.activity(at: nil, id: "x1")
    let first = try node.tell(login, login)
    guard case .logged(let place) = first[0] else {
      Issue.record("it was not logged: \(first)")
      return
    }
    #expect(first[1] == .known(place))
    #expect(try node.tell(login) == [.known(place)])
    try node.restart()
    #expect(try node.tell(login) == [.known(place)])
    #expect(try node.logged().map(\.id) == ["x1"])
    #expect(try node.pay("t1").prefix(2) == [1, 0])
  }

  @Test func `an id with another content is a conflict, another id another activity`() throws {
    let node = try Node()
    let results = try node.tell(
      ActivityEntryTests.activity(id: "x1"),
      ActivityEntryTests.activity(succeeded: false, id: "x1"),
      ActivityEntryTests.activity(at: ActivityEntryTests.now - 1, id: "x1"),
      ActivityEntryTests.activity(id: "x2")
    )
    #expect(isLogged(results[0]) && isLogged(results[3]))
    #expect(results[1...2] == [.conflict, .conflict])
    #expect(try node.pay("t1").prefix(2) == [2, 0])
  }

  @Test func `a transaction may have an activity's id`() throws {
    let node = try Node()
    _ = try node.tell(ActivityEntryTests.activity(id: "x1"))
    #expect(try node.pay("x1").prefix(2) == [1, 0])
    #expect(try node.tell(ActivityEntryTests.activity(id: "t1")).allSatisfy(isLogged))
  }

  @Test func `the same activity sent twice without an id counts twice`() throws {
    let node = try Node()
    for _ in 0..<2 { _ = try node.tell(ActivityEntryTests.activity()) }
    #expect(try node.pay("t1").prefix(2) == [2, 0])
  }

  @Test func `an activity without a time has that of its receipt`() throws {
    let node = try Node()
    #expect(try node.tell(ActivityEntryTests.activity(at: nil)).allSatisfy(isLogged))
    #expect(try node.logged() == [ActivityEntryTests.activity()])
    #expect(try node.pay("t1").prefix(2) == [1, 0])
  }

  @Test func `one too far in the future is refused or taken now, as the source says`() throws {
    let most = ActivityEntryTests.now + 5 * ActivityEntryTests.minute
    let (at, beyond) = (
      ActivityEntryTests.activity(at: most), ActivityEntryTests.activity(at: most + 1)
    )
    let refusing = try Node()
    let results = try refusing.tell(beyond, at)
    #expect(results[0] == .future && isLogged(results[1]))
    #expect(try refusing.logged() == [at])
    let clamping = try Node(.clamp)
    #expect(try clamping.tell(beyond, at).allSatisfy(isLogged))
    #expect(try clamping.logged() == [ActivityEntryTests.activity(), at])
  }

  @Test func `one that comes too late lands at the watermark`() throws {
    let node = try Node()
    _ = try node.pay("t1")
    let late = ActivityEntryTests.activity(at: ActivityEntryTests.now - 3 * ActivityEntryTests.day)
    #expect(try node.tell(late).allSatisfy(isLogged))
    #expect(try node.logged() == [late])
    #expect(try node.pay("t2").prefix(2) == [1, 0])
  }

  @Test func `an unknown source and damaged bytes are refused, and nothing is logged`() throws {
    let node = try Node()
    #expect(try node.tell(ActivityEntryTests.activity(source: 9)) == [.refused("unknown source")])
    let damaged = Array(ActivityEntryTests.activity().encoded.dropLast())
    guard case .refused = try node.take(.activity, [damaged])[0] else {
      Issue.record("damaged bytes were taken")
      return
    }
    #expect(try node.logged().isEmpty)
  }

  @Test func `what is in flight is noted, and what ended the program twice is refused`() throws {
    let node = try Node()
    let ends = node.flights.ends
    let poison = ActivityEntryTests.activity(at: nil, account: "", device: "d")
    _ = try node.tell(poison)
    let item = try #require(node.flights.items.last)
    #expect(item.kind == .activity && item.source == 1 && item.id == Array("d".utf8))
    #expect(node.flights.ends == ends + 1)
    let entry = Quarantine(.quarantine, item, time: 5, reason: "why")
    _ = try node.take(.quarantine, [entry.encoded])
    let other = ActivityEntryTests.activity(at: nil, account: "", device: "e")
    let results = try node.tell(poison, other)
    #expect(results[0] == .quarantined("why") && isLogged(results[1]))
    try node.restart()
    #expect(try node.tell(poison) == [.quarantined("why")])
  }
}
