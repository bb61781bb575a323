import Payments
package import Storage

/// Users, keys and the audit log in one SQLite file, which several processes may change.
///
/// What a call has changed is on the disk when it returns, also after a power cut.
package final class SQLiteIdentityStore: IdentityStore {
  private static let cacheKiBMax = 2 << 10

  let connection: Connection
  private var statements: [String: Statement] = [:]

  /// Opens a file, creating it for its owner alone.
  package init(path: String) throws(StoreError) {
    connection = try StoreFile.openDurable(
      path,
      IdentityMigrations.steps,
      cacheKiBMax: SQLiteIdentityStore.cacheKiBMax
    )
  }

  /// A statement with its values bound, prepared when it is first asked for.
  func statement(
    _ sql: String,
    _ values: any SQLValue...,
    to operation: String
  ) throws(StoreError) -> Statement {
    let found: Statement
    if let known = statements[sql] {
      found = known
    } else {
      found = try Statement(connection, sql, to: operation)
      statements[sql] = found
    }
    for (index, value) in values.enumerated() { try value.bind(to: found, at: Int32(index + 1)) }
    return found
  }

  /// Makes a change in one transaction, with the revision that it leads to.
  func change<Result>(
    to operation: String,
    _ body: (_ revision: Int64) throws(StoreError) -> Result?
  ) throws(StoreError) -> Result? {
    var result: Result?
    try connection.transaction(to: operation) { () throws(StoreError) in
      try statement("UPDATE state SET revision = revision + 1", to: operation).run()
      result = try body(try revision())
    }
    return result
  }

  func revision() throws(StoreError) -> Int64 {
    try statement("SELECT revision FROM state", to: "read the revision").first { $0.integer(0) }
      ?? 0
  }

  func count(_ table: String) throws(StoreError) -> Int64 {
    try statement("SELECT count(*) FROM \(table)", to: "count rows").first { $0.integer(0) } ?? 0
  }

  func write(
    _ actor: Actor,
    _ action: String,
    _ subject: String,
    _ detail: String = ""
  ) throws(StoreError) {
    try statement(
      "INSERT INTO audit (at, actor, peer, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)",
      actor.time,
      actor.name,
      actor.peer,
      action,
      subject,
      detail,
      to: "write the audit log"
    ).run()
  }

  package func changes(after revision: Int64) throws(StoreError) -> IdentityChanges {
    let newest = try self.revision()
    var changes = IdentityChanges(revision: newest)
    // A change that comes between the two reads is met again by its revision the next time.
    if newest == revision { return changes }
    changes.users = try readUsers("changed > ? ORDER BY id", revision)
    changes.keys = try readKeys("changed > ? ORDER BY id", revision)
    return changes
  }

  package func setupDigest() throws(StoreError) -> SecretDigest? {
    let text = try statement("SELECT setup_hash FROM state", to: "read the one-time token")
      .first { $0.text(0) }
    return text.flatMap(SecretDigest.init(hexadecimal:))
  }

  package func setSetupDigest(_ digest: SecretDigest, by actor: Actor) throws(StoreError) {
    let operation = "keep the one-time token"
    try connection.transaction(to: operation) { () throws(StoreError) in
      try statement("UPDATE state SET setup_hash = ?", digest.hexadecimal, to: operation).run()
      try write(actor, "setup.token", "")
    }
  }

  package func record(_ entries: [AuditEntry]) throws(StoreError) {
    try connection.transaction(to: "write the audit log") { () throws(StoreError) in
      for entry in entries { try write(entry.by, entry.action, entry.subject, entry.detail) }
    }
  }

  package func audit(before id: Int64?, limit: Int) throws(StoreError) -> [AuditEntry] {
    let rows = try statement(
      """
      SELECT id, at, actor, peer, action, subject, detail FROM audit WHERE id < ?
      ORDER BY id DESC LIMIT ?
      """,
      id ?? .max,
      Int64(limit),
      to: "read the audit log"
    )
    var entries: [AuditEntry] = []
    while try rows.next() {
      let actor = Actor(name: rows.text(2), peer: rows.text(3), time: rows.integer(1))
      entries.append(
        AuditEntry(id: rows.integer(0), by: actor, rows.text(4), rows.text(5), rows.text(6))
      )
    }
    return entries
  }
}

/// A value that a parameter of a statement takes.
protocol SQLValue {
  func bind(to statement: Statement, at index: Int32) throws(StoreError)
}

extension Int64: SQLValue {
  func bind(to statement: Statement, at index: Int32) throws(StoreError) {
    try statement.bind(self, at: index)
  }
}

extension String: SQLValue {
  func bind(to statement: Statement, at index: Int32) throws(StoreError) {
    try statement.bind(self, at: index)
  }
}

extension SecretDigest {
  /// As it stands in the file.
  var hexadecimal: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  init?(hexadecimal text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 2 * SecretDigest.bytesCount else { return nil }
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
    self.init(bytes)
  }
}
