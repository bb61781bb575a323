@testable import Features
import Foundation
import Payments
import TestSupport
import Testing

/// Live windows against the oracle on random streams: late, equal and too late times, labels that
/// come early, late and corrected, outcomes, dispositions, activities, and restarts.
struct WindowOracleTests {
  static let isSoak = ProcessInfo.processInfo.environment["ASSAY_SOAK"] != nil
  /// Twenty thousand transactions; a million in the soak.
  static let seeds: ClosedRange<UInt64> = isSoak ? 1...500 : 1...10
  static let steps = 2000

  static let program = AggregateCase.all.enumerated()
    .map { "feature f\($0.offset) = \($0.element.text)\n" }.joined()

  static func agrees(_ live: Float, _ wanted: Double, _ tolerance: Double) -> Bool {
    if live.isNaN || wanted.isNaN { return live.isNaN && wanted.isNaN }
    if live == Float(wanted) { return true }
    return (Double(live) - wanted).magnitude <= tolerance * max(1, wanted.magnitude)
  }

  /// The first disagreement of a stream, in words.
  static func disagreement(seed: UInt64, inOrder: Bool) throws -> String? {
    var stream = try RandomStream(seed: seed, program)
    stream.isInOrder = inOrder
    for step in 0..<steps {
      let event = stream.step()
      let live = stream.profile.vector
      for (number, item) in AggregateCase.all.enumerated() {
        let wanted = item.value(stream.oracle, event)
        if !agrees(live[number], wanted, item.tolerance) {
          return "seed \(seed) step \(step): \(item.text) is \(live[number]), wanted \(wanted)"
        }
      }
      stream.settle(event)
      if step % 400 == 399 { try stream.restart() }
    }
    return nil
  }

  @Test(arguments: WindowOracleTests.seeds)
  func `windows agree with the oracle, whatever the order of events and labels`(
    seed: UInt64
  ) throws {
    let problem = try WindowOracleTests.disagreement(seed: seed, inOrder: seed % 5 == 0)
    #expect(problem == nil)
  }
}
