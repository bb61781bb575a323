/// The reference of `IdentityStore`: plain arrays, gone with the process.
package final class MemoryIdentityStore: IdentityStore {
  private var userRows: [User] = []
  private var keyRows: [APIKey] = []
  private var userRevisions: [Int64] = []
  private var keyRevisions: [Int64] = []
  private var revision: Int64 = 0
  private var setup: SecretDigest?
  private var log: [AuditEntry] = []

  package init() {}

  private func note(_ actor: Actor, _ action: String, _ subject: String, _ detail: String = "") {
    log.append(AuditEntry(id: Int64(log.count + 1), by: actor, action, subject, detail))
  }

  private func isKnown(_ email: String) -> Bool {
    userRows.contains { AuditWords.folded($0.email) == AuditWords.folded(email) }
  }

  package func addUser(
    email: String,
    passwordHash: String,
    role: Role,
    by actor: Actor
  ) throws(StoreError) -> User? {
    guard !isKnown(email), userRows.count < IdentityLimit.users else { return nil }
    revision += 1
    let user = User(
      id: Int64(userRows.count + 1),
      email: email,
      passwordHash: passwordHash,
      role: role,
      generation: 1,
      created: actor.time
    )
    userRows.append(user)
    userRevisions.append(revision)
    if role == .admin { setup = nil }
    note(actor, "user.add", email, role.word)
    return user
  }

  /// Changes a user, who is then known by a later generation.
  private func change(
    _ id: Int64,
    _ actor: Actor,
    _ action: String,
    _ detail: String = "",
    _ edit: (inout User) -> Void
  ) -> User? {
    guard let place = userRows.firstIndex(where: { $0.id == id }) else { return nil }
    revision += 1
    edit(&userRows[place])
    userRows[place].generation += 1
    userRevisions[place] = revision
    note(actor, action, userRows[place].email, detail)
    return userRows[place]
  }

  package func setRole(
    _ role: Role,
    ofUser id: Int64,
    by actor: Actor
  ) throws(StoreError) -> User? {
    let user = change(id, actor, "user.role", role.word) { $0.role = role }
    if user != nil, role == .admin { setup = nil }
    return user
  }

  package func setPassword(
    hash: String,
    ofUser id: Int64,
    by actor: Actor
  ) throws(StoreError) -> User? {
    change(id, actor, "user.password") { $0.passwordHash = hash }
  }

  package func endTokens(ofUser id: Int64, by actor: Actor) throws(StoreError) -> User? {
    change(id, actor, "user.logout") { _ in }
  }

  package func user(email: String) throws(StoreError) -> User? {
    userRows.first { AuditWords.folded($0.email) == AuditWords.folded(email) }
  }

  package func users(after id: Int64, limit: Int) throws(StoreError) -> [User] {
    Array(userRows.filter { $0.id > id }.prefix(limit))
  }

  package func administrators() throws(StoreError) -> Int {
    userRows.count { $0.role == .admin }
  }

  package func addKey(_ key: APIKey, by actor: Actor) throws(StoreError) -> APIKey? {
    guard keyRows.count < IdentityLimit.keys else { return nil }
    revision += 1
    var key = key
    key.id = Int64(keyRows.count + 1)
    keyRows.append(key)
    keyRevisions.append(revision)
    note(actor, "key.issue", AuditWords.key(key), AuditWords.scopes(key))
    return key
  }

  private func change(
    _ id: Int64,
    _ actor: Actor,
    _ action: String,
    _ edit: (inout APIKey) -> Void
  ) -> APIKey? {
    guard let place = keyRows.firstIndex(where: { $0.id == id && $0.revoked == nil }) else {
      return nil
    }
    revision += 1
    edit(&keyRows[place])
    keyRevisions[place] = revision
    note(actor, action, AuditWords.key(keyRows[place]))
    return keyRows[place]
  }

  package func rotateKey(
    _ id: Int64,
    to digest: SecretDigest,
    by actor: Actor
  ) throws(StoreError) -> APIKey? {
    change(id, actor, "key.rotate") { $0.digest = digest }
  }

  package func revokeKey(_ id: Int64, by actor: Actor) throws(StoreError) -> APIKey? {
    change(id, actor, "key.revoke") { $0.revoked = actor.time }
  }

  package func keys(after id: Int64, limit: Int) throws(StoreError) -> [APIKey] {
    Array(keyRows.filter { $0.id > id }.prefix(limit))
  }

  package func changes(after revision: Int64) throws(StoreError) -> IdentityChanges {
    var changes = IdentityChanges(revision: self.revision)
    changes.users = zip(userRows, userRevisions).filter { $0.1 > revision }.map(\.0)
    changes.keys = zip(keyRows, keyRevisions).filter { $0.1 > revision }.map(\.0)
    return changes
  }

  package func setupDigest() throws(StoreError) -> SecretDigest? { setup }

  package func setSetupDigest(_ digest: SecretDigest, by actor: Actor) throws(StoreError) {
    setup = digest
    note(actor, "setup.token", "")
  }

  package func record(_ entries: [AuditEntry]) throws(StoreError) {
    for entry in entries { note(entry.by, entry.action, entry.subject, entry.detail) }
  }

  package func audit(before id: Int64?, limit: Int) throws(StoreError) -> [AuditEntry] {
    Array(log.reversed().filter { $0.id < id ?? .max }.prefix(limit))
  }
}
