@testable import Features
import Payments
import TestSupport
import Testing

/// Events that come late into a ring at its limit, whose oldest events were coalesced.
struct LateAtLimitTests {
  static let program = """
    feature n = count() by account over 20d
    feature hours = count() by account over 2h
    feature newest = count() by account over 3m
    feature least = min(amount) by account over 20d
    feature greatest = max(amount) by account over 20d
    feature terminals = distinct(counterparty) by account over 20d
    feature spread = entropy(counterparty) by account over 20d
    feature middle = median(amount) by account over 20d
    feature run = streak() by account over 20d where amount >= 0
    """

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `a late event among merged ones counts as one event`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let profile = try BoundsTests.makeProfile(
      LateAtLimitTests.program,
      entitiesMax: 10,
      ringLog: 5
    )
    for number in 0..<400 {
      let isLate = number > 60 && number % 3 == 0
      let minute = Int64(number) - (isLate ? Int64.random(in: 1..<150, using: &random) : 0)
      let amount = Int64.random(in: 0...9999, using: &random)
      profile.record(
        BoundsTests.record(number, account: "a", amount: amount, minute: minute).span
      )
      let live = profile.vector
      let context = "seed \(seed), transaction \(number) at \(minute)"
      if !isLate { #expect(live[0] == Float(number + 1), "\(context)") }
      for count in live[0...2] { #expect(count >= 1 && count <= Float(number + 1), "\(context)") }
      #expect(live[8] >= 0 && live[8] <= Float(number + 1), "\(context)")
      #expect(live[3] <= Float(amount) / 100 && live[4] >= Float(amount) / 100, "\(context)")
    }
  }
}
