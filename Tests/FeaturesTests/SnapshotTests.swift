@testable import Features
import Language
import Payments
import TestSupport
import Testing

/// Snapshots of windows: the same bytes again from what they restore, and errors for bytes that are
/// not whole.
struct SnapshotTests {
  static let program =
    BoundsTests.program + """

      feature channels = entropy(counterparty) by account over 20d
      feature late = entropy(counterparty) by account over 5m
      feature visits = count() by counterparty over 1h
      feature least = min(amount) by (account, counterparty) over 20d
      """

  /// A profile that has seen some accounts, merged and relabelled events among them.
  static func makeProfile(_ count: Int, accounts: Int) throws -> Profile {
    let profile = try BoundsTests.makeProfile(program, entitiesMax: 1000, ringLog: 5)
    var random = SeededGenerator(seed: 11)
    for number in 0..<count {
      let account = Int.random(in: 0..<accounts, using: &random)
      let record = BoundsTests.record(
        number,
        account: "account " + String(repeating: "x", count: account % 20) + "\(account)",
        amount: Int64.random(in: 0...9999, using: &random),
        minute: Int64(number)
      )
      profile.record(record.span)
      if number % 5 == 0 {
        let time = TransactionRecord.time(record.span).microseconds
        profile.label(record.span, fraud: true, landed: time)
      }
    }
    return profile
  }

  static func makeEmpty(_ profile: Profile) -> Profile {
    Profile(
      program: profile.program,
      source: BoundsTests.source,
      limits: profile.limits,
      seed: 3,
      reserve: 1 << 22,
      continuing: nil
    )
  }

  static func encoded(_ profile: Profile) -> (bytes: [UInt8], digest: UInt64) {
    var bytes: [UInt8] = []
    let digest = profile.encode(into: &bytes)
    return (bytes, digest)
  }

  @Test(arguments: [(0, 1), (1, 1), (300, 3), (2000, 400)])
  func `a restored profile has the same snapshot, by one worker or by several`(
    count: Int,
    accounts: Int
  ) throws {
    let profile = try SnapshotTests.makeProfile(count, accounts: accounts)
    let (bytes, digest) = SnapshotTests.encoded(profile)
    #expect(digest == profile.stateDigest())
    let backwards = Workers { count, piece in
      for number in (0..<count).reversed() { piece(number) }
    }
    for workers in [Workers.caller, backwards] {
      let restored = SnapshotTests.makeEmpty(profile)
      var reader = ByteReader(bytes)
      #expect(try restored.restore(from: &reader, by: workers) == digest)
      #expect(reader.atEnd)
      #expect(restored.stateDigest() == digest)
      #expect(SnapshotTests.encoded(restored).bytes == bytes)
    }
  }

  @Test func `a snapshot that is cut off anywhere is not restored`() throws {
    let profile = try SnapshotTests.makeProfile(40, accounts: 3)
    let (bytes, _) = SnapshotTests.encoded(profile)
    for count in stride(from: 0, to: bytes.count, by: 3) {
      var reader = ByteReader(bytes, in: 0..<count)
      #expect(throws: DecodingFailure.self, "\(count) bytes") {
        try SnapshotTests.makeEmpty(profile).restore(from: &reader)
      }
    }
  }

  /// Where the entities' bytes stand, kind by kind.
  private static func entities(_ bytes: [UInt8], kinds: Int) -> [Range<Int>] {
    var start = 20
    return (0..<kinds).map { _ in
      let size = Int(bytes.span.load(at: start, as: UInt64.self))
      defer { start += 8 + size }
      return start + 32..<start + 8 + size
    }
  }

  @Test(arguments: [0x01, 0x80, 0xfe] as [UInt8])
  func `a byte that changed gives an error or another digest`(change: UInt8) throws {
    let profile = try SnapshotTests.makeProfile(40, accounts: 3)
    let (whole, digest) = SnapshotTests.encoded(profile)
    let entities = SnapshotTests.entities(whole, kinds: profile.kinds.count)
    for place in stride(from: Int(change % 5), to: whole.count, by: 5) {
      var bytes = whole
      bytes[place] ^= change
      var reader = ByteReader(bytes)
      let restored = SnapshotTests.makeEmpty(profile)
      do throws(DecodingFailure) {
        let found = try restored.restore(from: &reader)
        // Outside of the entities the snapshot's checksum alone tells.
        if entities.contains(where: { $0.contains(place) }) {
          #expect(found != digest, "byte \(place)")
        }
        #expect(found == restored.stateDigest(), "byte \(place)")
      } catch {
        #expect(error.description.contains("byte"))
      }
    }
  }

  @Test func `profiles that hold something already are not restored into`() throws {
    let profile = try SnapshotTests.makeProfile(10, accounts: 3)
    let (bytes, _) = SnapshotTests.encoded(profile)
    var reader = ByteReader(bytes)
    #expect(throws: DecodingFailure.self) { try profile.restore(from: &reader) }
  }

  // MARK: tables

  @Test(arguments: [0, 1, 38, 39, 500, 8000])
  func `a table with room from the start holds and grows like one that grew`(count: Int) {
    let reservation = Reservation()
    func makeTable() -> EntityTable {
      EntityTable(
        seed: 7,
        reservation: reservation,
        reserve: 1 << 24,
        control: reservation.region(8192),
        at: 0
      )
    }
    let (grown, sized) = (makeTable(), makeTable())
    var units: [UInt32] = []
    func name(_ number: Int) -> [UInt8] { Array("n\(number)".utf8) }
    #expect(sized.reserve(count))
    for number in 0..<2 * count {
      let text = name(number)
      units.append(grown.keep(text.span))
      #expect(sized.keep(text.span) == units[number])
      for table in [grown, sized] { table.insert(number, table.hash(text.span)) }
      if number % 3 == 0 {
        for table in [grown, sized] { table.remove(number, table.hash(text.span)) }
      }
    }
    #expect(grown.count == sized.count)
    for number in 0...2 * count {
      let text = name(number)
      let wanted = number < 2 * count && number % 3 != 0 ? number : -1
      for table in [grown, sized] {
        #expect(table.find(text.span, table.hash(text.span)) { units[$0] } == wanted)
      }
    }
    #expect(!sized.reserve(1 << 24), "a table in use")
    #expect(!makeTable().reserve(1 << 24), "more than the region holds")
  }

  @Test func `pairs are found in a table with room from the start`() throws {
    let reservation = Reservation()
    let table = PairTable(
      counters: 1,
      reservation: reservation,
      reserve: 1 << 22,
      control: reservation.region(8192),
      at: 0
    )
    #expect(table.reserve(3000))
    for number in 0..<5000 {
      table.insert(UInt64(number % 50 + 1), number / 50, newest: UInt32(number))
    }
    for number in 0..<5000 {
      let pair = try #require(table.find(UInt64(number % 50 + 1), number / 50))
      #expect(table.newest(pair) == UInt32(number))
    }
    #expect(table.find(51, 0) == nil)
    #expect(table.count == 5000)
  }
}
