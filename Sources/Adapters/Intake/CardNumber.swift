/// Turns the digits of a card number into a keyed token that cannot be turned back.
package typealias CardTokenizer = @Sendable ([UInt8]) -> String

/// Card numbers are recognised wherever a client's text may have one, and never travel further.
package enum CardNumber {
  /// Lengths that a field for card numbers takes, whatever their check digit.
  static let lengths = 12...19

  /// Whether the bytes are 13 to 19 digits, blanks and hyphens aside, with Luhn's check digit: what
  /// a field for card numbers has.
  package static func isCardNumber(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
    hasDigits(bytes, 13...19) && hasCheckDigit(bytes)
  }

  /// The digits of the first card number in a text, in any spelling; nil where there is none.
  package static func found(in bytes: some BidirectionalCollection<UInt8>) -> [UInt8]? {
    guard CardText.mayHold(bytes) else { return nil }
    if bytes.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
      // Most texts that get here are ids of digits; zeros that fill one up do not count.
      guard hasCheckDigit(bytes) else { return nil }
      let digits = Array(bytes)
      let place = CardText.withoutZeros(digits, digits.indices)
      return CardIssuers.isCard(digits[place]) ? Array(digits[place]) : nil
    }
    let text = CardText(String(decoding: bytes, as: UTF8.self))
    return text.hits.first.map { Array(text.digits[$0]) }
  }

  /// Whether an id holds a card number; one of digits alone does not where ids are numbers.
  static func isHeld(inId id: [UInt8], numericIds: Bool) -> Bool {
    guard CardText.mayHold(id) else { return false }
    if numericIds, id.allSatisfy({ $0 >= 48 && $0 <= 57 }) { return false }
    return found(in: id) != nil
  }

  /// Why an id with a card number is not taken.
  package static let idRefusal =
    "holds a card number, and ids are kept as they are: send another id, or list the source in"
    + " NUMERIC_IDS if its ids are numbers"
  /// Why another text with a card number is not taken.
  package static let textRefusal = "holds a card number, which is not kept in a text: leave it out"

  /// Whether a number is one of a card.
  static func isCard(_ value: Double) -> Bool {
    guard value >= 1e12, value < 9e18, value == value.rounded() else { return false }
    return isHeld(in: String(Int64(value)))
  }

  /// Whether a card number stands in a text.
  package static func isHeld(in text: String) -> Bool { found(in: text.utf8) != nil }

  /// A text with the middle digits of its card numbers hidden: for logs and messages.
  package static func masked(_ text: String) -> String {
    CardText.mayHold(text.utf8) ? CardText(text).masked : text
  }

  /// Whether the last digit is Luhn's check digit of those before, blanks and hyphens aside.
  static func hasCheckDigit(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
    var sum = 0
    var isSecond = false
    for byte in bytes.reversed() where byte >= 48 && byte <= 57 {
      let value = Int(byte - 48) << (isSecond ? 1 : 0)
      sum += value > 9 ? value - 9 : value
      isSecond.toggle()
    }
    return sum % 10 == 0
  }

  /// Whether there are so many digits, and besides them blanks and hyphens alone.
  private static func hasDigits(
    _ bytes: some Collection<UInt8>,
    _ count: ClosedRange<Int>
  ) -> Bool {
    guard bytes.count >= count.lowerBound, bytes.count <= 40 else { return false }
    var digits = 0
    for byte in bytes {
      if byte >= 48, byte <= 57 {
        digits += 1
      } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "-") {
        return false
      }
    }
    return count.contains(digits)
  }

  static func hasCardLength(_ bytes: some Collection<UInt8>) -> Bool { hasDigits(bytes, lengths) }

  /// Whether a name is one under which a card's verification code travels, in any spelling.
  package static func isVerificationCode(_ name: String) -> Bool {
    JSONReader.isVerificationCode(name)
  }

  /// The token of a field for card numbers: `card:<token>:<first six>:<last four>`.
  package static func token(
    _ bytes: some Collection<UInt8>,
    _ tokenizer: CardTokenizer
  ) -> String {
    token(digits: bytes.filter { $0 >= 48 && $0 <= 57 }, tokenizer)
  }

  private static func token(digits: [UInt8], _ tokenizer: CardTokenizer) -> String {
    let bin = String(decoding: digits.prefix(6), as: UTF8.self)
    let last = String(decoding: digits.suffix(4), as: UTF8.self)
    return "card:\(tokenizer(digits)):\(bin):\(last)"
  }

  /// What stands for the name of an entity that has a card number in it.
  package struct Token: Sendable {
    package var text: String
    /// Whether earlier versions kept the name as it was sent.
    package var isNew: Bool
  }

  /// The token of a text of an entity that holds a card number; nil where it holds none.
  ///
  /// What has always been a card number stays the same token, also without an issuer's prefix.
  package static func entityToken(
    _ bytes: some BidirectionalCollection<UInt8>,
    _ tokenizer: CardTokenizer
  ) -> Token? {
    guard CardText.mayHold(bytes) else { return nil }
    if isCardNumber(bytes) { return Token(text: token(bytes, tokenizer), isNew: false) }
    // Digits alone would have been found.
    if bytes.count <= 19, bytes.allSatisfy({ $0 >= 48 && $0 <= 57 }) { return nil }
    return found(in: bytes).map { Token(text: token(digits: $0, tokenizer), isNew: true) }
  }
}
