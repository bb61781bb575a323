/// Turns the digits of a card number into a keyed token that cannot be turned back.
package typealias CardTokenizer = @Sendable ([UInt8]) -> String

/// Card numbers are recognised wherever an account may stand, and never travel further.
package enum CardNumber {
  /// Whether the bytes are 13 to 19 digits, blanks and hyphens aside, with Luhn's check digit.
  package static func isCardNumber(_ bytes: some Collection<UInt8>) -> Bool {
    guard let digits = digits(bytes) else { return false }
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

  /// The digits alone; nil where there are other characters or not 13 to 19 of them.
  private static func digits(_ bytes: some Collection<UInt8>) -> [UInt8]? {
    guard bytes.count >= 13, bytes.count <= 40 else { return nil }
    var digits: [UInt8] = []
    for byte in bytes {
      if byte >= 48, byte <= 57 {
        digits.append(byte)
      } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "-") {
        return nil
      }
    }
    return (13...19).contains(digits.count) ? digits : nil
  }

  /// `card:<token>:<first six>:<last four>`.
  package static func token(
    _ bytes: some Collection<UInt8>,
    _ tokenizer: CardTokenizer
  ) -> String {
    let digits = digits(bytes) ?? []
    let bin = String(decoding: digits.prefix(6), as: UTF8.self)
    let last = String(decoding: digits.suffix(4), as: UTF8.self)
    return "card:\(tokenizer(digits)):\(bin):\(last)"
  }
}
