package import Storage

extension SQLiteIdentityStore {
  package func addKey(_ key: APIKey, by actor: Actor) throws(StoreError) -> APIKey? {
    let operation = "add a key"
    return try change(to: operation) { revision throws(StoreError) in
      guard try count("api_key") < IdentityLimit.keys else { return nil }
      try statement(
        """
        INSERT INTO api_key (name, hash, scopes, rate_requests, rate_seconds, created, expires,
          revoked, changed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        key.name,
        key.digest.hexadecimal,
        Int64(key.scopes.rawValue),
        Int64(key.rate?.requests ?? 0),
        Int64(key.rate?.seconds ?? 0),
        key.created,
        key.expires ?? 0,
        key.revoked ?? 0,
        revision,
        to: operation
      ).run()
      guard let added = try readKeys("hash = ?", key.digest.hexadecimal).first else { return nil }
      try write(actor, "key.issue", AuditWords.key(added), AuditWords.scopes(added))
      return added
    }
  }

  private func change(
    _ id: Int64,
    _ column: String,
    _ value: any SQLValue,
    _ actor: Actor,
    _ action: String
  ) throws(StoreError) -> APIKey? {
    let operation = "change a key"
    return try change(to: operation) { revision throws(StoreError) in
      try statement(
        "UPDATE api_key SET \(column) = ?, changed = ? WHERE id = ? AND revoked = 0",
        value,
        revision,
        id,
        to: operation
      ).run()
      guard connection.changes == 1, let key = try readKeys("id = ?", id).first else { return nil }
      try write(actor, action, AuditWords.key(key))
      return key
    }
  }

  package func rotateKey(
    _ id: Int64,
    to digest: SecretDigest,
    by actor: Actor
  ) throws(StoreError) -> APIKey? {
    try change(id, "hash", digest.hexadecimal, actor, "key.rotate")
  }

  package func revokeKey(_ id: Int64, by actor: Actor) throws(StoreError) -> APIKey? {
    try change(id, "revoked", actor.time, actor, "key.revoke")
  }

  package func keys(after id: Int64, limit: Int) throws(StoreError) -> [APIKey] {
    try readKeys("id > ? ORDER BY id LIMIT \(limit)", id)
  }

  func readKeys(
    _ condition: String,
    _ value: any SQLValue
  ) throws(StoreError) -> [APIKey] {
    let operation = "read keys"
    let rows = try statement(
      """
      SELECT id, name, hash, scopes, rate_requests, rate_seconds, created, expires, revoked
      FROM api_key WHERE \(condition)
      """,
      value,
      to: operation
    )
    var keys: [APIKey?] = []
    while try rows.next() { keys.append(SQLiteIdentityStore.key(rows)) }
    return try sound(keys, operation)
  }

  private static func key(_ row: Statement) -> APIKey? {
    guard let digest = SecretDigest(hexadecimal: row.text(2)),
      let scopes = UInt8(exactly: row.integer(3))
    else { return nil }
    func present(_ column: Int32) -> Int64? { row.integer(column) == 0 ? nil : row.integer(column) }
    return APIKey(
      id: row.integer(0),
      name: row.text(1),
      digest: digest,
      scopes: Permissions(rawValue: scopes),
      rate: RateLimit(
        requests: Int(clamping: row.integer(4)),
        seconds: Int(clamping: row.integer(5))
      ),
      created: row.integer(6),
      expires: present(7),
      revoked: present(8)
    )
  }
}
