import Engine
import Journal
import Payments
import Pipeline
import TestSupport
import Testing

struct QuarantineTests {
  private let item = FlightItem(subject: 42, source: 1, kind: .transaction, id: Array("t1".utf8))

  private func engine(_ entries: [Quarantine]) throws -> Engine {
    let engine = Engine(seed: 1, reserve: 1 << 22)
    for entry in entries {
      let body = entry.encoded
      try engine.apply(.quarantine, body.span)
    }
    return engine
  }

  @Test func `an entry puts in, another lets out, and both are in the digest`() throws {
    let entry = Quarantine(.quarantine, item, time: 5, reason: "why")
    #expect(try Quarantine(entry.encoded) == entry)
    let held = try engine([entry])
    #expect(held.quarantine == [42: entry])
    var release = entry
    release.action = .release
    let freed = try engine([entry, release])
    #expect(freed.quarantine.isEmpty)
    let untouched = try engine([])
    #expect(Set([untouched.digest, held.digest, freed.digest]).count == 3)
    #expect(throws: EngineError.self) {
      let bytes: [UInt8] = [9, 1]
      try held.apply(.quarantine, bytes.span)
    }
  }

  @Test func `a snapshot keeps what is in quarantine`() throws {
    let engine = try engine([Quarantine(.quarantine, item, time: 5, reason: "why")])
    let place = EngineSnapshot.Place(
      position: Position(bytes: 64),
      nextSequence: 2,
      lastReceivedAt: 5
    )
    let bytes = EngineSnapshot.encode(engine, at: place)
    let restored = Engine(seed: 1, reserve: 1 << 22)
    #expect(try EngineSnapshot.restore(bytes, into: restored) == place)
    #expect(restored.quarantine == engine.quarantine)
    #expect(restored.stateDigest() == engine.stateDigest())
  }

  @Test func `a made-up id does not hide a transaction, a client's own id is enough`() {
    func subject(_ id: String, amount: Int64, account: String = "A", time: Int64? = nil) -> UInt64 {
      var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
      builder.reset()
      builder.set(text: Schema.Text.account, account)
      builder.amount = Money(minorUnits: amount)
      if let time {
        builder.time = Timestamp(microseconds: time)
      } else {
        builder.flags = [.timeIsReceivedAt]
      }
      let isMadeUp = id.hasPrefix("made up")
      if isMadeUp { builder.setSequencedId() } else { builder.set(text: Schema.Text.id, id) }
      var bytes: [UInt8] = []
      builder.finish(into: &bytes)
      if isMadeUp {
        let number = UInt64(id.utf8.count)
        TransactionRecord.stamp(sequence: number, into: &bytes, at: 0..<bytes.count)
      }
      let record = bytes.span
      let text = record.extracting(TransactionRecord.text(Schema.Text.id, record))
      return Sequencer.subject(record, IdentityIndex.key(source: 1, text))
    }
    #expect(subject("t1", amount: 5) == subject("t1", amount: 6))
    #expect(subject("t1", amount: 5) != subject("t2", amount: 5))
    let invented = subject("made up", amount: 5)
    #expect(subject("made up again", amount: 5) == invented)
    #expect(subject("made up", amount: 6) != invented)
    #expect(subject("made up", amount: 5, account: "B") != invented)
    #expect(subject("made up", amount: 5, time: 7) != invented)
  }
}
