/// Turns the digits of a card number into a keyed token that cannot be turned back.
package typealias CardTokenizer = @Sendable ([UInt8]) -> String

/// Card numbers are recognised wherever an account may stand, and never travel further.
package enum CardNumber {
  /// Whether the bytes are 13 to 19 digits, blanks and hyphens aside, with Luhn's check digit.
  package static func isCardNumber(_ bytes: some Collection<UInt8>) -> Bool {
    digits(bytes).map(hasCheckDigit) ?? false
  }

  /// Whether the last digit is Luhn's check digit of those before, blanks and hyphens aside.
  static func hasCheckDigit(_ bytes: some Collection<UInt8>) -> Bool {
    let digits = bytes.filter { $0 >= 48 && $0 <= 57 }
    var sum = 0
    for (index, digit) in digits.reversed().enumerated() {
      let value = Int(digit - 48)
      if index % 2 == 0 {
        sum += value
      } else {
        sum += value * 2 > 9 ? value * 2 - 9 : value * 2
      }
    }
    return sum % 10 == 0
  }

  /// The digits alone; nil where there are other characters or another number of them.
  private static func digits(
    _ bytes: some Collection<UInt8>,
    _ count: ClosedRange<Int> = 13...19
  ) -> [UInt8]? {
    guard bytes.count >= count.lowerBound, bytes.count <= 40 else { return nil }
    var digits: [UInt8] = []
    for byte in bytes {
      if byte >= 48, byte <= 57 {
        digits.append(byte)
      } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "-") {
        return nil
      }
    }
    return count.contains(digits.count) ? digits : nil
  }

  /// Lengths that a field for card numbers takes, whatever their check digit.
  static let lengths = 12...19

  static func hasCardLength(_ bytes: some Collection<UInt8>) -> Bool {
    digits(bytes, lengths) != nil
  }

  /// Whether a name is one under which a card's verification code travels.
  static func isVerificationCode(_ name: String) -> Bool {
    verificationCodeNames.contains(name.lowercased())
  }

  static let verificationCodeNames = [
    "cvv", "cvv2", "cvc", "cvc2", "cid", "card_cvv", "card_cvc", "security_code", "csc",
  ]

  /// `card:<token>:<first six>:<last four>`.
  package static func token(
    _ bytes: some Collection<UInt8>,
    _ tokenizer: CardTokenizer
  ) -> String {
    let digits = digits(bytes, lengths) ?? []
    let bin = String(decoding: digits.prefix(6), as: UTF8.self)
    let last = String(decoding: digits.suffix(4), as: UTF8.self)
    return "card:\(tokenizer(digits)):\(bin):\(last)"
  }
}
