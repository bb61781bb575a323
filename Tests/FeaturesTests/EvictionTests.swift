@testable import Features
import Language
import Payments
import TestSupport
import Testing

/// Random payments among more entities than are kept, looked at in other roles too, against lists:
/// who is forgotten, what is counted, and when that may be wrong.
struct EvictionTests {
  static let program = """
    feature paid = count() by account over 1h
    feature got = count() by counterparty as account over 1h
    feature pair = count() by (account, counterparty) over 1h
    feature back = count() by (counterparty, account) as (account, counterparty) over 1h
    feature payees = distinct(counterparty) by account over 1h
    feature middle = median(amount) by counterparty as account over 1h
    """
  static let hour: Int64 = 60

  /// The entities of one kind, in minutes.
  struct Kind {
    let max: Int
    var order: [String] = []
    var times: [String: [Int64]] = [:]
    /// Nothing is ever forgotten here.
    var all: [String: [Int64]] = [:]

    mutating func record(_ name: String, _ time: Int64, watermark: Int64) {
      if times[name] == nil, order.count >= max { forget() }
      times[name, default: []].append(time)
      all[name, default: []].append(time)
      order.removeAll { $0 == name }
      order.append(name)
      // Four hours of lateness.
      for _ in 0..<2 {
        guard let newest = times[order[0]]?.max(), newest <= watermark - 5 * hour else { return }
        forget()
      }
    }

    private mutating func forget() { times[order.removeFirst()] = nil }

    static func count(_ times: [Int64]?, at time: Int64) -> Float {
      Float((times ?? []).count { $0 <= time && $0 > time - hour })
    }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `values are those of the entities kept, and exact unless they say otherwise`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    let text = EvictionTests.program
    var profile = try BoundsTests.makeProfile(text, entitiesMax: 6, ringLog: 20)
    var (accounts, pairs) = (Kind(max: 6), Kind(max: 6))
    var (clock, watermark) = (Int64(1000), Int64.min)
    var (exact, wrong) = (0, 0)
    for number in 0..<1500 {
      // Bursts of many accounts, quiet times of few, and pauses that all is forgotten in.
      let pool = number / 60 % 4 == 3 ? 12 : 2
      clock += Int64(below(number % 200 == 199 ? 900 : 20))
      let time = below(6) == 0 ? clock - Int64(below(300)) : clock
      let landed = watermark != .min && time < watermark - 4 * EvictionTests.hour ? watermark : time
      watermark = max(watermark, landed)
      let (payer, payee) = ("a\(below(pool))", "a\(below(pool))")
      let (pair, back) = ("\(payer) \(payee)", "\(payee) \(payer)")
      profile.record(
        BoundsTests.record(
          number,
          account: payer,
          counterparty: payee,
          amount: 100,
          minute: time
        ).span
      )
      accounts.record(payer, landed, watermark: watermark)
      pairs.record(pair, landed, watermark: watermark)
      let own = [accounts.times[payer], accounts.times[payee]]
      let kept = own + [pairs.times[pair], pairs.times[back]]
      let all = [accounts.all[payer], accounts.all[payee], pairs.all[pair], pairs.all[back]]
      let (found, context) = (profile.vector, "seed \(seed), transaction \(number)")
      #expect(Array(found[..<4]) == kept.map { Kind.count($0, at: landed) }, "\(context)")
      #expect(found[4] >= 1 && found[4] <= found[0], "\(context)")
      #expect(found[5] == 1 || (found[5].isNaN && found[1] == 0), "\(context)")
      let isRight = Array(found[..<4]) == all.map { Kind.count($0, at: landed) }
      #expect(isRight || profile.wasApproximate, "\(context)")
      exact += profile.wasApproximate ? 0 : 1
      wrong += isRight ? 0 : 1
      #expect(profile.entityCount == accounts.order.count + pairs.order.count, "\(context)")
      if number % 37 == 0 { profile = try BoundsTests.restarted(profile) }
    }
    #expect(exact > 100 && wrong > 10, "\(exact) exact, \(wrong) wrong")
  }
}
