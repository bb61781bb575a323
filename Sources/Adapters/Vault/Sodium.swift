// Safety: libsodium is handed arrays and spans inside the closures that own them, with their own
// counts; output arrays are allocated with the sizes that its constants name.
import CSodium
import Storage

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

  /// BLAKE2b of 256 bits.
  static func digest(_ message: borrowing Span<UInt8>) -> SecretDigest {
    start()
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    let code = unsafe withUnsafeMutableBytes(of: &words) { output in
      unsafe message.withUnsafeBufferPointer { input in
        guard let start = output.baseAddress else { return Int32(-1) }
        return unsafe crypto_generichash(
          start.assumingMemoryBound(to: UInt8.self),
          output.count,
          input.baseAddress,
          UInt64(input.count),
          nil,
          0
        )
      }
    }
    precondition(code == 0, "a hash of impossible size was asked for")
    return SecretDigest(
      UInt64(bigEndian: words.0),
      UInt64(bigEndian: words.1),
      UInt64(bigEndian: words.2),
      UInt64(bigEndian: words.3)
    )
  }

  /// HMAC of SHA-256.
  static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    start()
    var state = crypto_auth_hmacsha256_state()
    var code = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha256_BYTES))
    unsafe crypto_auth_hmacsha256_init(&state, key, key.count)
    unsafe crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
    unsafe crypto_auth_hmacsha256_final(&state, &code)
    return code
  }

  /// XChaCha20-Poly1305 with a random nonce, which stands first; `context` is authenticated too.
  static func seal(_ text: [UInt8], key: [UInt8], context: [UInt8]) -> [UInt8] {
    start()
    precondition(key.count == Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES), "a key's size")
    let nonce = random(Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES))
    let tagBytes = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
    var sealed = [UInt8](repeating: 0, count: text.count + tagBytes)
    unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
      &sealed,
      nil,
      text,
      UInt64(text.count),
      context,
      UInt64(context.count),
      nil,
      nonce,
      key
    )
    return nonce + sealed
  }

  /// What `seal` sealed; nil where a byte, the key or the context is another.
  static func open(_ sealed: [UInt8], key: [UInt8], context: [UInt8]) -> [UInt8]? {
    start()
    precondition(key.count == Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES), "a key's size")
    let nonceBytes = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    let tagBytes = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
    guard sealed.count >= nonceBytes + tagBytes else { return nil }
    let nonce = Array(sealed[..<nonceBytes])
    let rest = Array(sealed[nonceBytes...])
    var text = [UInt8](repeating: 0, count: rest.count - tagBytes)
    let code = unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
      &text,
      nil,
      nil,
      rest,
      UInt64(rest.count),
      context,
      UInt64(context.count),
      nonce,
      key
    )
    return code == 0 ? text : nil
  }

  /// argon2id with libsodium's limits for people who wait: 2 passes over 64 MiB; nil without them.
  static func passwordHash(_ password: [UInt8]) -> String? {
    start()
    var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
    let code = unsafe crypto_pwhash_str(
      &text,
      password.map(CChar.init(bitPattern:)),
      UInt64(password.count),
      UInt64(crypto_pwhash_OPSLIMIT_INTERACTIVE),
      Int(crypto_pwhash_MEMLIMIT_INTERACTIVE)
    )
    guard code == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Whether a password is the one of a hash that `passwordHash` made.
  static func isPassword(_ password: [UInt8], of hash: String) -> Bool {
    start()
    let bytes = password.map(CChar.init(bitPattern:))
    return unsafe crypto_pwhash_str_verify(hash, bytes, UInt64(bytes.count)) == 0
  }
}
