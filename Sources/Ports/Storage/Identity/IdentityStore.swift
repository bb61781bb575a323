/// Users, keys and the audit log; each change is written together with its line of the log.
///
/// One thread uses a store; other processes may change the same one.
package protocol IdentityStore: AnyObject {
  /// Adds a user; nil where the email is taken, or the store has `IdentityLimit.users`.
  ///
  /// An administrator ends the one-time token of the first start.
  func addUser(
    email: String,
    passwordHash: String,
    role: Role,
    by actor: Actor
  ) throws(StoreError) -> User?

  /// Gives a user a role and ends the user's tokens; nil where there is no such user.
  func setRole(_ role: Role, ofUser id: Int64, by actor: Actor) throws(StoreError) -> User?

  /// Gives a user a password and ends the user's tokens; nil where there is no such user.
  func setPassword(
    hash: String,
    ofUser id: Int64,
    by actor: Actor
  ) throws(StoreError) -> User?

  /// Ends a user's tokens; nil where there is no such user.
  func endTokens(ofUser id: Int64, by actor: Actor) throws(StoreError) -> User?

  /// A user by email, without regard to case.
  func user(email: String) throws(StoreError) -> User?

  /// Users by id, behind one of them.
  func users(after id: Int64, limit: Int) throws(StoreError) -> [User]

  /// How many users are administrators.
  func administrators() throws(StoreError) -> Int

  /// Adds a key, whose id is given to it; nil where the store has `IdentityLimit.keys`.
  func addKey(_ key: APIKey, by actor: Actor) throws(StoreError) -> APIKey?

  /// Gives a key another secret; nil where there is no such key, or it is revoked.
  func rotateKey(
    _ id: Int64,
    to digest: SecretDigest,
    by actor: Actor
  ) throws(StoreError) -> APIKey?

  /// Ends a key; nil where there is no such key, or it is revoked already.
  func revokeKey(_ id: Int64, by actor: Actor) throws(StoreError) -> APIKey?

  /// Keys by id, behind one of them, revoked ones too.
  func keys(after id: Int64, limit: Int) throws(StoreError) -> [APIKey]

  /// What changed after a revision; all where the revision is 0.
  func changes(after revision: Int64) throws(StoreError) -> IdentityChanges

  /// The digest of the one-time token of the first start, until it is used.
  func setupDigest() throws(StoreError) -> SecretDigest?

  /// Keeps the digest of a new one-time token.
  func setSetupDigest(_ digest: SecretDigest, by actor: Actor) throws(StoreError)

  /// Adds lines to the audit log for what was done elsewhere.
  func record(_ entries: [AuditEntry]) throws(StoreError)

  /// The audit log, newest first, before one of its lines.
  func audit(before id: Int64?, limit: Int) throws(StoreError) -> [AuditEntry]
}

/// How much an identity store holds.
package enum IdentityLimit {
  package static let users = 100_000
  /// Revoked ones included.
  package static let keys = 10_000
}
