// Safety: libsodium reads exactly as many bytes as the input's own count and writes the 32 bytes
// that SHA-256 always has into an array of 32.
import CSodium

/// Content addresses of files.
package enum Digest {
  /// The SHA-256 of the bytes (FIPS 180-4), as 64 lower-case hexadecimal digits.
  package static func sha256(_ bytes: [UInt8]) -> String {
    var hash = [UInt8](repeating: 0, count: 32)
    _ = unsafe crypto_hash_sha256(&hash, bytes, UInt64(bytes.count))
    let digits = Array("0123456789abcdef")
    return String(hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
