package import Storage

// Rows of alerts, and prices.
extension SQLiteAlertStore {
  private static let columns = """
    id, kind, state, source, key, severity, type, message, details, count, created, changed,
    last_seen, snoozed_until, owner, coin, target, transaction_id, channel, amount, score, account,
    counterparty, time, position
    """

  static func values(of subject: AlertSubject) -> [any SQLValue] {
    [
      subject.transactionID, subject.channel, subject.amount, subject.score, subject.account,
      subject.counterparty, subject.time, Int64(clamping: subject.position),
    ]
  }

  func insert(_ alert: Alert) throws(StoreError) -> Alert {
    let operation = "add an alert"
    let own: [any SQLValue] = [
      Int64(alert.kind.rawValue), Int64(alert.state.rawValue), alert.source, alert.key,
      Int64(alert.severity.rawValue), alert.type, alert.message, alert.details,
      Int64(alert.count), alert.created, alert.changed, alert.lastSeen, alert.snoozedUntil,
      alert.owner, alert.coin, alert.target,
    ]
    let absent = [any SQLValue](repeating: SQLNull(), count: 8)
    let rest = alert.subject.map { SQLiteAlertStore.values(of: $0) } ?? absent
    let marks = [String](repeating: "?", count: own.count + rest.count).joined(separator: ", ")
    let names = SQLiteAlertStore.columns.dropFirst("id, ".count)
    var alert = alert
    let row = try statement(
      "INSERT INTO alert (\(names)) VALUES (\(marks)) RETURNING id",
      with: own + rest,
      to: operation
    )
    alert.id = try row.first { $0.integer(0) } ?? 0
    return alert
  }

  func readAlerts(_ condition: String, _ values: [any SQLValue]) throws(StoreError) -> [Alert] {
    let operation = "read alerts"
    let rows = try statement(
      "SELECT \(SQLiteAlertStore.columns) FROM alert WHERE \(condition)",
      with: values,
      to: operation
    )
    var alerts: [Alert?] = []
    while try rows.next() { alerts.append(SQLiteAlertStore.alert(rows)) }
    let found = alerts.compactMap(\.self)
    guard found.count == alerts.count else {
      throw StoreError(.damaged, operation, "a row has values out of range")
    }
    return found
  }

  private static func alert(_ row: Statement) -> Alert? {
    guard let kind = UInt8(exactly: row.integer(1)).flatMap(AlertKind.init(rawValue:)),
      let state = UInt8(exactly: row.integer(2)).flatMap(AlertState.init(rawValue:)),
      let severity = UInt8(exactly: row.integer(5)).flatMap(AlertSeverity.init(rawValue:))
    else { return nil }
    var alert = Alert(
      kind: kind,
      state: state,
      key: row.text(4),
      type: row.text(6),
      message: row.text(7),
      at: row.integer(10)
    )
    alert.id = row.integer(0)
    alert.source = row.text(3)
    alert.severity = severity
    alert.details = row.text(8)
    alert.count = Int(clamping: row.integer(9))
    alert.changed = row.integer(11)
    alert.lastSeen = row.integer(12)
    alert.snoozedUntil = row.integer(13)
    alert.owner = row.integer(14)
    alert.coin = row.text(15)
    alert.target = row.text(16)
    alert.subject = row.isNull(17) ? nil : subject(row, from: 17)
    return alert
  }

  private static func subject(_ row: Statement, from column: Int32) -> AlertSubject {
    AlertSubject(
      transactionID: row.text(column),
      channel: row.text(column + 1),
      amount: row.text(column + 2),
      score: row.real(column + 3),
      account: row.text(column + 4),
      counterparty: row.text(column + 5),
      time: row.integer(column + 6),
      position: UInt64(clamping: row.integer(column + 7))
    )
  }

  package func alert(_ id: Int64) throws(StoreError) -> Alert? {
    try readAlerts("id = ?", [id]).first
  }

  package func alerts(_ query: AlertQuery) throws(StoreError) -> [Alert] {
    var conditions = ["1 = 1"]
    var values: [any SQLValue] = []
    func condition(_ sql: String, _ value: any SQLValue) {
      conditions.append(sql)
      values.append(value)
    }
    if let kind = query.kind { condition("kind = ?", Int64(kind.rawValue)) }
    if let states = query.states {
      let numbers = states.map { "\($0.rawValue)" }.sorted().joined(separator: ", ")
      conditions.append("state IN (\(numbers))")
    }
    if let source = query.source { condition("source = ?", source) }
    // Said twice, so that SQLite sees that the index of owners holds all of them.
    if let owner = query.owner { condition("owner = ? AND owner <> 0", owner) }
    if let since = query.since { condition("last_seen >= ?", since) }
    if let id = query.after { condition(query.isAscending ? "id > ?" : "id < ?", id) }
    let order = query.isAscending ? "ASC" : "DESC"
    values += [Int64(query.limit), Int64(query.offset)] as [any SQLValue]
    return try readAlerts(
      "\(conditions.joined(separator: " AND ")) ORDER BY id \(order) LIMIT ? OFFSET ?",
      values
    )
  }

  package func alertCounts() throws(StoreError) -> [AlertKind: [AlertState: Int]] {
    let rows = try statement(
      "SELECT kind, state, count(*) FROM alert GROUP BY kind, state",
      to: "count alerts"
    )
    var counts: [AlertKind: [AlertState: Int]] = [:]
    while try rows.next() {
      guard let kind = UInt8(exactly: rows.integer(0)).flatMap(AlertKind.init(rawValue:)),
        let state = UInt8(exactly: rows.integer(1)).flatMap(AlertState.init(rawValue:))
      else { continue }
      counts[kind, default: [:]][state] = Int(clamping: rows.integer(2))
    }
    return counts
  }

  package func transactions(
    alert: Int64?,
    source: String?,
    limit: Int
  ) throws(StoreError) -> [AlertedTransaction] {
    var conditions = ["1 = 1"]
    var values: [any SQLValue] = []
    if let alert {
      conditions.append("alert = ?")
      values.append(alert)
    }
    if let source {
      conditions.append("source = ?")
      values.append(source)
    }
    values.append(Int64(limit))
    let rows = try statement(
      """
      SELECT id, alert, source, seen, transaction_id, channel, amount, score, account, counterparty,
        time, position
      FROM alerted_transaction WHERE \(conditions.joined(separator: " AND "))
      ORDER BY time DESC, id DESC LIMIT ?
      """,
      with: values,
      to: "read transactions of alerts"
    )
    var found: [AlertedTransaction] = []
    while try rows.next() {
      found.append(
        AlertedTransaction(
          id: rows.integer(0),
          alert: rows.integer(1),
          source: rows.text(2),
          subject: SQLiteAlertStore.subject(rows, from: 4),
          seen: rows.integer(3)
        )
      )
    }
    return found
  }

  // MARK: prices

  package func observe(
    _ prices: [String: Double],
    at time: Int64
  ) throws(StoreError) -> [Alert] {
    let operation = "take prices in"
    return try change(to: operation) { () throws(StoreError) in
      let waiting = try readAlerts("state IN (0, 3) AND state = 0 AND kind = 0 ORDER BY id", [])
      let known = try lastPrices()
      var triggered: [Alert] = []
      var coins: Set<String> = []
      for alert in waiting {
        let coin = alert.coin.lowercased()
        guard let target = PriceCrossing.price(alert.target), let price = prices[coin] else {
          continue
        }
        let before = known[coin].flatMap { $0.seen >= alert.created ? $0.price : nil }
        if PriceCrossing.reaches(target, from: before, to: price) {
          if case .changed(let alert) = try apply(alert.id, .trigger, at: time) {
            triggered.append(alert)
          }
        } else {
          coins.insert(coin)
        }
      }
      for coin in coins.sorted().prefix(AlertLimit.coins) {
        guard let price = prices[coin] else { continue }
        try statement(
          "INSERT OR REPLACE INTO coin_price VALUES (?, ?, ?)",
          coin,
          price,
          time,
          to: operation
        ).run()
      }
      try setCursor("prices", StoreCursor(position: UInt64(clamping: time), sequence: 0))
      return triggered
    }
  }

  private func lastPrices() throws(StoreError) -> [String: CoinPrice] {
    let rows = try statement("SELECT coin, price, seen FROM coin_price", to: "read prices")
    var prices: [String: CoinPrice] = [:]
    while try rows.next() {
      let coin = rows.text(0)
      prices[coin] = CoinPrice(coin: coin, price: rows.real(1), seen: rows.integer(2))
    }
    return prices
  }

  package func lastObservation() throws(StoreError) -> Int64? {
    try cursor(named: "prices").map { Int64(clamping: $0.position) }
  }

  package func hasWaitingPrices() throws(StoreError) -> Bool {
    try number(
      "SELECT 1 FROM alert WHERE state IN (0, 3) AND state = 0 AND kind = 0 LIMIT 1",
      to: "look for price alerts"
    ) != nil
  }
}

/// An absent value.
struct SQLNull: SQLValue {
  func bind(to statement: Statement, at index: Int32) throws(StoreError) {
    try statement.bindNull(at: index)
  }
}

extension Double: SQLValue {
  func bind(to statement: Statement, at index: Int32) throws(StoreError) {
    try statement.bind(self, at: index)
  }
}

extension [UInt8]: SQLValue {
  func bind(to statement: Statement, at index: Int32) throws(StoreError) {
    try statement.bind(self, at: index)
  }
}
