import Engine
import Journal
import Payments
import TestSupport
import Testing

@testable import Pipeline

/// Retries of ids that were logged when their texts were read otherwise.
struct EarlierReadingTests {
  private static let now: Int64 = 1_767_225_600_000_000

  private static func sequencer(_ identity: IdentityPolicy) throws -> Sequencer {
    let disk = SimulatedDisk()
    let start = try Startup.run(disk: disk, snapshots: [], newLog: 7) {
      Engine(seed: 7, reserve: 1 << 22)
    }
    let sequencer = Sequencer(
      engine: start.engine,
      writer: try JournalWriter(disk: disk, after: start.log, segmentSize: 1 << 20),
      journal: disk,
      identity: start.identity,
      lastReceivedAt: start.lastReceivedAt,
      now: { now }
    )
    var source = Source(
      id: 1,
      name: "test",
      dialect: .native,
      currency: Currency(code: "EUR", scale: 2)
    )
    source.identity = identity
    _ = try take(sequencer, .entries(.source)) {
      $0.append(contentsOf: ControlEntry.encoded(source))
    }
    return sequencer
  }

  private static func take(
    _ sequencer: Sequencer,
    _ kind: Submission.Kind = .transactions,
    earlier: UInt64? = nil,
    _ write: (inout [UInt8]) -> Void
  ) throws -> Submission.Result? {
    let submission = Submission()
    submission.kind = kind
    submission.itemKinds = [.history]
    submission.add(write)
    submission.add(earlier.map { RecordNote(earlierContent: $0) })
    #expect(try sequencer.take(submission))
    try sequencer.commit()
    return submission.results.first
  }

  /// A payment's record as it is read now, and its content as it was read two hours later.
  private static func payment(_ hours: Int64, earlier: Int64?) -> ([UInt8], UInt64?) {
    let hour: Int64 = 3_600_000_000
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.set(text: Schema.Text.id, "x")
    builder.set(text: Schema.Text.account, "a")
    builder.time = Timestamp(microseconds: now - hours * hour)
    if let earlier { builder.note(earlierTime: Timestamp(microseconds: now - earlier * hour)) }
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    return (bytes, builder.earlierContent)
  }

  @Test(arguments: [IdentityPolicy.id, .idAndContent], [Submission.Kind.transactions, .past])
  func `a retry by the reading of now gets the answer of then`(
    identity: IdentityPolicy,
    kind: Submission.Kind
  ) throws {
    let sequencer = try EarlierReadingTests.sequencer(identity)
    let (old, _) = EarlierReadingTests.payment(3, earlier: nil)
    let first = try EarlierReadingTests.take(sequencer, kind) { $0 += old }
    let (new, earlier) = EarlierReadingTests.payment(5, earlier: 3)
    let again = try EarlierReadingTests.take(sequencer, kind, earlier: earlier) { $0 += new }
    switch (first, again) {
    case (.decided(let place, _), .duplicate(let known, _)): #expect(place == known)
    case (.logged(let place), .known(let known)): #expect(place == known)
    default: Issue.record("\(String(describing: first)), then \(String(describing: again))")
    }
  }

  @Test func `another content is a conflict still`() throws {
    let sequencer = try EarlierReadingTests.sequencer(.id)
    let (old, _) = EarlierReadingTests.payment(3, earlier: nil)
    _ = try EarlierReadingTests.take(sequencer) { $0 += old }
    let (new, earlier) = EarlierReadingTests.payment(5, earlier: 4)
    let again = try EarlierReadingTests.take(sequencer, earlier: earlier) { $0 += new }
    #expect(again == .conflict)
    let (bare, none) = EarlierReadingTests.payment(5, earlier: nil)
    #expect(none == nil)
    #expect(try EarlierReadingTests.take(sequencer) { $0 += bare } == .conflict)
  }

  @Test func `what is noted of one item says nothing of the next submission's`() throws {
    let submission = Submission()
    submission.add { $0 += [1, 2, 3] }
    submission.add(RecordNote(earlierContent: 7))
    submission.reset()
    submission.add { $0 += [1, 2, 3] }
    #expect(submission.notes.isEmpty)
  }
}
