import Features
import Payments
import Testing

@testable import Rules

struct ShownNumberTests {
  private static func texts(_ values: [Double], decimals: Int? = nil) -> [String] {
    ShownNumbers.texts(values.map { ShownNumbers.Number($0, decimals: decimals) })
  }

  @Test(arguments: [
    (400, "400"), (12.5, "12.50"), (0.006, "0.006"), (0.0002, "0.0002"), (0.05, "0.05"), (0, "0"),
    (0.054321, "0.054"), (0.123456, "0.12"), (-0.004, "-0.004"), (-12.345, "-12.35"),
    (1e15, "1000000000000000.0"),
    (.nan, "missing"), (.infinity, "inf"), (1e-13, "0"), (123_456_789_012.3, "123456789012.30"),
    (0.0999999, "0.10"), (-0.0, "0"),
  ])
  func `a number has two decimals, a small one its first two digits`(value: Double, text: String) {
    #expect(ShownNumberTests.texts([value]) == [text])
  }

  @Test(arguments: [
    (0, 1250, "1250"), (0, 1250.4, "1250"), (3, 12.345, "12.345"), (3, 12.5, "12.50"),
    (6, 0.0002, "0.0002"), (8, 0.12345678, "0.12345678"), (8, 400, "400"), (2, 12.5, "12.50"),
    (8, 1_000_000.5, "1000000.50"),
  ])
  func `an amount has its currency's decimals`(decimals: Int, value: Double, text: String) {
    #expect(ShownNumberTests.texts([value], decimals: decimals) == [text])
  }

  private static let groups: [(values: [Double], texts: [String])] = [
    ([0.006, 0.0002], ["0.006", "0.0002"]), ([100.004, 100.001], ["100.004", "100.001"]),
    ([100.004, 100.0012], ["100.004", "100.001"]), ([5, 5], ["5", "5"]),
    ([5, 5.0001], ["5", "5.0001"]), ([0.30000000000000004, 0.3], ["0.30", "0.30"]),
    ([1.001, 1.002, 1.003], ["1.001", "1.002", "1.003"]), ([.nan, .nan], ["missing", "missing"]),
    ([1e15, 1e15 + 2], ["1000000000000000.0", "1000000000000002.0"]),
  ]

  @Test(arguments: groups)
  func `two numbers that differ can be told apart`(values: [Double], texts: [String]) {
    #expect(ShownNumberTests.texts(values) == texts)
  }

  @Test func `a rule on small coins says what was large`() throws {
    let source = Source(
      id: 1,
      name: "test",
      dialect: .crypto,
      currency: Currency(code: "COIN", scale: 8)
    )
    let rules = """
      rule r: when amount > 5 * mean(amount) by account over 30d before this then review
      rule s: when amount > 0.005 then review because "{amount} for once"
      """
    let (program, set) = try RuleSet.compile(features: "", rules: rules, for: source)
    let profile = Profile(program: program, source: source, reserve: 1 << 22)
    var texts: [String] = []
    for (number, amount) in [20_000, 20_000, 600_000].enumerated() {
      var builder = TransactionBuilder(source: 1, schema: source.schema)
      builder.time = Timestamp(microseconds: 1_600_000_000_000_000 + Int64(number) * 60_000_000)
      builder.amount = Money(minorUnits: Int64(amount))
      builder.set(text: Schema.Text.id, "t\(number)")
      builder.set(text: Schema.Text.account, "a")
      var record: [UInt8] = []
      builder.finish(into: &record)
      profile.record(record.span)
      var bytes = [UInt8](repeating: 0, count: DecisionRecord.headerSize)
      let count = set.appendHits(profile, scoreLines: true, to: &bytes)
      bytes.store(little: UInt16(count), at: 56)
      texts = set.reasons(for: DecisionRecord.hits(bytes.span)).map(\.text)
    }
    #expect(texts.count == 2)
    #expect(
      texts[0].hasSuffix(": amount = 0.006, mean(amount) by account over 30d before this = 0.0002")
    )
    #expect(texts[1] == "0.006 for once")
  }
}
