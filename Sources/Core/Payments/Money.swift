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

  /// Rounds a decimal value half to even to the currency's scale; nil where it is not a number or
  /// beyond the scale's greatest amount.
  package init?(units value: Double, scale: UInt8) {
    guard value.isFinite, value.magnitude <= Double(Money.unitsMax(scale: scale)) else {
      return nil
    }
    var factor = 1.0
    for _ in 0..<scale { factor *= 10 }
    minorUnits = Int64((value * factor).rounded(.toNearestOrEven))
  }

  /// Reads a plain decimal (`-12.345`), exactly, rounding half to even to the scale; exponents are
  /// accepted through `Double`.
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
        guard text.count <= 40, let value = Double(text.text),
          let rounded = Money(units: value, scale: scale)
        else { return nil }
        self = rounded
        return
      default: return nil
      }
    }
    guard digits > 0, digits <= 60 else { return nil }
    for _ in max(decimals, 0)..<Int(scale) {
      let (product, overflow) = units.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      units = product
    }
    if rest.roundsUp(odd: units % 2 != 0) { units += 1 }
    var limit = Money.unitsMax(scale: scale)
    for _ in 0..<scale { limit *= 10 }
    guard units <= limit else { return nil }
    minorUnits = negative ? -units : units
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
