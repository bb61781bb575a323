import Foundation
import Numerics
import TestSupport
import Testing

@Suite struct DeterministicMathTests {
  /// Units in the last place between two finite doubles.
  private func distance(_ a: Double, _ b: Double) -> UInt64 {
    if a == b { return 0 }
    let (x, y) = (Int64(bitPattern: a.bitPattern), Int64(bitPattern: b.bitPattern))
    return (x - y).magnitude
  }

  private func largestDistance(
    _ range: ClosedRange<Double>,
    _ ours: (Double) -> Double,
    _ theirs: (Double) -> Double
  ) -> UInt64 {
    var random = SeededGenerator(seed: 20_261_120)
    var largest: UInt64 = 0
    for _ in 0..<200_000 {
      let x = Double.random(in: range, using: &random)
      largest = max(largest, distance(ours(x), theirs(x)))
    }
    return largest
  }

  @Test(arguments: [-1.0...1, -30.0...30, -745.0...709.7, -745.1 ... -708, -1e-9...1e-9])
  func `exp stays within one unit of the C library`(range: ClosedRange<Double>) {
    #expect(largestDistance(range, DeterministicMath.exp, Foundation.exp) <= 1)
  }

  @Test(arguments: [-1.0...1, -30.0...30, -1074.0...1023.9])
  func `exp2 stays within one unit of the C library`(range: ClosedRange<Double>) {
    #expect(largestDistance(range, DeterministicMath.exp2, Foundation.exp2) <= 1)
  }

  @Test(arguments: [
    0.5...2, 1e-300...1e300, 1e-9...10, .leastNonzeroMagnitude ... .leastNormalMagnitude,
    0.999999...1.000001,
  ])
  func `log stays within one unit of the C library`(range: ClosedRange<Double>) {
    #expect(largestDistance(range, DeterministicMath.log, Foundation.log) <= 1)
  }

  @Test(arguments: [-0.7...0.7, -3.0...3, -25.0...25, -1e-9...1e-9])
  func `tanh stays within two units of the C library`(range: ClosedRange<Double>) {
    #expect(largestDistance(range, DeterministicMath.tanh, Foundation.tanh) <= 2)
  }

  @Test func `edges have their usual values`() {
    #expect(DeterministicMath.exp(0) == 1)
    #expect(DeterministicMath.exp(710) == .infinity)
    #expect(DeterministicMath.exp(-.infinity) == 0)
    #expect(DeterministicMath.exp(.nan).isNaN)
    #expect(DeterministicMath.exp2(10) == 1024)
    #expect(DeterministicMath.exp2(-1074) == .leastNonzeroMagnitude)
    #expect(DeterministicMath.exp2(1024) == .infinity)
    #expect(DeterministicMath.exp2(-.infinity) == 0)
    #expect(DeterministicMath.log(1) == 0)
    #expect(DeterministicMath.log(0) == -.infinity)
    #expect(DeterministicMath.log(.infinity) == .infinity)
    #expect(DeterministicMath.log(-1).isNaN)
    #expect(DeterministicMath.tanh(-0.0).sign == .minus)
    #expect(DeterministicMath.tanh(.infinity) == 1)
    #expect(DeterministicMath.tanh(-.infinity) == -1)
  }

  @Test func `a margin of zero is an even chance and extremes stay in range`() {
    #expect(DeterministicMath.logistic(Float(0)) == 0.5)
    #expect(DeterministicMath.logistic(Float(-1000)) == 0)
    #expect(DeterministicMath.logistic(Float(1000)) == 1)
    #expect(DeterministicMath.logit(0.5) == 0)
  }
}
