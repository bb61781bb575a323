import Language
import TestSupport
import Testing

/// Numbers and spans as texts: what is laid out reads back as what it was.
struct NumberTests {
  /// Numbers at which their texts change their form, and random ones of all sizes.
  static func numbers(seed: UInt64, count: Int) -> [Double] {
    var random = SeededGenerator(seed: seed)
    var numbers: [Double] = [
      0, 1, 0.1, 0.00001, 0.0001, 1e15, 1e16, 1e21, 999_999_999_999_999, 9_007_199_254_740_992,
      .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 3.25e5, 1 / 3,
    ]
    while numbers.count < count {
      let bits = Double(bitPattern: random.next()).magnitude
      if bits.isFinite { numbers.append(bits) }
      // Of sizes that people write.
      let digits = Double.random(in: 0...1, using: &random)
      numbers.append((digits * 1e6).rounded() / 1e3 * (random.next() % 2 == 0 ? 1e12 : 1e-9))
    }
    return numbers
  }

  @Test func `every number reads back from its text`() throws {
    for number in NumberTests.numbers(seed: 1, count: 20_000) {
      let text = Expression.number(number).description
      #expect(try Parser.expression(text) == .number(number), "\(text)")
    }
  }

  @Test func `every span that can be written reads back from its text`() throws {
    for number in NumberTests.numbers(seed: 2, count: 5000) {
      for (unit, seconds) in [("s", 1.0), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)] {
        let written = Expression.shown(number) + unit
        guard (number * seconds).isFinite else {
          #expect(throws: LanguageError.self) { try Parser.expression(written) }
          continue
        }
        let span = try Parser.expression(written)
        #expect(span == .duration(number * seconds))
        #expect(try Parser.expression(span.description) == span, "\(written): \(span)")
      }
    }
  }

  @Test func `laying a program out twice changes nothing, whatever its numbers`() throws {
    for number in NumberTests.numbers(seed: 3, count: 2000) {
      let text = "feature a = \(Expression.shown(number)) * amount - \(number)"
      let once = try Formatter.format(text)
      #expect(try Formatter.format(once) == once)
    }
  }

  @Test(
    arguments: [
      ("1e3", 1000), ("1E3", 1000), ("2.5e-4", 0.00025), ("1e+2", 100), ("1_0e1", 100),
      ("0.00001", 1e-5), ("1_000_000_000_000_000", 1e15),
    ] as [(String, Double)]
  )
  func `numbers may have an exponent`(text: String, value: Double) throws {
    #expect(try Parser.expression(text) == .number(value))
  }

  @Test(arguments: ["1e", "1e+", "1e-x", "1ex", "1e400", "1e308w", "1.e5"])
  func `what is no number is refused`(text: String) {
    #expect(throws: LanguageError.self) { try Parser.expression(text) }
  }
}
