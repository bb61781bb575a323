/// Addresses in bech32 and bech32m (BIP 173, BIP 350): a prefix, `1`, and digits of 5 bits, whose
/// last six are the checksum.
enum Bech32 {
  private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
  private static let digits = WalletAddress.digits(of: alphabet)
  private static let checksumCount = 6
  private static let plain: UInt32 = 1
  private static let modified: UInt32 = 0x2bc8_30a3
  /// The prefixes of SegWit addresses: Bitcoin's and Litecoin's, also of their test networks.
  private static let segwit: Set = ["bc", "tb", "bcrt", "ltc", "tltc", "rltc"]

  /// Whether an address is right; nil for what is none, as far as one can tell.
  static func verdict(_ text: [UInt8]) -> Bool? {
    guard let separator = text.lastIndex(of: UInt8(ascii: "1")), separator > 0 else { return nil }
    let lower = text.map { (65...90).contains($0) ? $0 | 32 : $0 }
    let isMixed = lower != text && text.contains { (97...122).contains($0) }
    let prefix = String(decoding: lower[..<separator], as: UTF8.self)
    guard segwit.contains(prefix) else {
      // Digits of base 58 may look so as well: only what is right is taken for bech32.
      let isRight =
        !isMixed
        && values(lower, separator).map { isWhole($0, lower[..<separator]) }
          ?? false
      return isRight ? true : nil
    }
    guard !isMixed, let values = values(lower, separator) else { return false }
    return isProgram(values, lower[..<separator])
  }

  private static func values(_ text: [UInt8], _ separator: Int) -> [UInt8]? {
    let values = text[(separator + 1)...].map { digits[Int($0)] }
    return values.count >= checksumCount && values.allSatisfy { $0 < 32 } ? values : nil
  }

  private static func isWhole(_ values: [UInt8], _ prefix: ArraySlice<UInt8>) -> Bool {
    let sum = checksum(values, prefix)
    return sum == plain || sum == modified
  }

  /// A witness program: version 0 has bech32 and 20 or 32 bytes, later ones bech32m and 2 to 40.
  private static func isProgram(_ values: [UInt8], _ prefix: ArraySlice<UInt8>) -> Bool {
    let program = values.dropFirst().dropLast(checksumCount)
    guard let version = values.first, values.count > checksumCount, version <= 16,
      checksum(values, prefix) == (version == 0 ? plain : modified)
    else { return false }
    let bits = program.count * 5
    let padding = bits % 8
    guard padding < 5, let last = program.last, last & (1 << UInt8(padding) - 1) == 0 else {
      return false
    }
    let count = bits / 8
    return version == 0 ? count == 20 || count == 32 : (2...40).contains(count)
  }

  private static func checksum(_ values: [UInt8], _ prefix: ArraySlice<UInt8>) -> UInt32 {
    let generators: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
    var sum: UInt32 = 1
    for value in prefix.map({ $0 >> 5 }) + [0] + prefix.map({ $0 & 31 }) + values {
      let top = sum >> 25
      sum = (sum & 0x1ff_ffff) << 5 ^ UInt32(value)
      for (bit, generator) in generators.enumerated() where top >> UInt32(bit) & 1 == 1 {
        sum ^= generator
      }
    }
    return sum
  }
}
