import Payments
import Testing

struct MoneyRoundingTests {
  private static func minor(_ text: String, scale: UInt8 = 2) -> Int64? {
    let bytes = Array(text.utf8)
    return Money(parsing: bytes.span, scale: scale)?.minorUnits
  }

  @Test(arguments: [
    ("1.255e0", 126), ("1255e-3", 126), ("0.001225e3", 122), ("12.25E-1", 122), ("1e-2", 1),
    ("5e-3", 0), ("15e-3", 2), ("5.1e-3", 1), ("1e-999", 0), ("0e999", 0), ("-1.255e0", -126),
    ("+1e+2", 10_000), ("100000000000000e-2", 100_000_000_000_000), ("4.9e-4", 0),
  ])
  func `an exponent moves the point of the digits as they are written`(text: String, value: Int64) {
    #expect(MoneyRoundingTests.minor(text) == value)
  }

  @Test(arguments: ["1e", "1e+", "1e1.5", "1e1000", "1e13", "e5", "1e5e5", "1e 5", "9e99"])
  func `what is no exponent is no amount`(text: String) {
    #expect(MoneyRoundingTests.minor(text) == nil)
  }

  @Test(arguments: [
    ("-0.001", true), ("-1", true), ("-0.0e5", false), ("-0", false), ("-0.00", false),
    ("0.001", false), ("-1e-9", true), ("-", false), ("", false), ("-0e7", false),
  ])
  func `below 0 is below 0, also where it rounds to 0`(text: String, isBelow: Bool) {
    let bytes = Array(text.utf8)
    let found = Money.isBelowZero(bytes.span)
    #expect(found == isBelow)
  }

  @Test(arguments: [0, 2, 3, 6, 8] as [UInt8])
  func `a binary value that is clear rounds as its text does`(scale: UInt8) {
    var state = UInt64(scale) + 1
    func random(_ bound: Int) -> Int {
      state = Fingerprint.chain(state, 1)
      return Int(state % UInt64(bound))
    }
    var unclear = 0
    for _ in 0..<20_000 {
      let whole = random(Int(Money.unitsMax(scale: scale)) / 1000)
      let digits = random(Int(scale) + 4)
      var text = "\(whole)."
      for _ in 0..<digits { text += "\(random(10))" }
      if digits == 0 { text.removeLast() }
      guard let value = Double(text) else { continue }
      if Money.isUnclear(value, scale: scale) {
        unclear += 1
      } else {
        let written = MoneyRoundingTests.minor(text, scale: scale)
        #expect(Money(units: value, scale: scale)?.minorUnits == written, "\(text)")
      }
    }
    #expect(unclear < 20_000)
  }

  @Test func `the reading of before rounded exponents as binary values`() {
    let bytes = Array("1.255e0".utf8)
    let earlier = Money(earlier: bytes.span, scale: 2)
    #expect(earlier == Money(minorUnits: 125))
    let plain = Array("1.255".utf8)
    let none = Money(earlier: plain.span, scale: 2)
    #expect(none == nil)
  }
}
