/// Which prefixes and lengths card numbers have, from public tables of issuers.
enum CardIssuers {
  private struct Range {
    /// The first six digits.
    var prefixes: ClosedRange<Int>
    /// One bit for each length.
    var lengths: UInt32

    init(_ prefixes: ClosedRange<Int>, _ lengths: ClosedRange<Int>) {
      self.prefixes = prefixes
      self.lengths = lengths.reduce(0) { $0 | 1 << $1 }
    }

    init(_ prefixes: ClosedRange<Int>, _ lengths: Int...) {
      self.prefixes = prefixes
      self.lengths = lengths.reduce(0) { $0 | 1 << $1 }
    }
  }

  private static let ranges = [
    // Visa.
    Range(400_000...499_999, 13, 16, 19),
    // Mastercard.
    Range(510_000...559_999, 16), Range(222_100...272_099, 16),
    // American Express.
    Range(340_000...349_999, 15), Range(370_000...379_999, 15),
    // Discover.
    Range(601_100...601_199, 16...19), Range(644_000...659_999, 16...19),
    // Diners Club. No card of 17 or 18 digits is known; ids of that length are.
    Range(300_000...305_999, 14, 16, 19), Range(309_500...309_599, 14, 16, 19),
    Range(360_000...369_999, 14, 16, 19), Range(380_000...399_999, 14, 16, 19),
    // JCB.
    Range(352_800...358_999, 16...19),
    // UnionPay.
    Range(620_000...629_999, 16...19),
    // Maestro and national cards of 16 digits: RuPay, Elo, Hipercard, Verve, Troy, Uzcard, Humo.
    Range(500_000...509_999, 16), Range(560_000...589_999, 16), Range(600_000...699_999, 16),
    Range(810_000...829_999, 16), Range(979_200...979_299, 16), Range(860_000...860_099, 16),
    Range(986_000...986_099, 16),
    // Maestro of other lengths.
    Range(501_800...501_899, 13...19), Range(502_000...502_099, 13...19),
    Range(503_800...503_899, 13...19), Range(589_300...589_399, 13...19),
    Range(630_400...630_499, 13...19), Range(639_000...639_099, 13...19),
    Range(675_900...679_999, 13...19),
    // Verve of other lengths.
    Range(506_000...506_199, 18, 19), Range(507_800...507_999, 18, 19),
    // Mir. Longer ones are not issued, and ids made of times will begin so from 2027 on.
    Range(220_000...220_499, 16),
  ]

  /// Whether ASCII digits have an issuer's prefix with a length that fits it, and a check digit.
  static func isCard(_ digits: ArraySlice<UInt8>) -> Bool {
    guard (13...19).contains(digits.count) else { return false }
    let prefix = digits.prefix(6).reduce(0) { $0 * 10 + Int($1 - 48) }
    let length: UInt32 = 1 << UInt32(digits.count)
    guard ranges.contains(where: { $0.prefixes.contains(prefix) && $0.lengths & length != 0 })
    else {
      return false
    }
    return CardNumber.hasCheckDigit(digits)
  }
}
