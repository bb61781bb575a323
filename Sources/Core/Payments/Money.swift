/// A currency's code and fixed scale: how many decimals its smallest unit has.
package struct Currency: Sendable, Hashable {
  package var code: String
  package var scale: UInt8

  package init(code: String, scale: UInt8) {
    self.code = code
    self.scale = scale
  }

  /// The table of fixed scales: ISO 4217's exceptions to two decimals, and the crypto currencies.
  private static let exceptions: [String: UInt8] = [
    "BHD": 3, "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0,
    "KMF": 0, "KRW": 0, "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0,
    "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BTC": 6, "ETH": 6, "PI": 6, "USDC": 6, "USDT": 6,
  ]

  /// A currency by its code of two to five letters, in any case; nil for anything else.
  package init?(code text: String) {
    let upper = text.uppercased()
    guard (2...5).contains(upper.utf8.count), upper.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 })
    else { return nil }
    self.init(code: upper, scale: Currency.exceptions[upper] ?? 2)
  }

  /// Ten to the scale: minor units in one unit.
  package var minorUnitsPerUnit: Int64 {
    var value: Int64 = 1
    for _ in 0..<scale { value *= 10 }
    return value
  }
}

/// An amount in a currency's smallest unit.
package struct Money: Sendable, Hashable, Comparable {
  package var minorUnits: Int64

  @inlinable
  package init(minorUnits: Int64) { self.minorUnits = minorUnits }

  @inlinable
  package static func < (a: Money, b: Money) -> Bool { a.minorUnits < b.minorUnits }

  /// The greatest amount that a transaction may carry, in units of its currency.
  package static let unitsMax: Int64 = 1_000_000_000_000
  /// The greatest in smallest units: the squares of 2^20 such amounts still fit in 128 bits.
  package static let minorUnitsMax: Int64 = 10_000_000_000_000_000

  /// The greatest amount at a scale, in units: 10^12 up to four decimals, 10^8 at eight.
  package static func unitsMax(scale: UInt8) -> Int64 {
    var limit = minorUnitsMax
    for _ in 0..<scale { limit /= 10 }
    return min(limit, unitsMax)
  }

  /// Stands for an absent amount in a record's money columns.
  package static let missing = Money(minorUnits: .min)

  /// Rounds a binary value half to even to the currency's scale; nil where it is not a number or
  /// beyond the scale's greatest amount.
  ///
  /// A decimal text may lie on the other side of the middle: `parsing` reads what was written.
  package init?(units value: Double, scale: UInt8) {
    guard value.isFinite, value.magnitude <= Double(Money.unitsMax(scale: scale)) else {
      return nil
    }
    minorUnits = Int64(Money.scaled(value, scale).rounded(.toNearestOrEven))
  }

  private static func scaled(_ value: Double, _ scale: UInt8) -> Double {
    var factor = 1.0
    for _ in 0..<scale { factor *= 10 }
    return value * factor
  }

  /// Whether a number lies so near to the middle of two amounts, or is so great, that its binary
  /// value does not tell to which its decimal text rounds.
  package static func isUnclear(_ value: Double, scale: UInt8) -> Bool {
    let scaled = scaled(value.magnitude, scale)
    // Below 2^40 the binary value is off by less than 2^-12 of a smallest unit.
    guard scaled < 1_099_511_627_776 else { return true }
    let fraction = scaled - scaled.rounded(.down)
    return (fraction - 0.5).magnitude < 0.001
  }

  /// Whether a decimal text is a number below 0, however small.
  package static func isBelowZero(_ text: borrowing Span<UInt8>) -> Bool {
    guard !text.isEmpty, text[0] == UInt8(ascii: "-") else { return false }
    for index in 1..<text.count {
      let byte = text[index]
      if byte | 32 == UInt8(ascii: "e") { return false }
      if byte > 48, byte <= 57 { return true }
    }
    return false
  }

  /// What a text with an exponent was read as when its binary value was rounded; nil for others.
  package init?(earlier text: borrowing Span<UInt8>, scale: UInt8) {
    var hasExponent = false
    for index in 0..<text.count where text[index] | 32 == UInt8(ascii: "e") { hasExponent = true }
    guard hasExponent, text.count <= Money.exponentTextMax, let value = Double(text.text) else {
      return nil
    }
    self.init(units: value, scale: scale)
  }

  private static let exponentTextMax = 40
  private static let digitsMax = 60

  /// Reads a decimal (`-12.345`, `1.2e3`), exactly, rounding half to even to the scale.
  ///
  /// Nil where it is not a number or beyond the scale's greatest amount.
  package init?(parsing text: borrowing Span<UInt8>, scale: UInt8) {
    var negative = false
    var units: Int64 = 0
    var digits = 0
    var decimals = -1
    var rest = Rest()
    for index in 0..<text.count {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "-") where index == 0: negative = true
      case UInt8(ascii: "+") where index == 0: break
      case UInt8(ascii: ".") where decimals < 0: decimals = 0
      case 48...57:
        digits += 1
        if decimals >= Int(scale) {
          rest.append(byte - 48)
        } else {
          guard units <= (Int64.max - 9) / 10 else { return nil }
          units = units * 10 + Int64(byte - 48)
          if decimals >= 0 { decimals += 1 }
        }
      case UInt8(ascii: "e") where digits > 0, UInt8(ascii: "E") where digits > 0:
        guard let moved = Money(moving: text, exponentAt: index, scale: scale) else { return nil }
        self = moved
        return
      default: return nil
      }
    }
    guard digits > 0, digits <= Money.digitsMax else { return nil }
    for _ in max(decimals, 0)..<Int(scale) {
      let (product, overflow) = units.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      units = product
    }
    self.init(units, rest, negative: negative, scale: scale)
  }

  /// Reads a number with an exponent: its digits, with the point moved by it.
  private init?(moving text: borrowing Span<UInt8>, exponentAt end: Int, scale: UInt8) {
    guard text.count <= Money.exponentTextMax,
      let exponent = Money.exponent(text, from: end + 1)
    else { return nil }
    var digits: [UInt8] = []
    var before: Int?
    for index in 0..<end {
      if text[index] == UInt8(ascii: ".") { before = digits.count }
      if text[index] >= 48, text[index] <= 57 { digits.append(text[index] - 48) }
    }
    let whole = (before ?? digits.count) + exponent + Int(scale)
    var units: Int64 = 0
    for place in 0..<max(whole, 0) {
      guard units <= (Int64.max - 9) / 10 else { return nil }
      units = units * 10 + Int64(place < digits.count ? digits[place] : 0)
    }
    var rest = Rest()
    if whole < 0 { rest.append(0) }
    for digit in digits.dropFirst(max(whole, 0)) { rest.append(digit) }
    self.init(units, rest, negative: text[0] == UInt8(ascii: "-"), scale: scale)
  }

  /// The exponent of up to three digits that a text ends with.
  private static func exponent(_ text: borrowing Span<UInt8>, from start: Int) -> Int? {
    var index = start
    var sign = 1
    if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
      sign = text[index] == UInt8(ascii: "-") ? -1 : 1
      index += 1
    }
    guard (1...3).contains(text.count - index) else { return nil }
    var value = 0
    while index < text.count {
      guard text[index] >= 48, text[index] <= 57 else { return nil }
      value = value * 10 + Int(text[index] - 48)
      index += 1
    }
    return sign * value
  }

  private init?(_ units: Int64, _ rest: Rest, negative: Bool, scale: UInt8) {
    let rounded = rest.roundsUp(odd: units % 2 != 0) ? units + 1 : units
    var limit = Money.unitsMax(scale: scale)
    for _ in 0..<scale { limit *= 10 }
    guard rounded <= limit else { return nil }
    minorUnits = negative ? -rounded : rounded
  }

  /// The digits beyond the scale, kept only as far as rounding half to even needs them.
  private struct Rest {
    var first: UInt8?
    var moreThanFirst = false

    mutating func append(_ digit: UInt8) {
      if first == nil { first = digit } else if digit > 0 { moreThanFirst = true }
    }

    func roundsUp(odd: Bool) -> Bool {
      guard let first else { return false }
      return first > 5 || (first == 5 && (moreThanFirst || odd))
    }
  }
}
