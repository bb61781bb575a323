import Engine
import Journal
import Payments
import Pipeline
import TestSupport
import Testing

/// What was logged under an earlier reading is known again; an id with a card number only then.
struct RecordNoteTests {
  private static let now: Int64 = 1_767_225_600_000_000

  /// Notes the names of what is in flight.
  private final class Flights: FlightRecorder {
    private(set) var ids: [[UInt8]] = []
    func begin(_ subject: UInt64, source: Int, kind: EntryKind, id: borrowing Span<UInt8>) {
      ids.append(id.array)
    }
    func end() {}
    func landed() {}
    func forget() {}
  }

  private final class Node {
    let flights = Flights()
    let sequencer: Sequencer

    init(_ policy: IdentityPolicy) throws {
      let disk = SimulatedDisk()
      let start = try Startup.run(disk: disk, snapshots: [], newLog: 7) {
        Engine(seed: 7, reserve: 1 << 22)
      }
      sequencer = Sequencer(
        engine: start.engine,
        writer: try JournalWriter(disk: disk, after: start.log, segmentSize: 1 << 20),
        journal: disk,
        identity: start.identity,
        lastReceivedAt: start.lastReceivedAt,
        flight: flights,
        now: { RecordNoteTests.now }
      )
      var source = Source(
        id: 1,
        name: "test",
        dialect: .native,
        currency: Currency(code: "EUR", scale: 2)
      )
      source.identity = policy
      _ = try take(.entries(.source), ControlEntry.encoded(source), nil)
    }

    func take(
      _ kind: Submission.Kind,
      _ body: [UInt8],
      _ note: RecordNote?,
      _ item: EntryKind? = nil
    ) throws -> Submission.Result {
      let submission = Submission()
      submission.kind = kind
      submission.add { $0.append(contentsOf: body) }
      submission.add(note)
      if let item { submission.itemKinds.append(item) }
      #expect(try sequencer.take(submission))
      try sequencer.commit()
      return try #require(submission.results.first)
    }

    func pay(_ record: [UInt8], _ note: RecordNote? = nil) throws -> Submission.Result {
      try take(.transactions, record, note)
    }
  }

  private static func record(_ id: String, _ account: String, amount: Int64 = 100) -> [UInt8] {
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.set(text: Schema.Text.id, id)
    builder.set(text: Schema.Text.account, account)
    builder.set(text: Schema.Text.counterparty, "b")
    builder.amount = Money(minorUnits: amount)
    builder.flags.insert(.timeIsReceivedAt)
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    return bytes
  }

  private static let clear = "4012.8888.8888.1881"
  private static let token = "card:token:401288:1881"

  private static func earlier(_ record: [UInt8]) -> RecordNote {
    RecordNote(earlierContent: TransactionRecord.content(record.span))
  }

  @Test(arguments: [IdentityPolicy.id, .idAndContent])
  func `a retry gets the first decision under the reading of before`(
    policy: IdentityPolicy
  ) throws {
    let node = try Node(policy)
    let before = RecordNoteTests.record("t", RecordNoteTests.clear)
    let after = RecordNoteTests.record("t", RecordNoteTests.token)
    guard case .decided(let place, _) = try node.pay(before) else {
      Issue.record("the first was not decided on")
      return
    }
    let note = RecordNoteTests.earlier(before)
    guard case .duplicate(let first, _) = try node.pay(after, note) else {
      Issue.record("the retry was not known")
      return
    }
    #expect(first == place)
    // Another content under the id is another one, whatever is noted.
    let other = RecordNoteTests.record("t", RecordNoteTests.token, amount: 7)
    let said = RecordNoteTests.earlier(
      RecordNoteTests.record("t", RecordNoteTests.clear, amount: 7)
    )
    let result = try node.pay(other, said)
    if policy == .id {
      #expect(result == .conflict)
    } else {
      guard case .decided = result else {
        Issue.record("another content was not decided on")
        return
      }
    }
    // As history it is known too.
    #expect(try node.take(.past, after, note, .history) == .known(place))
  }

  @Test(arguments: [IdentityPolicy.id, .idAndContent])
  func `an id with a card number is taken only where the log has it`(
    policy: IdentityPolicy
  ) throws {
    let node = try Node(policy)
    let known = RecordNoteTests.record("4012888888881881", "a")
    let held = RecordNote(idHoldsCardNumber: true)
    #expect(try node.pay(known, held) == .cardNumber)
    #expect(try node.take(.past, known, held, .history) == .cardNumber)
    guard case .decided(let place, _) = try node.pay(known) else {
      Issue.record("an earlier version did not take it")
      return
    }
    guard case .duplicate(place, _) = try node.pay(known, held) else {
      Issue.record("the retry was not known")
      return
    }
    let named = node.flights.ids.filter { $0.elementsEqual("4012888888881881".utf8) }
    #expect(named.count == 1, "the record of what is in flight names it")
  }

  @Test func `an activity is known again under the reading of before`() throws {
    let node = try Node(.id)
    func activity(_ account: String, _ id: String) -> Activity {
      var activity = Activity(
        source: 1,
        kind: .login,
        succeeded: true,
        time: Timestamp(microseconds: RecordNoteTests.now),
        account: account,
        device: ""
      )
      activity.identify(as: id)
      return activity
    }
    let before = activity(RecordNoteTests.clear, "i")
    guard case .logged(let place) = try node.take(.entries(.activity), before.encoded, nil) else {
      Issue.record("the first was not logged")
      return
    }
    let after = activity(RecordNoteTests.token, "i").encoded
    #expect(try node.take(.entries(.activity), after, nil) == .conflict)
    let note = RecordNote(earlierContent: before.content)
    #expect(try node.take(.entries(.activity), after, note) == .known(place))
    let held = RecordNote(idHoldsCardNumber: true)
    let other = activity("a", "4012888888881881").encoded
    #expect(try node.take(.entries(.activity), other, held) == .cardNumber)
  }
}
