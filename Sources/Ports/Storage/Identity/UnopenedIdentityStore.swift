/// Stands for a store of users and keys that could not be opened: everything fails as the opening
/// did, until the next start.
package final class UnopenedIdentityStore: IdentityStore {
  private let failure: StoreError

  package init(_ failure: StoreError) { self.failure = failure }

  private func fail<Value>() throws(StoreError) -> Value { throw failure }

  package func addUser(
    email: String,
    passwordHash: String,
    role: Role,
    by actor: Actor
  ) throws(StoreError) -> User? { try fail() }

  package func setRole(
    _ role: Role,
    ofUser id: Int64,
    by actor: Actor
  ) throws(StoreError) -> User? { try fail() }

  package func setPassword(
    hash: String,
    ofUser id: Int64,
    by actor: Actor
  ) throws(StoreError) -> User? { try fail() }

  package func endTokens(ofUser id: Int64, by actor: Actor) throws(StoreError) -> User? {
    try fail()
  }

  package func user(email: String) throws(StoreError) -> User? { try fail() }

  package func users(after id: Int64, limit: Int) throws(StoreError) -> [User] { try fail() }

  package func administrators() throws(StoreError) -> Int { try fail() }

  package func addKey(_ key: APIKey, by actor: Actor) throws(StoreError) -> APIKey? { try fail() }

  package func rotateKey(
    _ id: Int64,
    to digest: SecretDigest,
    by actor: Actor
  ) throws(StoreError) -> APIKey? { try fail() }

  package func revokeKey(_ id: Int64, by actor: Actor) throws(StoreError) -> APIKey? { try fail() }

  package func keys(after id: Int64, limit: Int) throws(StoreError) -> [APIKey] { try fail() }

  package func changes(after revision: Int64) throws(StoreError) -> IdentityChanges { try fail() }

  package func setupDigest() throws(StoreError) -> SecretDigest? { try fail() }

  package func setSetupDigest(
    _ digest: SecretDigest,
    by actor: Actor
  ) throws(StoreError) { throw failure }

  package func record(_ entries: [AuditEntry]) throws(StoreError) { throw failure }

  package func audit(before id: Int64?, limit: Int) throws(StoreError) -> [AuditEntry] {
    try fail()
  }
}
