package import Storage

/// The platform's secrets: BLAKE2b and argon2id by libsodium, tokens by libjwt.
package struct VaultSecrets: Secrets {
  private let tokenKey: [UInt8]

  /// Signs tokens by a key of one byte or more.
  package init(tokenKey: [UInt8]) {
    precondition(!tokenKey.isEmpty, "tokens are signed by a key")
    self.tokenKey = tokenKey
  }

  package func digest(_ secret: borrowing Span<UInt8>) -> SecretDigest { Sodium.digest(secret) }

  package func newSecret(_ prefix: String) -> String {
    prefix + Base64URL.text(Sodium.random(SecretDigest.bytesCount))
  }

  package func hash(password: String) -> String? { Sodium.passwordHash(Array(password.utf8)) }

  package func isPassword(_ password: String, of hash: String) -> Bool {
    Sodium.isPassword(Array(password.utf8), of: hash)
  }

  package func token(_ claims: TokenClaims) -> String {
    guard let token = WebToken(), token.set("email", claims.email),
      token.set("exp", claims.expires), token.set("role", claims.role.word),
      token.set("generation", claims.generation), let text = token.signed(key: tokenKey)
    else { preconditionFailure("libjwt does not sign") }
    return text
  }

  /// The signature is compared in constant time before anything of the token is parsed, so that
  /// the parser meets only what was signed here.
  package func claims(of token: [UInt8]) -> TokenClaims? {
    guard let end = token.lastIndex(of: UInt8(ascii: ".")),
      token.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
      let signature = Base64URL.bytes(token[(end + 1)...]),
      Sodium.equal(signature, Sodium.authenticate(Array(token[..<end]), key: tokenKey)),
      let read = WebToken(String(decoding: token, as: UTF8.self), key: tokenKey),
      let email = read.text("email"), let role = read.text("role").flatMap(Role.init(word:))
    else { return nil }
    return TokenClaims(
      email: email,
      expires: read.number("exp"),
      role: role,
      generation: read.number("generation")
    )
  }
}

/// RFC 4648's alphabet for addresses, without padding.
enum Base64URL {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
  )

  static func text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var bits = 0
    var count = 0
    for byte in bytes {
      bits = (bits << 8 | Int(byte)) & 0xFFFF
      count += 8
      while count >= 6 {
        count -= 6
        text.append(digits[bits >> count & 63])
      }
    }
    if count > 0 { text.append(digits[bits << (6 - count) & 63]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of a text; nil where it has other characters, or bits that stand for nothing.
  static func bytes(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits = 0
    var count = 0
    for character in text {
      guard let digit = digits.firstIndex(of: character) else { return nil }
      bits = (bits << 6 | digit) & 0xFFFF
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return count < 6 && bits & (1 << count - 1) == 0 ? bytes : nil
  }
}
