import Engine
import Features
import Journal
import Payments
import TestSupport
import Testing

/// Entries that say something besides a transaction, through the engine and through windows that
/// are filled again from the log.
struct FactEntryTests {
  private struct Entry {
    var kind: EntryKind
    var body: [UInt8]
  }

  private static let day: Int64 = 86_400_000_000
  private static let start: Int64 = 1_600_000_000_000_000

  private func source() -> Entry {
    let source = Source(
      id: 1,
      name: "test",
      dialect: .native,
      currency: Currency(code: "EUR", scale: 2)
    )
    return Entry(kind: .source, body: ControlEntry.encoded(source))
  }

  private func features(_ text: String) -> Entry {
    let program = ControlEntry.Program(source: 1, name: "f", text: text)
    return Entry(kind: .features, body: program.encoded)
  }

  private static let counts = """
    feature refunds = count() by account over 60d where disposition = refunded
    feature frauds = count() by account over 60d where fraud
    feature logins = count() by account over 60d where activity = login
    """

  private func record(_ id: String, at time: Int64) -> [UInt8] {
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.time = Timestamp(microseconds: time)
    builder.amount = Money(minorUnits: 5)
    builder.set(text: Schema.Text.id, id)
    builder.set(text: Schema.Text.account, "a")
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    return bytes
  }

  private func label(_ record: [UInt8], landed: Int64) -> Entry {
    var body: [UInt8] = []
    Label.append(
      verdict: .fraud,
      origin: .explicit,
      landed: Timestamp(microseconds: landed),
      record: record.span,
      to: &body
    )
    return Entry(kind: .label, body: body)
  }

  private func refund(_ record: [UInt8], landed: Int64) -> Entry {
    let disposition = Disposition(
      kind: .refunded,
      time: Timestamp(microseconds: landed),
      record: record,
      landed: Timestamp(microseconds: landed)
    )
    return Entry(kind: .disposition, body: disposition.encoded)
  }

  /// Two past transactions, the second three days too late, and what became known of it.
  private func past() -> [Entry] {
    let first = record("t1", at: FactEntryTests.start)
    let tooLate = record("t2", at: FactEntryTests.start - 3 * FactEntryTests.day)
    let login = Activity(
      source: 1,
      kind: .login,
      succeeded: true,
      time: Timestamp(microseconds: FactEntryTests.start),
      account: "a",
      device: ""
    )
    return [
      Entry(kind: .history, body: first), Entry(kind: .history, body: tooLate),
      refund(tooLate, landed: FactEntryTests.start), label(tooLate, landed: FactEntryTests.start),
      Entry(kind: .activity, body: login.encoded),
    ]
  }

  private func engine(_ entries: [Entry]) throws -> Engine {
    let engine = Engine(seed: 1, reserve: 1 << 22)
    for entry in entries { try engine.apply(entry.kind, entry.body.span) }
    return engine
  }

  private func profile(_ engine: Engine) throws -> Profile {
    try #require(engine.source(named: "test")).profile
  }

  @Test func `what is said of a transaction that came too late finds it where it landed`() throws {
    let engine = try engine([source(), features(FactEntryTests.counts)] + past())
    let next = record("t3", at: FactEntryTests.start + 1)
    var decision: [UInt8] = []
    engine.decide(next.span, into: &decision)
    #expect(try profile(engine).vector == [1, 1, 1])
  }

  @Test func `windows filled from the log know what those know that saw it`() throws {
    let entries = [source()] + past()
    let disk = SimulatedDisk()
    let log = try Recovery.run(on: disk, newLog: 7) { _, _, _ in }
    let writer = try JournalWriter(disk: disk, after: log, segmentSize: 1 << 16)
    var batch = Batch()
    for entry in entries {
      batch.append(
        entry.kind,
        sequence: writer.takeSequence(),
        receivedAt: FactEntryTests.start,
        semanticsVersion: Engine.semanticsVersion
      ) { $0.append(contentsOf: entry.body) }
    }
    try writer.commit(&batch)
    let late = try engine(entries + [features(FactEntryTests.counts)])
    let fill = try #require(late.makeFill(1))
    fill.open(disk)
    while try fill.step(upTo: writer.synced) {}
    let early = try engine([source(), features(FactEntryTests.counts)] + past())
    #expect(fill.digest() == (try profile(early)).stateDigest())
    #expect(fill.digest() != (try profile(late)).stateDigest())
  }
}
