/// The kinds of addresses that can be told from other texts, and whether one is written right.
extension WalletAddress {
  /// Whether the checksum of an address is right; nil where it is of no known kind, or of one that
  /// has none to check.
  ///
  /// Known are Base58Check (Bitcoin and its kin, Tron), bech32 and bech32m (SegWit and others),
  /// Ethereum, XRP and Solana.
  package static func verdict(_ text: [UInt8]) -> Bool? {
    guard text.count <= kindTextMax else { return nil }
    return ethereum(text) ?? Bech32.verdict(text) ?? base58(text)
  }

  private static let kindTextMax = 90

  /// `0x` and 40 hexadecimal digits: letters of both cases are the checksum (EIP-55), of one case
  /// there is none.
  private static func ethereum(_ text: [UInt8]) -> Bool? {
    guard text.count == 42, text[0] == UInt8(ascii: "0"), text[1] | 32 == UInt8(ascii: "x") else {
      return nil
    }
    let digits = text[2...]
    guard digits.allSatisfy(isHexadecimal) else { return false }
    let letters = digits.filter { $0 > UInt8(ascii: "9") }
    let isMixed =
      letters.contains { $0 >= UInt8(ascii: "a") }
      && letters.contains { $0 < UInt8(ascii: "a") }
    guard isMixed else { return true }
    let hash = Keccak.hash256(digits.map { $0 | 32 })
    return digits.enumerated().allSatisfy { place, digit in
      guard digit > UInt8(ascii: "9") else { return true }
      let half = place % 2 == 0 ? hash[place / 2] >> 4 : hash[place / 2] & 15
      return (half >= 8) == (digit < UInt8(ascii: "a"))
    }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte | 32)
  }

  private static let xrpAlphabet =
    Array("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz".utf8)
  private static let xrpDigits = digits(of: xrpAlphabet)
  private static let xrpLengths = 25...35
  private static let base58TextMax = 50

  /// What digits of base 58 say by their number of bytes.
  private static func base58(_ text: [UInt8]) -> Bool? {
    guard text.count <= base58TextMax else { return nil }
    let isXRP = text.first == xrpAlphabet[0] && xrpLengths.contains(text.count)
    if isXRP, let bytes = decode(text, xrpDigits), hasChecksum(bytes) { return true }
    guard let bytes = decode(text, digits) else {
      return isXRP && isOf(xrpDigits, text) ? false : nil
    }
    switch bytes.count {
    case 25: return hasChecksum(bytes)
    // Zcash and Tezos have longer prefixes; of other texts of this length nothing is known.
    case 26, 27: return hasChecksum(bytes) ? true : isXRP ? false : nil
    // Solana's keys have no checksum.
    case 32: return true
    default: return isXRP ? false : nil
    }
  }

  private static func isOf(_ digits: [UInt8], _ text: [UInt8]) -> Bool {
    text.allSatisfy { digits[Int($0)] < 58 }
  }

  private static func hasChecksum(_ bytes: [UInt8]) -> Bool {
    bytes.count > 4 && Array(bytes.suffix(4)) == checksum(Array(bytes.dropLast(4)))
  }
}
