package import Storage

/// Alerts, and how those who are told of them are told, in one SQLite file of their own.
///
/// What a call has changed is on the disk when it returns, also after a power cut.
package final class SQLiteAlertStore: AlertStore {
  private static let cacheKiBMax = 8 << 10

  let connection: Connection
  private var statements: [String: Statement] = [:]
  /// Transactions of the past are counted now and then, not at each hit.
  private var hitsUntilTrim = 0

  /// Opens a file, creating it for its owner alone.
  package init(path: String) throws(StoreError) {
    connection = try StoreFile.openDurable(
      path,
      AlertMigrations.steps,
      cacheKiBMax: SQLiteAlertStore.cacheKiBMax
    )
  }

  /// A statement with its values bound, prepared when it is first asked for.
  func statement(
    _ sql: String,
    _ values: any SQLValue...,
    to operation: String
  ) throws(StoreError) -> Statement {
    try statement(sql, with: values, to: operation)
  }

  func statement(
    _ sql: String,
    with values: [any SQLValue],
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

  func number(
    _ sql: String,
    _ values: any SQLValue...,
    to operation: String
  ) throws(StoreError) -> Int64? {
    try statement(sql, with: values, to: operation).first { $0.integer(0) }
  }

  /// Makes a change in one transaction and gives what it led to.
  func change<Result>(
    to operation: String,
    _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    var result: Result?
    try connection.transaction(to: operation) { () throws(StoreError) in result = try body() }
    guard let result else { throw StoreError(.inputOutput, operation, "nothing came of it") }
    return result
  }

  package func storeID() throws(StoreError) -> String {
    try statement("SELECT id FROM store", to: "read the store's id").first { $0.text(0) } ?? ""
  }

  package func raise(
    _ hits: [AlertHit],
    window: Int64,
    upTo cursor: StoreCursor?
  ) throws(StoreError) -> [RaisedAlert] {
    try change(to: "raise alerts") { () throws(StoreError) in
      var raised: [RaisedAlert] = []
      for hit in hits { raised.append(try raise(hit, window)) }
      hitsUntilTrim -= hits.count
      if hitsUntilTrim <= 0 { try trim() }
      if let cursor { try setCursor(SQLiteAlertStore.logName, cursor) }
      return raised
    }
  }

  private func raise(_ hit: AlertHit, _ window: Int64) throws(StoreError) -> RaisedAlert {
    let operation = "raise an alert"
    let newest = try readAlerts(
      "kind = ? AND key = ? ORDER BY id DESC LIMIT 1",
      [Int64(hit.kind.rawValue), hit.key]
    ).first
    var result: RaisedAlert
    if var alert = newest, hit.belongs(to: alert, window: window) {
      alert.count += 1
      alert.lastSeen = max(alert.lastSeen, hit.time)
      alert.changed = hit.time
      if alert.state == .resolved { alert.state = .triggered }
      try statement(
        "UPDATE alert SET count = ?, last_seen = ?, changed = ?, state = ? WHERE id = ?",
        Int64(alert.count),
        alert.lastSeen,
        alert.changed,
        Int64(alert.state.rawValue),
        alert.id,
        to: operation
      ).run()
      result = RaisedAlert(alert: alert, notice: nil)
    } else {
      let alert = try insert(hit.alert)
      result = RaisedAlert(alert: alert, notice: try notify(alert: alert.id, at: hit.time))
    }
    guard let subject = hit.subject else { return result }
    try statement(
      """
      INSERT INTO alerted_transaction (alert, source, seen, transaction_id, channel, amount, score,
        account, counterparty, time, position)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      with: [result.alert.id, hit.source, hit.time] + SQLiteAlertStore.values(of: subject),
      to: operation
    ).run()
    return result
  }

  private func trim() throws(StoreError) {
    let operation = "forget the oldest transactions of alerts"
    hitsUntilTrim = 10_000
    try statement(
      """
      DELETE FROM alerted_transaction WHERE id <=
        (SELECT max(id) FROM alerted_transaction) - \(AlertLimit.transactions)
      """,
      to: operation
    ).run()
  }

  func notify(alert: Int64, day: Int64 = 0, at time: Int64) throws(StoreError) -> Int64 {
    let operation = "write a notice"
    return try number(
      "INSERT INTO notice (alert, day, created) VALUES (?, ?, ?) RETURNING id",
      alert,
      day,
      time,
      to: operation
    ) ?? 0
  }

  package func add(price alert: Alert) throws(StoreError) -> Alert? {
    let operation = "add a price alert"
    return try change(to: operation) { () throws(StoreError) in
      let same = try number(
        "SELECT count(*) FROM alert WHERE kind = 0 AND key = ? AND state = 0",
        alert.key,
        to: operation
      )
      let all = try number(
        "SELECT count(*) FROM alert WHERE owner = ? AND owner <> 0 AND state = 0",
        alert.owner,
        to: operation
      )
      guard same == 0, all ?? 0 < AlertLimit.waitingPrices else { return nil }
      return try insert(alert)
    }
  }

  package func change(
    _ id: Int64,
    _ change: AlertChange,
    at time: Int64,
    until snoozed: Int64
  ) throws(StoreError) -> AlertChangeResult {
    try self.change(to: "change an alert") { () throws(StoreError) in
      try apply(id, change, at: time, until: snoozed)
    }
  }

  func apply(
    _ id: Int64,
    _ change: AlertChange,
    at time: Int64,
    until snoozed: Int64 = 0
  ) throws(StoreError) -> AlertChangeResult {
    guard var alert = try self.alert(id) else { return .unknown }
    guard let state = alert.state.after(change) else { return .refused(alert) }
    alert.state = state
    alert.changed = time
    alert.snoozedUntil = change == .snooze ? snoozed : 0
    try statement(
      "UPDATE alert SET state = ?, changed = ?, snoozed_until = ? WHERE id = ?",
      Int64(state.rawValue),
      time,
      alert.snoozedUntil,
      id,
      to: "change an alert"
    ).run()
    if change == .trigger || change == .wake { _ = try notify(alert: id, at: time) }
    return .changed(alert)
  }

  package func resolve(_ kind: AlertKind, key: String, at time: Int64) throws(StoreError) {
    try change(to: "resolve an alert") { () throws(StoreError) in
      let id = try number(
        "SELECT id FROM alert WHERE kind = ? AND key = ? ORDER BY id DESC LIMIT 1",
        Int64(kind.rawValue),
        key,
        to: "resolve an alert"
      )
      if let id { _ = try apply(id, .resolve, at: time) }
    }
  }

  package func wake(at time: Int64) throws(StoreError) -> Int {
    let over = try readAlerts(
      "state IN (0, 3) AND state = 3 AND snoozed_until <= ? ORDER BY id",
      [time]
    )
    if over.isEmpty { return 0 }
    return try change(to: "end snoozes") { () throws(StoreError) in
      for alert in over { _ = try apply(alert.id, .wake, at: time) }
      return over.count
    }
  }

  package func expire(_ kind: AlertKind, before time: Int64) throws(StoreError) {
    let operation = "remove old alerts"
    try change(to: operation) { () throws(StoreError) in
      try remove(
        "SELECT id FROM alert WHERE kind = ? AND last_seen < ?",
        [Int64(kind.rawValue), time],
        to: operation
      )
      guard kind == .fraud else { return }
      try statement("DELETE FROM alerted_transaction WHERE seen < ?", time, to: operation).run()
    }
  }

  /// Removes the alerts that a query finds with all that belongs to them.
  private func remove(
    _ old: String,
    _ values: [any SQLValue],
    to operation: String
  ) throws(StoreError) {
    for sql in [
      "DELETE FROM delivery WHERE notice IN (SELECT id FROM notice WHERE alert IN (\(old)))",
      "DELETE FROM notice WHERE alert IN (\(old))",
      "DELETE FROM alerted_transaction WHERE alert IN (\(old))",
      "DELETE FROM alert WHERE id IN (\(old))",
    ] {
      try statement(sql, with: values, to: operation).run()
    }
  }

  package func erase(
    _ account: String,
    of source: String,
    holder: String,
    until time: Int64
  ) throws(StoreError) {
    let operation = "erase an account"
    try change(to: operation) { () throws(StoreError) in
      try remove(
        "SELECT id FROM alert WHERE source = ? AND account = ? AND created <= ?",
        [source, account, time],
        to: operation
      )
      try statement(
        "DELETE FROM alerted_transaction WHERE source = ? AND account = ? AND seen <= ?",
        source,
        account,
        time,
        to: operation
      ).run()
      try statement("DELETE FROM delivery WHERE recipient = ?", "holder:\(holder)", to: operation)
        .run()
      try statement("DELETE FROM contact WHERE subject = ?", holder, to: operation).run()
    }
  }

  /// Writes the file anew: when pages are split or joined, SQLite leaves copies of rows that moved.
  package func scrub() throws(StoreError) {
    try connection.execute("VACUUM", to: "overwrite what was erased")
  }
}
