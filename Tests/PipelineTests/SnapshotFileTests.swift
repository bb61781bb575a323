import Engine
import Journal
import Payments
import Pipeline
import Testing

/// The file of a snapshot: whole, or an error.
struct SnapshotFileTests {
  private static let place = EngineSnapshot.Place(
    position: Position(bytes: 64),
    nextSequence: 41,
    lastReceivedAt: 5
  )

  private static func makeEngine() -> Engine { Engine(seed: 1, reserve: 1 << 20) }

  private static func makeFile() throws -> (engine: Engine, bytes: [UInt8]) {
    let engine = makeEngine()
    let source = Source(
      id: 1,
      name: "test",
      dialect: .native,
      currency: Currency(code: "EUR", scale: 2)
    )
    try engine.apply(.source, ControlEntry.encoded(source).span)
    let text = """
      feature n = count() by account over 1h
      feature d = distinct(counterparty) by account over 1h
      feature e = entropy(counterparty) by account over 1h
      feature m = median(amount) by counterparty over 1h

      """
    let set = ControlEntry.Program(source: 1, name: "test", text: text)
    try engine.apply(.features, set.encoded.span)
    for number in 0..<40 {
      var builder = TransactionBuilder(source: 1, schema: source.schema)
      builder.time = Timestamp(microseconds: Int64(number) * 60_000_000)
      builder.amount = Money(minorUnits: Int64(number))
      builder.set(text: Schema.Text.id, "t\(number)")
      builder.set(text: Schema.Text.account, "a\(number % 3)")
      builder.set(text: Schema.Text.counterparty, "c\(number % 4)")
      var record: [UInt8] = []
      builder.finish(into: &record)
      engine.learn(record.span, evaluate: true)
    }
    return (engine, SnapshotFile.encode(engine, IdentityIndex(), Erasures(), at: place))
  }

  @Test func `a file restores the state, and the same file comes out again`() throws {
    let (engine, bytes) = try SnapshotFileTests.makeFile()
    let restored = SnapshotFileTests.makeEngine()
    let (place, identity, erasures) = try SnapshotFile.restore(bytes, into: restored)
    #expect(place == SnapshotFileTests.place)
    #expect(SnapshotFile.place(of: bytes) == place)
    #expect(restored.stateDigest() == engine.stateDigest())
    #expect(SnapshotFile.encode(restored, identity, erasures, at: place) == bytes)
  }

  @Test func `the fingerprint of the key is kept, and a file of before has none`() throws {
    let (engine, bytes) = try SnapshotFileTests.makeFile()
    let restored = SnapshotFileTests.makeEngine()
    _ = try SnapshotFile.restore(bytes, into: restored)
    #expect(restored.keyFingerprint == nil)
    let digest = engine.stateDigest()
    let entry = ControlEntry.KeyFingerprint((0..<16).map { UInt8($0) })
    try engine.apply(.keyFingerprint, entry.encoded.span)
    #expect(engine.stateDigest() == digest, "it has no influence on decisions")
    let named = SnapshotFile.encode(
      engine,
      IdentityIndex(),
      Erasures(),
      at: SnapshotFileTests.place
    )
    let again = SnapshotFileTests.makeEngine()
    _ = try SnapshotFile.restore(named, into: again)
    #expect(again.keyFingerprint == entry)
    for body in [[], [1], [UInt8](repeating: 0, count: 17)] {
      #expect(throws: EngineError.self) { try engine.apply(.keyFingerprint, body.span) }
    }
    #expect(engine.keyFingerprint == entry)
  }

  @Test func `a file that is cut off is passed over`() throws {
    let (_, bytes) = try SnapshotFileTests.makeFile()
    for count in stride(from: 0, to: bytes.count, by: 31) {
      let cut = Array(bytes[..<count])
      #expect(SnapshotFile.place(of: cut) == nil, "\(count) bytes")
      #expect(throws: (any Error).self, "\(count) bytes") {
        try SnapshotFile.restore(cut, into: SnapshotFileTests.makeEngine())
      }
    }
  }

  @Test(arguments: [0x01, 0x80] as [UInt8])
  func `a file with a byte that changed is passed over`(change: UInt8) throws {
    let (_, whole) = try SnapshotFileTests.makeFile()
    for place in stride(from: Int(change & 1), to: whole.count, by: 7) {
      var bytes = whole
      bytes[place] ^= change
      #expect(SnapshotFile.place(of: bytes) == nil, "byte \(place)")
      #expect(throws: (any Error).self, "byte \(place)") {
        try SnapshotFile.restore(bytes, into: SnapshotFileTests.makeEngine())
      }
    }
  }

  @Test func `a snapshot of the version before is passed over`() throws {
    var (_, bytes) = try SnapshotFileTests.makeFile()
    let size = Int(bytes.span.load(at: 0, as: UInt64.self))
    #expect(bytes[15] == UInt8(ascii: "3"))
    bytes[15] = UInt8(ascii: "2")
    let sum = CRC32C.of(bytes.span.extracting(8..<8 + size - 4))
    bytes.store(little: sum, at: 8 + size - 4)
    #expect(SnapshotFile.place(of: bytes) == nil)
  }
}
