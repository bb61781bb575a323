@testable import Features
import Payments
import Testing

/// Long streams of which windows hold hundreds of events: rings double, trim and wrap, and the
/// trees of quantiles split, merge and collapse.
struct DenseStreamTests {
  static func disagreement(seed: UInt64, inOrder: Bool) throws -> String? {
    var stream = try RandomStream(seed: seed, WindowOracleTests.program)
    stream.isInOrder = inOrder
    stream.pace = 3_000_000
    for step in 0..<2000 {
      // Half a day without payments: everything leaves, and windows fill again.
      if step == 1500 { stream.pause(12 * RandomStream.hour) }
      let event = stream.step()
      if step % 50 == 49 || step > 1500 && step < 1505 {
        let live = stream.profile.vector
        for (number, item) in AggregateCase.all.enumerated() {
          let wanted = item.value(stream.oracle, event)
          if !WindowOracleTests.agrees(live[number], wanted, 10 * item.tolerance) {
            return "seed \(seed) step \(step): \(item.text) is \(live[number]), wanted \(wanted)"
          }
        }
      }
      stream.settle(event)
    }
    return nil
  }

  @Test(arguments: [(21, true), (22, false)] as [(UInt64, Bool)])
  func `windows of hundreds of events agree with the oracle`(
    seed: UInt64,
    inOrder: Bool
  ) throws {
    #expect(try DenseStreamTests.disagreement(seed: seed, inOrder: inOrder) == nil)
  }
}
