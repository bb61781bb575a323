package import Storage

extension SQLiteIdentityStore {
  package func addUser(
    email: String,
    passwordHash: String,
    role: Role,
    by actor: Actor
  ) throws(StoreError) -> User? {
    let operation = "add a user"
    return try change(to: operation) { revision throws(StoreError) in
      guard try user(email: email) == nil, try count("user") < IdentityLimit.users else {
        return nil
      }
      try statement(
        """
        INSERT INTO user (email, password_hash, role, generation, created, changed)
        VALUES (?, ?, ?, 1, ?, ?)
        """,
        email,
        passwordHash,
        Int64(role.rawValue),
        actor.time,
        revision,
        to: operation
      ).run()
      try endSetup(role)
      try write(actor, "user.add", email, role.word)
      return try user(email: email)
    }
  }

  private func endSetup(_ role: Role) throws(StoreError) {
    guard role == .admin else { return }
    try statement("UPDATE state SET setup_hash = ''", to: "end the one-time token").run()
  }

  /// Sets a column of a user, who is then known by a later generation.
  private func change(
    _ id: Int64,
    _ column: String,
    _ value: any SQLValue,
    _ actor: Actor,
    _ action: String,
    _ detail: String = "",
    then finish: () throws(StoreError) -> Void = {}
  ) throws(StoreError) -> User? {
    let operation = "change a user"
    return try change(to: operation) { revision throws(StoreError) in
      try statement(
        "UPDATE user SET \(column) = ?, generation = generation + 1, changed = ? WHERE id = ?",
        value,
        revision,
        id,
        to: operation
      ).run()
      guard let user = try readUsers("id = ?", id).first else { return nil }
      try finish()
      try write(actor, action, user.email, detail)
      return user
    }
  }

  package func setRole(
    _ role: Role,
    ofUser id: Int64,
    by actor: Actor
  ) throws(StoreError) -> User? {
    try change(id, "role", Int64(role.rawValue), actor, "user.role", role.word) {
      () throws(StoreError) in try endSetup(role)
    }
  }

  package func setPassword(
    hash: String,
    ofUser id: Int64,
    by actor: Actor
  ) throws(StoreError) -> User? {
    try change(id, "password_hash", hash, actor, "user.password")
  }

  package func endTokens(ofUser id: Int64, by actor: Actor) throws(StoreError) -> User? {
    try change(id, "id", id, actor, "user.logout")
  }

  package func user(email: String) throws(StoreError) -> User? {
    try readUsers("email = ?", email).first
  }

  package func users(after id: Int64, limit: Int) throws(StoreError) -> [User] {
    try readUsers("id > ? ORDER BY id LIMIT \(limit)", id)
  }

  package func administrators() throws(StoreError) -> Int {
    let sql = "SELECT count(*) FROM user WHERE role = \(Role.admin.rawValue)"
    return Int(try statement(sql, to: "count administrators").first { $0.integer(0) } ?? 0)
  }

  func readUsers(
    _ condition: String,
    _ value: any SQLValue
  ) throws(StoreError) -> [User] {
    let operation = "read users"
    let rows = try statement(
      """
      SELECT id, email, password_hash, role, generation, created FROM user WHERE \(condition)
      """,
      value,
      to: operation
    )
    var users: [User?] = []
    while try rows.next() {
      let role = UInt8(exactly: rows.integer(3)).flatMap(Role.init(rawValue:))
      users.append(
        role.map {
          User(
            id: rows.integer(0),
            email: rows.text(1),
            passwordHash: rows.text(2),
            role: $0,
            generation: rows.integer(4),
            created: rows.integer(5)
          )
        }
      )
    }
    return try sound(users, operation)
  }

  /// The rows, all of which must have values in range.
  func sound<Row>(_ rows: [Row?], _ operation: String) throws(StoreError) -> [Row] {
    let found = rows.compactMap(\.self)
    guard found.count == rows.count else {
      throw StoreError(.damaged, operation, "a row has values out of range")
    }
    return found
  }
}
