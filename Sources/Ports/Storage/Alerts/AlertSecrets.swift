/// Seals what must not be read from the files of alerts, and signs what leaves the platform.
package protocol AlertSecrets: Sendable {
  /// The token that stands for an account holder.
  func subject(source: String, account: String) -> String

  /// Seals a text with the key of a subject, which is made where there is none; without a subject
  /// with the platform's own. Nil where the key cannot be kept.
  func seal(_ text: String, of subject: String?) -> [UInt8]?

  /// The text that was sealed; nil where its key is gone or the bytes were changed.
  func open(_ sealed: [UInt8], of subject: String?) -> String?

  /// Destroys a subject's key: what it sealed can never be read again. Whether there was one.
  func destroyKey(of subject: String) -> Bool

  /// HMAC of SHA-256.
  func authenticate(_ message: [UInt8], key: String) -> [UInt8]

  /// A new random secret of 256 bits behind a prefix.
  func newSecret(_ prefix: String) -> String
}
