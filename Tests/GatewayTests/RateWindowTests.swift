import Storage
import TestSupport
import Testing

@testable import Gateway

/// A client's limit, exact wherever its seconds begin.
struct RateWindowTests {
  /// All times that were taken, counted one by one.
  private struct Oracle {
    var taken: [Int64] = []
    let requests: Int
    let span: Int64

    mutating func take(at now: Int64) -> Int64? {
      let counted = taken.filter { $0 > now - span }
      if counted.count < requests {
        taken.append(now)
        return nil
      }
      return counted[counted.count - requests] + span - now
    }
  }

  @Test(arguments: 0..<20)
  func `it takes and refuses as the oracle does`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let requests = Int.random(in: 1...40, using: &random)
    let seconds = Int.random(in: 1...5, using: &random)
    var window = RateWindow(RateLimit(requests, seconds))
    var oracle = Oracle(requests: requests, span: Int64(seconds) * 1_000_000_000)
    var now = Int64.random(in: -1_000_000...1_000_000, using: &random)
    let pause = oracle.span / Int64(requests)
    for step in 0..<2000 {
      // Steps of nothing, of about the pace of the limit, and of exactly the wait.
      let wanted = oracle.take(at: now)
      let found = window.take(at: now)
      guard wanted == found else {
        Issue.record("seed \(seed), step \(step): \(String(describing: found))")
        return
      }
      switch Int.random(in: 0..<10, using: &random) {
      case 0: now += Int64.random(in: 0...3 * oracle.span, using: &random)
      case 1: now += wanted ?? 0
      case 2: now += (wanted ?? 1) - 1
      case 3...6: now += Int64.random(in: 0...2 * pause, using: &random)
      default: break
      }
    }
  }

  @Test func `one more fits at the instant that the wait names, and not before`() {
    var window = RateWindow(RateLimit(2, 10))
    let times: [Int64] = [
      0, 4, 9_999_999_999, 10_000_000_000, 10_000_000_000, 10_000_000_004,
    ]
    #expect(times.map { window.take(at: $0) } == [nil, nil, 1, nil, 4, nil])
  }

  @Test func `a client's database requests are counted apart from the others`() {
    let client = Client("key:till")
    let taken = (0..<12).map { client.take(.database, .database, at: $0) == nil }
    #expect(taken == Array(repeating: true, count: 10) + [false, false])
    let others = (0..<101).map { client.take(.general, .general, at: $0) == nil }
    #expect(others == Array(repeating: true, count: 100) + [false])
    #expect(client.take(.none, RateLimit(1, 1), at: 0) == nil)
    #expect(client.take(.general, RateLimit(1, 1), at: 200) == nil, "another limit counts anew")
  }

  @Test func `limits are in range`() {
    #expect(RateLimit(requests: 0, seconds: 1) == nil)
    #expect(RateLimit(requests: 1, seconds: 0) == nil)
    #expect(RateLimit(requests: RateLimit.requestsMax, seconds: RateLimit.secondsMax) != nil)
    #expect(RateLimit(requests: RateLimit.requestsMax + 1, seconds: 1) == nil)
    #expect(RateLimit(requests: 1, seconds: RateLimit.secondsMax + 1) == nil)
  }
}
