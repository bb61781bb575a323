// Safety: libsodium is handed arrays inside the closures that own them, with their own counts;
// output arrays are allocated with the sizes that its constants name.
import CSodium

/// The few calls of libsodium that Assay needs, with bytes in and out.
enum Sodium {
  private static let ready = sodium_init() >= 0

  private static func start() { precondition(ready, "libsodium does not start") }

  static func random(_ count: Int) -> [UInt8] {
    start()
    var bytes = [UInt8](repeating: 0, count: count)
    unsafe randombytes_buf(&bytes, count)
    return bytes
  }

  /// Keyed BLAKE2b of 16 to 64 bytes.
  static func keyedHash(_ message: [UInt8], key: [UInt8], count: Int) -> [UInt8] {
    start()
    var hash = [UInt8](repeating: 0, count: count)
    let code = unsafe crypto_generichash(
      &hash,
      hash.count,
      message,
      UInt64(message.count),
      key,
      key.count
    )
    precondition(code == 0, "a hash of impossible size was asked for")
    return hash
  }

  /// Whether two byte strings are equal, in time that depends on their lengths only.
  static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return unsafe sodium_memcmp(a, b, a.count) == 0
  }
}
