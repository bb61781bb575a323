@testable import Features
import Language
import Payments
import TestSupport
import Testing

/// What is kept at the limits: of one entity's events, and of a kind's entities.
struct BoundsTests {
  static let source = RandomStream.makeSource()

  static func makeProfile(_ text: String, entitiesMax: Int, ringLog: Int) throws -> Profile {
    Profile(
      program: try ProgramCompiler.compile(Parser.parse(text), for: source),
      source: source,
      entitiesMax: entitiesMax,
      ringLog: ringLog,
      reserve: 1 << 22
    )
  }

  static func record(
    _ number: Int,
    account: String,
    counterparty: String? = nil,
    amount: Int64,
    minute: Int64
  ) -> [UInt8] {
    var builder = TransactionBuilder(source: 1, schema: source.schema)
    builder.time = Timestamp(microseconds: 1_600_000_000_000_000 + minute * 60_000_000)
    builder.amount = Money(minorUnits: amount)
    builder.set(text: Schema.Text.id, "t\(number)")
    builder.set(text: Schema.Text.account, account)
    builder.set(text: Schema.Text.counterparty, counterparty ?? "c\(number % 7)")
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    return bytes
  }

  static let program = """
    feature n = count() by account over 20d
    feature s = sum(amount) by account over 20d
    feature recent = count() by account over 4m
    feature mid = count() by account over 3h
    feature greatest = max(amount) by account over 20d
    feature newest = last(amount) by account over 20d
    feature terminals = distinct(counterparty) by account over 3m
    feature middle = median(amount) by account over 3m
    feature spread = std(amount) by account over 20d
    feature pace = decayed_count(10m) by account over 20d
    feature risk = fraud_rate() by account over 20d
    """

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `beyond the limit the oldest events count as pairs, and the decision says so`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    var profile = try BoundsTests.makeProfile(BoundsTests.program, entitiesMax: 10, ringLog: 5)
    var amounts: [Int64] = []
    for number in 0..<600 {
      let amount = Int64.random(in: 0...9999, using: &random)
      amounts.append(amount)
      let record = BoundsTests.record(number, account: "a", amount: amount, minute: Int64(number))
      profile.record(record.span)
      let live = profile.vector
      let context = "seed \(seed), transaction \(number)"
      #expect(live[0] == Float(amounts.count), "\(context)")
      #expect(live[1] == Float(Double(amounts.reduce(0, +)) / 100), "\(context)")
      #expect(live[2] == Float(min(4, amounts.count)), "\(context)")
      #expect(live[3] >= Float(min(180, amounts.count)), "\(context)")
      #expect(live[3] <= Float(amounts.count), "\(context)")
      #expect(live[5] == Float(Double(amount) / 100), "\(context)")
      #expect(live[6] == Float(min(3, amounts.count)), "distinct, \(context)")
      let last = amounts.suffix(3).map { Double($0) / 100 }
      #expect(live[7] == Float(Oracle.quantile(last, 0.5)), "\(context)")
      let spread = Oracle.deviation(amounts.map { Double($0) / 100 })
      let same = live[8].isNaN && spread.isNaN
      #expect(same || (Double(live[8]) - spread).magnitude < 0.001, "\(context)")
      #expect(profile.wasApproximate == (number >= 31), "\(context)")
      if number % 5 == 0 {
        profile.label(
          record.span,
          fraud: true,
          landed: TransactionRecord.time(record.span).microseconds
        )
      }
      if number % 50 == 49 { profile = try BoundsTests.restarted(profile) }
    }
  }

  /// The same state in other memory.
  static func restarted(_ profile: Profile) throws -> Profile {
    var bytes: [UInt8] = []
    profile.encode(into: &bytes)
    let restored = Profile(
      program: profile.program,
      source: source,
      limits: profile.limits,
      seed: 99,
      reserve: 1 << 22,
      continuing: nil
    )
    var reader = ByteReader(bytes)
    try restored.restore(from: &reader)
    #expect(restored.stateDigest() == profile.stateDigest())
    return restored
  }

  @Test func `beyond the limit of entities the one recorded longest ago goes`() throws {
    let profile = try BoundsTests.makeProfile(
      "feature n = count() by account over 10m",
      entitiesMax: 3,
      ringLog: 20
    )
    func pay(_ number: Int, _ account: String, minute: Int64) -> (Float, Bool) {
      profile.record(
        BoundsTests.record(number, account: account, amount: 1, minute: minute).span
      )
      return (profile.vector[0], profile.wasApproximate)
    }
    #expect(pay(1, "a", minute: 0) == (1, false))
    #expect(pay(2, "b", minute: 1) == (1, false))
    #expect(pay(3, "c", minute: 2) == (1, false))
    #expect(pay(4, "a", minute: 3) == (2, false))
    // b was recorded longest ago; what is new from now on may have been forgotten before.
    #expect(pay(5, "d", minute: 4) == (1, true))
    #expect(pay(6, "a", minute: 5) == (3, false))
    #expect(pay(7, "b", minute: 5) == (1, true))
    #expect(profile.entityCount == 3)
    #expect(pay(8, "d", minute: 6) == (2, true))
    // Ten minutes of window and four hours of lateness after the last eviction nothing is missing,
    // of those that came while something was neither.
    #expect(pay(9, "d", minute: 254) == (1, true))
    #expect(pay(10, "d", minute: 255) == (2, false))
    #expect(pay(11, "e", minute: 3000) == (1, false))
  }

  @Test func `windows are exact again once no window reaches what was merged`() throws {
    var profile = try BoundsTests.makeProfile(
      "feature n = count() by account over 3h",
      entitiesMax: 10,
      ringLog: 5
    )
    func pay(_ number: Int, minute: Int64) -> (Float, Bool) {
      profile.record(
        BoundsTests.record(number, account: "a", amount: 1, minute: minute).span
      )
      return (profile.vector[0], profile.wasApproximate)
    }
    for number in 0..<31 {
      #expect(pay(number, minute: Int64(number)) == (Float(number + 1), false))
    }
    #expect(pay(31, minute: 31) == (32, true))
    profile = try BoundsTests.restarted(profile)
    // The last of the six merged has minute 5; three hours of window and four of lateness.
    #expect(pay(32, minute: 424) == (1, true))
    profile = try BoundsTests.restarted(profile)
    #expect(pay(33, minute: 425) == (2, false))
    profile = try BoundsTests.restarted(profile)
    #expect(pay(34, minute: 426) == (3, false))
  }

  @Test func `entities beyond the horizon are forgotten, and their memory is used again`() throws {
    let profile = try BoundsTests.makeProfile(
      """
      feature n = count() by account over 10m
      feature d = distinct(counterparty) by account over 10m
      feature q = median(amount) by account over 10m
      """,
      entitiesMax: 1_000_000,
      ringLog: 20
    )
    var bytes = 0
    for number in 0..<20_000 {
      let record = BoundsTests.record(
        number,
        account: "a\(number)",
        amount: 5,
        minute: Int64(number) * 3
      )
      profile.record(record.span)
      #expect(profile.vector == [1, 1, 5 / 100])
      if number == 10_000 { bytes = profile.stateBytes }
    }
    // Four hours of lateness and ten minutes of window, three minutes a transaction.
    #expect(profile.entityCount < 100)
    #expect(profile.stateBytes <= bytes)
  }

  @Test func `an entity that others only look at is forgotten, and keeps no other`() throws {
    var profile = try BoundsTests.makeProfile(
      """
      feature n = count() by account over 10m
      feature paid = count() by counterparty as account over 10m
      """,
      entitiesMax: 1_000_000,
      ringLog: 20
    )
    for number in 0..<3000 {
      // It pays once, then it is only paid.
      let account = number == 0 ? "shop" : "a\(number)"
      let record = BoundsTests.record(
        number,
        account: account,
        counterparty: "shop",
        amount: 5,
        minute: Int64(number) * 3
      )
      profile.record(record.span)
      #expect(profile.vector == [1, number <= 3 ? 1 : 0])
      #expect(!profile.wasApproximate)
      if number % 500 == 499 { profile = try BoundsTests.restarted(profile) }
    }
    // Four hours of lateness and ten minutes of window, three minutes a transaction.
    #expect(profile.entityCount < 100)
  }

  @Test func `a look at an entity that may have been lost is approximate`() throws {
    var profile = try BoundsTests.makeProfile(
      "feature paid = count() by counterparty as account over 10m",
      entitiesMax: 2,
      ringLog: 20
    )
    func pay(_ number: Int, _ account: String, _ counterparty: String, minute: Int64) -> Bool {
      let record = BoundsTests.record(
        number,
        account: account,
        counterparty: counterparty,
        amount: 1,
        minute: minute
      )
      profile.record(record.span)
      return profile.wasApproximate
    }
    #expect(!pay(1, "a", "unknown", minute: 0))
    #expect(!pay(2, "b", "a", minute: 1))
    #expect(pay(3, "c", "b", minute: 2), "c is new, and a was evicted")
    #expect(!pay(4, "b", "b", minute: 3))
    #expect(pay(5, "b", "a", minute: 3), "a is not known any more")
    #expect(pay(6, "c", "b", minute: 100), "c may have been there before")
    profile = try BoundsTests.restarted(profile)
    #expect(pay(7, "b", "c", minute: 251))
    #expect(!pay(8, "b", "a", minute: 252))
    #expect(!pay(9, "b", "c", minute: 252), "though nothing of it was recorded since")
  }
}
