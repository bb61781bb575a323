/// Makes and checks secrets: keys, passwords and tokens.
package protocol Secrets: Sendable {
  /// The digest by which a key is known; less than a microsecond.
  func digest(_ secret: borrowing Span<UInt8>) -> SecretDigest

  /// A new random secret of 256 bits behind a prefix.
  func newSecret(_ prefix: String) -> String

  /// A salted hash that takes long to make, about a tenth of a second; nil without the memory.
  func hash(password: String) -> String?

  /// Whether a password is the one of a hash; takes as long as making it.
  func isPassword(_ password: String, of hash: String) -> Bool

  /// A signed token.
  func token(_ claims: TokenClaims) -> String

  /// What a token says, if it was signed here and for these claims; its end is not looked at.
  func claims(of token: [UInt8]) -> TokenClaims?
}

extension Secrets {
  /// The digest of a text.
  package func digest(_ secret: String) -> SecretDigest {
    let bytes = Array(secret.utf8)
    return digest(bytes.span)
  }
}

/// What a token says of its user.
package struct TokenClaims: Sendable, Hashable {
  package static let lifeSeconds: Int64 = 30 * 60

  package var email: String
  /// Seconds since 1970.
  package var expires: Int64
  package var role: Role
  /// The user's generation when the token was made.
  package var generation: Int64

  package init(email: String, expires: Int64, role: Role, generation: Int64) {
    self.email = email
    self.expires = expires
    self.role = role
    self.generation = generation
  }
}
