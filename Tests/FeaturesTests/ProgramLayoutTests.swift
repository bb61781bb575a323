@testable import Features
import Numerics
import Payments
import Testing

/// Where features and conditions stand, and the order in which operations run.
struct ProgramLayoutTests {
  @Test func `constants, shared values and places keep what they are as features`() throws {
    let profile = try MeaningTests.profile(
      """
      feature five = 5
      feature way = distance(0, 0, 0, 1)
      feature same = way
      feature longer = way + five
      feature sum = amount + 5
      feature again = amount + 5
      feature n = count() by account over 1h
      feature large = amount > 5
      rule one: when amount > 5 then review
      rule two: when amount > 5 then decline
      rule three: when amount > 5 and n > 1 then decline
      """
    )
    profile.record(MeaningTests.record(0, minute: 0, amount: 700).span)
    let way = Float(GreatCircle.kilometres(from: (0, 0), to: (0, 1)))
    #expect(profile.vector.prefix(3) == [5, way, way])
    #expect(abs(profile.vector[3] - way - 5) < 1e-4)
    #expect(profile.vector.dropFirst(4) == [12, 12, 1, 1])
    #expect(profile.holding == [0, 1])
    profile.record(MeaningTests.record(1, minute: 1, amount: 700).span)
    #expect(profile.vector[6] == 2)
    #expect(profile.holding == [0, 1, 2])
    profile.record(MeaningTests.record(2, minute: 2, amount: 500).span)
    #expect(profile.holding == [])
  }

  @Test func `conditions beyond a sweep's width are all seen`() throws {
    let rules = (0..<11).map { "rule r\($0): when amount > \($0) then review\n" }.joined()
    let profile = try MeaningTests.profile(rules)
    for amount in 0..<13 {
      profile.record(MeaningTests.record(amount, minute: 0, amount: Int64(amount) * 100).span)
      #expect(profile.holding == Array(0..<min(amount, 11)))
    }
  }

  @Test func `operations of one sort stand in a row, each behind what it reads`() throws {
    func operation(_ code: Operation.Code, _ a: UInt16, _ b: UInt16, _ to: UInt16) -> Operation {
      Operation(code: code, a: a, b: b, destination: to)
    }
    // 10 = 0 + 1, 11 = 10 < 2, 12 = 1 + 2, 13 = 12 < 0, 14 = 11 and 13; registers 0 to 2 are given.
    let stage = [
      operation(.add, 0, 1, 10), operation(.less, 10, 2, 11), operation(.add, 1, 2, 12),
      operation(.less, 12, 0, 13), operation(.and, 11, 13, 14),
    ]
    let order = ProgramCompiler.grouped(stage).map(\.destination)
    #expect(order == [10, 12, 11, 13, 14])
  }
}
