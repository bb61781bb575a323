/// A text as a search for card numbers sees it: groups of digits, of any script, and what stands
/// between them.
///
/// Letters and the marks of a magnetic track (`=`, `^`, `%`, `;`, `?`) end a number; up to four
/// other characters, seen or unseen, may stand between two of its groups.
struct CardText {
  /// Digits that stand side by side.
  private struct Group {
    var digits: Range<Int>
    /// Whether only separators stand between it and the group before.
    var isJoined: Bool
    /// Names the separators before it.
    var separator: UInt64
    /// Whether a plus stands right before it, as before a telephone number.
    var hasPlus: Bool
  }

  private static let separatorsMax = 4
  /// How people write card numbers in groups.
  private static let shapes = [
    [4, 4, 4, 4], [4, 4, 4, 1], [4, 4, 4, 4, 1], [4, 4, 4, 4, 2], [4, 4, 4, 4, 3], [4, 6, 5],
    [4, 6, 4], [8, 8], [6, 13],
  ]
  /// The longest number of a telephone.
  private static let telephoneDigitsMax = 15

  private let text: String
  /// All digits of the text, in ASCII.
  private(set) var digits: [UInt8] = []
  private var groups: [Group] = []

  /// Whether a text has enough digits side by side that it is worth a look; allocates nothing.
  static func mayHold(_ bytes: some Collection<UInt8>) -> Bool {
    guard bytes.count >= 13, !isUUID(bytes) else { return false }
    var run = 0
    for byte in bytes {
      // Of a character outside of ASCII, which may be a digit, the first byte counts.
      if byte &- 48 < 10 || byte >= 0xC0 {
        run += 1
        if run >= 13 { return true }
      } else if (byte | 0x20) &- 97 < 26 || isMark(byte) {
        run = 0
      }
    }
    return false
  }

  /// Whether a text is a UUID (RFC 9562) as it is usually written: its digits may look like those
  /// of a card by chance, and nobody writes a card so.
  private static func isUUID(_ bytes: some Collection<UInt8>) -> Bool {
    guard bytes.count == 36 else { return false }
    for (index, byte) in bytes.enumerated() {
      if index == 8 || index == 13 || index == 18 || index == 23 {
        if byte != 0x2D { return false }
      } else if byte &- 48 >= 10, (byte | 0x20) &- 97 >= 6 {
        return false
      }
    }
    return true
  }

  private static func isMark(_ byte: UInt8) -> Bool {
    byte == 0x3D || byte == 0x5E || byte == 0x25 || byte == 0x3B || byte == 0x3F
  }

  init(_ text: String) {
    self.text = text
    var (gap, separator, isBroken, isInside, hasPlus) = (0, UInt64(0), true, false, false)
    var last: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      defer { last = scalar }
      if let digit = CardText.digit(scalar) {
        if isInside {
          groups[groups.count - 1].digits =
            groups[groups.count - 1].digits.lowerBound..<digits.count + 1
        } else {
          groups.append(
            Group(
              digits: digits.count..<digits.count + 1,
              isJoined: !isBroken && gap <= CardText.separatorsMax,
              separator: separator,
              hasPlus: hasPlus
            )
          )
        }
        digits.append(digit)
        (gap, separator, isBroken, isInside, hasPlus) = (0, 0, false, true, false)
        continue
      }
      isInside = false
      hasPlus = scalar == "+"
      // Stars in a row stand for hidden digits.
      if CardText.ends(scalar) || (scalar == "*" && last == "*") {
        isBroken = true
      } else {
        gap += 1
        separator = separator &* 0x1_0000_01B3 &+ UInt64(scalar.value)
      }
    }
  }

  private static func digit(_ scalar: Unicode.Scalar) -> UInt8? {
    if scalar.value < 0x80 {
      return scalar.value >= 48 && scalar.value <= 57 ? UInt8(scalar.value) : nil
    }
    let properties = scalar.properties
    guard properties.numericType == .decimal || properties.numericType == .digit,
      let value = properties.numericValue, value >= 0, value <= 9
    else { return nil }
    return 48 + UInt8(value)
  }

  private static func ends(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x80
      ? (UInt8(scalar.value) | 0x20) &- 97 < 26 || isMark(UInt8(scalar.value))
      : scalar.properties.isAlphabetic
  }

  /// The places of all card numbers among `digits`.
  var hits: [Range<Int>] {
    guard digits.count >= 13, !isAccountNumber else { return [] }
    var hits: [Range<Int>] = []
    var start = 0
    while start < groups.count {
      var end = start + 1
      while end < groups.count, groups[end].isJoined { end += 1 }
      collect(start..<end, into: &hits)
      start = end
    }
    return hits
  }

  /// The card numbers in groups between which only separators stand.
  private func collect(_ run: Range<Int>, into hits: inout [Range<Int>]) {
    take(run, into: &hits)
    var same = run.lowerBound
    for index in run {
      take(index..<index + 1, into: &hits)
      for shape in CardText.shapes
      where index + shape.count <= run.upperBound
        && zip(shape, groups[index...]).allSatisfy({ $0 == $1.digits.count })
      {
        take(index..<index + shape.count, into: &hits)
      }
      // Groups between which the same stands.
      let isLast = index + 1 == run.upperBound
      if index > same + 1, groups[index].separator != groups[same + 1].separator {
        take(same..<index, into: &hits)
        same = index - 1
      }
      if isLast, same > run.lowerBound { take(same..<index + 1, into: &hits) }
    }
  }

  /// The place of a number without the zeros that fill it up.
  static func withoutZeros(_ digits: [UInt8], _ place: Range<Int>) -> Range<Int> {
    var place = place
    while place.count > 13, digits[place.lowerBound] == 48 {
      place = place.lowerBound + 1..<place.upperBound
    }
    return place
  }

  private func take(_ range: Range<Int>, into hits: inout [Range<Int>]) {
    guard let first = groups[range].first, let last = groups[range].last else { return }
    let whole = first.digits.lowerBound..<last.digits.upperBound
    if first.hasPlus, whole.count <= CardText.telephoneDigitsMax { return }
    let place = CardText.withoutZeros(digits, whole)
    guard !hits.contains(place), CardIssuers.isCard(digits[place]) else { return }
    hits.append(place)
  }

  /// Whether the whole text is an IBAN, by its check digits.
  private var isAccountNumber: Bool {
    let letters = text.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }
    guard (15...34).contains(letters.count), letters[..<2].allSatisfy(CardText.isUpper),
      letters[2..<4].allSatisfy({ $0 &- 48 < 10 })
    else { return false }
    var rest = 0
    for byte in letters[4...] + letters[..<4] {
      if byte &- 48 < 10 {
        rest = (rest * 10 + Int(byte - 48)) % 97
      } else if CardText.isUpper(byte) {
        rest = (rest * 100 + Int(byte - 55)) % 97
      } else {
        return false
      }
    }
    return rest == 1
  }

  private static func isUpper(_ byte: UInt8) -> Bool { byte &- 65 < 26 }

  /// The text with all digits of card numbers hidden but the first six and the last four.
  var masked: String {
    let hits = hits
    if hits.isEmpty { return text }
    let hidden = Set(hits.flatMap { $0.dropFirst(6).dropLast(4) })
    var (shown, index) = (String.UnicodeScalarView(), 0)
    for scalar in text.unicodeScalars {
      guard CardText.digit(scalar) != nil else {
        shown.append(scalar)
        continue
      }
      shown.append(hidden.contains(index) ? "*" : scalar)
      index += 1
    }
    return String(shown)
  }
}
