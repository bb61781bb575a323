@testable import Features
import Payments
import TestSupport
import Testing

/// Windows over a ring at its limit, held against the rule itself: the oldest quarter in pairs,
/// each at the time of its newer event.
struct CoalescingTests {
  /// The events of an entity as the rule leaves them.
  private struct Merged {
    var events: [(minute: Int64, count: Int, amount: Int64)] = []
    let capacity: Int

    mutating func add(minute: Int64, amount: Int64) {
      if events.count + 2 > capacity {
        let pairs = max(1, events.count / 8)
        let joined = (0..<pairs).map { pair in
          let (older, newer) = (events[2 * pair], events[2 * pair + 1])
          return (newer.minute, older.count + newer.count, older.amount + newer.amount)
        }
        events.replaceSubrange(0..<2 * pairs, with: joined)
      }
      events.append((minute, 1, amount))
    }

    func total(over minutes: Int64, at now: Int64) -> (count: Float, amount: Float) {
      let chosen = events.filter { $0.minute > now - minutes }
      let cents = chosen.reduce(0) { $0 + $1.amount }
      return (Float(chosen.reduce(0) { $0 + $1.count }), Float(Double(cents) / 100))
    }
  }

  static let lengths: [Int64] = [5, 20, 35, 50, 90, 130, 200, 330, 500]

  @Test(arguments: [(1, 5, false), (2, 5, true), (3, 4, false), (4, 6, true)])
  func `windows count merged events as the rule has them`(
    seed: UInt64,
    ringLog: Int,
    restarts: Bool
  ) throws {
    var random = SeededGenerator(seed: seed)
    let text = CoalescingTests.lengths.map {
      "feature n\($0) = count() by account over \($0)m\n"
        + "feature s\($0) = sum(amount) by account over \($0)m\n"
    }
    var profile = try BoundsTests.makeProfile(text.joined(), entitiesMax: 10, ringLog: ringLog)
    var merged = Merged(capacity: 1 << ringLog)
    var minute: Int64 = 0
    for number in 0..<900 {
      minute += Int64.random(in: 0...2, using: &random)
      let amount = Int64.random(in: 0...999, using: &random)
      merged.add(minute: minute, amount: amount)
      profile.record(
        BoundsTests.record(number, account: "a", amount: amount, minute: minute).span
      )
      for (place, length) in CoalescingTests.lengths.enumerated() {
        let wanted = merged.total(over: length, at: minute)
        let live = (count: profile.vector[2 * place], amount: profile.vector[2 * place + 1])
        #expect(live == wanted, "seed \(seed), transaction \(number), over \(length)m")
      }
      if restarts, number % 37 == 36 { profile = try BoundsTests.restarted(profile) }
    }
  }
}
