// Safety: libsodium reads exactly as many bytes as the input's own count and writes the 32 bytes
// that SHA-256 always has into an array of 32.
import CSodium

/// Addresses of wallets in Base58Check: a version byte, 20 bytes of hash and 4 bytes of checksum.
package enum WalletAddress {
  private static let bytesCount = 25
  private static let textMax = 50
  private static let alphabet =
    Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

  static let digits = digits(of: alphabet)

  /// The value of each byte as a digit; 255 for those that are none.
  static func digits(of alphabet: [UInt8]) -> [UInt8] {
    var digits = [UInt8](repeating: 255, count: 256)
    for (value, byte) in alphabet.enumerated() { digits[Int(byte)] = UInt8(value) }
    return digits
  }

  /// Whether a text is an address of 25 bytes with a right checksum.
  package static func isValid(_ text: [UInt8]) -> Bool {
    guard text.count <= textMax, let bytes = decode(text, digits), bytes.count == bytesCount else {
      return false
    }
    let body = Array(bytes.prefix(bytesCount - 4))
    return Array(bytes.suffix(4)) == checksum(body)
  }

  /// The address of a version byte and a hash of 20 bytes.
  package static func text(_ body: [UInt8]) -> String {
    let bytes = body + checksum(body)
    var digits: [UInt8] = []
    for byte in bytes {
      var carry = Int(byte)
      for index in digits.indices {
        carry += Int(digits[index]) << 8
        digits[index] = UInt8(carry % 58)
        carry /= 58
      }
      while carry > 0 {
        digits.append(UInt8(carry % 58))
        carry /= 58
      }
    }
    let zeros = bytes.prefix { $0 == 0 }.map { _ in alphabet[0] }
    return String(decoding: zeros + digits.reversed().map { alphabet[Int($0)] }, as: UTF8.self)
  }

  /// The bytes that digits of base 58 stand for; nil where a byte is no digit.
  static func decode(_ text: [UInt8], _ digits: [UInt8]) -> [UInt8]? {
    // The number in base 256, least byte first.
    var number: [UInt8] = []
    for byte in text {
      var carry = Int(digits[Int(byte)])
      guard carry < 58 else { return nil }
      for index in number.indices {
        carry += Int(number[index]) * 58
        number[index] = UInt8(carry & 255)
        carry >>= 8
      }
      if carry > 0 { number.append(UInt8(carry)) }
    }
    let zeros = text.prefix { digits[Int($0)] == 0 }.count
    return [UInt8](repeating: 0, count: zeros) + number.reversed()
  }

  static func checksum(_ body: [UInt8]) -> [UInt8] { Array(sha256(sha256(body)).prefix(4)) }

  private static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var hash = [UInt8](repeating: 0, count: 32)
    _ = unsafe crypto_hash_sha256(&hash, bytes, UInt64(bytes.count))
    return hash
  }
}
