/// How the audit log names things, the same in every store.
package enum AuditWords {
  /// An email as it is compared: ASCII letters without case.
  package static func folded(_ email: String) -> String {
    String(
      decoding: email.utf8.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 },
      as: UTF8.self
    )
  }

  /// A key by its number and name.
  package static func key(_ key: APIKey) -> String { "\(key.id) \(key.name)" }

  /// What a key may do.
  package static func scopes(_ key: APIKey) -> String {
    let limit = key.rate.map { ", \($0.requests) per \($0.seconds) s" } ?? ""
    return key.scopes.words.joined(separator: " ") + limit
  }
}
