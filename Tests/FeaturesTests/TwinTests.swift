@testable import Features
import Payments
import Testing

/// One stream, taken by a profile that goes on and by one that is restored from its own snapshots
/// again and again: both say the same, to the bit, and hold the same state.
struct TwinTests {
  /// The first difference, in words.
  static func difference(seed: UInt64, ringLog: Int, restartEvery: Int) throws -> String? {
    var live = try RandomStream(seed: seed, WindowOracleTests.program, ringLog: ringLog)
    var other = try RandomStream(seed: seed, WindowOracleTests.program, ringLog: ringLog)
    for step in 0..<700 {
      let (event, twin) = (live.step(), other.step())
      for (number, item) in AggregateCase.all.enumerated() {
        let (a, b) = (live.profile.vector[number], other.profile.vector[number])
        if a.bitPattern != b.bitPattern {
          return "seed \(seed) step \(step): \(item.text) is \(a), after a restart \(b)"
        }
      }
      if live.profile.wasApproximate != other.profile.wasApproximate {
        return "seed \(seed) step \(step): approximate differs"
      }
      live.settle(event)
      other.settle(twin)
      if step % restartEvery == restartEvery - 1 {
        let random = other.random
        try other.restart()
        other.random = random
      }
      if step % 10 == 9, live.profile.stateDigest() != other.profile.stateDigest() {
        return "seed \(seed) step \(step): the states differ"
      }
    }
    return nil
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `a restart changes no bit`(seed: UInt64) throws {
    let problem = try TwinTests.difference(seed: seed, ringLog: 20, restartEvery: 53)
    #expect(problem == nil)
  }

  @Test(arguments: [4, 5, 6] as [UInt64])
  func `a restart changes no bit where the oldest events were coalesced`(seed: UInt64) throws {
    let problem = try TwinTests.difference(seed: seed, ringLog: 4, restartEvery: 59)
    #expect(problem == nil)
  }
}
