import Testing

@testable import Gateway

/// Who tries one password after another waits.
struct LoginThrottleTests {
  @Test func `an account waits longer with each failure, up to a limit`() {
    var throttle = LoginThrottle()
    var now: Int64 = 1000
    for attempt in 1..<LoginThrottle.accountFailuresMax {
      let waits = throttle.failed(account: "a", peer: "p\(attempt)", at: now)
      #expect(!waits)
      #expect(throttle.wait(account: "a", peer: "q", at: now) == nil)
    }
    var waits: [Int64] = []
    for attempt in 0..<12 {
      let isWaiting = throttle.failed(account: "a", peer: "r\(attempt)", at: now)
      #expect(isWaiting)
      let wait = throttle.wait(account: "a", peer: "q", at: now) ?? 0
      waits.append(wait)
      #expect(throttle.wait(account: "a", peer: "q", at: now + wait - 1) == 1)
      now += wait
      #expect(throttle.wait(account: "a", peer: "q", at: now) == nil)
    }
    #expect(waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
    #expect(throttle.wait(account: "b", peer: "q", at: now) == nil)
  }

  @Test func `an address waits whatever accounts it tries`() {
    var throttle = LoginThrottle()
    for attempt in 1...LoginThrottle.peerFailuresMax {
      let waits = throttle.failed(account: "a\(attempt)", peer: "p", at: 0)
      #expect(waits == (attempt == LoginThrottle.peerFailuresMax))
    }
    #expect(throttle.wait(account: "new", peer: "p", at: 0) == 2)
    throttle.succeeded(account: "a1")
    #expect(throttle.wait(account: "new", peer: "p", at: 0) == 2)
  }

  @Test func `success and quiet make an account new`() {
    var throttle = LoginThrottle()
    for _ in 1..<LoginThrottle.accountFailuresMax {
      _ = throttle.failed(account: "a", peer: "p", at: 0)
      _ = throttle.failed(account: "b", peer: "q", at: 0)
    }
    throttle.succeeded(account: "a")
    let first = throttle.failed(account: "a", peer: "r", at: 1)
    let last = throttle.failed(account: "b", peer: "r", at: LoginThrottle.quietSeconds - 1)
    #expect(!first && last)
    var quiet = LoginThrottle()
    for _ in 1..<LoginThrottle.accountFailuresMax {
      _ = quiet.failed(account: "b", peer: "q", at: 0)
    }
    let later = quiet.failed(account: "b", peer: "r", at: LoginThrottle.quietSeconds)
    #expect(!later)
  }

  @Test func `it keeps the longest waits when there are too many subjects`() {
    var throttle = LoginThrottle()
    for _ in 0..<LoginThrottle.accountFailuresMax + 9 {
      _ = throttle.failed(account: "target", peer: "t", at: 0)
    }
    for number in 0..<LoginThrottle.subjectsMax {
      _ = throttle.failed(account: "a\(number)", peer: "p", at: 0)
    }
    #expect(throttle.wait(account: "target", peer: "q", at: 0) == LoginThrottle.waitSecondsMax)
  }
}
