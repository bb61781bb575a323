@testable import Features
import Payments
import Testing

/// An entity that pays again after all that it did before has left its windows: the old events
/// still lie in its ring, at any filling of it.
struct LongPauseTests {
  static let program = """
    feature pace = decayed_count(20m) by account over 3h
    feature faded = decayed_sum(amount, 20m) by account over 3h
    feature terminals = distinct(counterparty) by account over 3h
    feature spread = entropy(counterparty) by account over 3h
    feature middle = median(amount) by account over 3h
    feature greatest = max(amount) by account over 3h
    feature n = count() by account over 2h
    """

  /// Payments a minute apart on both sides of a first one: later ones, and late ones that are older
  /// than all others.
  static func around(_ minute: Int64) -> [Int64] {
    [minute] + (1...50).flatMap { [minute + $0, minute - $0] }
  }

  @Test(arguments: 0..<24)
  func `what came long before changes nothing`(before: Int) throws {
    func profile() throws -> Profile {
      try BoundsTests.makeProfile(LongPauseTests.program, entitiesMax: 10, ringLog: 20)
    }
    func pay(_ profile: Profile, _ number: Int, minute: Int64) {
      let amount = Int64(number * 7919 % 1000)
      profile.record(
        BoundsTests.record(number, account: "a", amount: amount, minute: minute).span
      )
    }
    let (old, fresh) = (try profile(), try profile())
    for number in 0..<before { pay(old, number * 3, minute: Int64(number)) }
    for (number, minute) in LongPauseTests.around(1000).enumerated() {
      pay(old, 1000 + number, minute: minute)
      pay(fresh, 1000 + number, minute: minute)
      for (live, wanted) in zip(old.vector, fresh.vector) {
        let agrees = (live - wanted).magnitude <= 1e-5 * max(1, wanted.magnitude)
        #expect(agrees, "\(before) before, payment \(number): \(live), not \(wanted)")
      }
    }
  }
}
