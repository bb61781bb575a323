package import Storage

// Cursors, notices and deliveries.
extension SQLiteAlertStore {
  static let logName = "log"

  func cursor(named name: String) throws(StoreError) -> StoreCursor? {
    try statement(
      "SELECT position, sequence FROM cursor WHERE name = ?",
      name,
      to: "read a cursor"
    ).first {
      StoreCursor(
        position: UInt64(clamping: $0.integer(0)),
        sequence: UInt64(clamping: $0.integer(1))
      )
    }
  }

  func setCursor(_ name: String, _ cursor: StoreCursor) throws(StoreError) {
    try statement(
      "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)",
      name,
      Int64(clamping: cursor.position),
      Int64(clamping: cursor.sequence),
      to: "write a cursor"
    ).run()
  }

  package func logCursor() throws(StoreError) -> StoreCursor? {
    try cursor(named: SQLiteAlertStore.logName)
  }

  package func setLogCursor(_ cursor: StoreCursor) throws(StoreError) {
    try setCursor(SQLiteAlertStore.logName, cursor)
  }

  package func cursor(of channel: AlertChannel) throws(StoreError) -> Int64? {
    try cursor(named: channel.word).map { Int64(clamping: $0.position) }
  }

  package func newestNotice() throws(StoreError) -> Int64 {
    try number("SELECT max(id) FROM notice", to: "read notices") ?? 0
  }

  private func readNotices(
    _ condition: String,
    _ id: Int64,
    _ limit: Int
  ) throws(StoreError) -> [Notice] {
    let rows = try statement(
      "SELECT id, alert, day, created FROM notice WHERE \(condition) LIMIT ?",
      id,
      Int64(limit),
      to: "read notices"
    )
    var notices: [Notice] = []
    while try rows.next() {
      notices.append(
        Notice(
          id: rows.integer(0),
          alert: rows.integer(1),
          day: rows.integer(2),
          created: rows.integer(3)
        )
      )
    }
    return notices
  }

  package func notices(after id: Int64, limit: Int) throws(StoreError) -> [Notice] {
    try readNotices("id > ? ORDER BY id", id, limit)
  }

  package func notices(before id: Int64, limit: Int) throws(StoreError) -> [Notice] {
    try readNotices("id < ? ORDER BY id DESC", id, limit)
  }

  package func notice(_ id: Int64) throws(StoreError) -> Notice? {
    try readNotices("id = ?", id, 1).first
  }

  package func noticeCounts() throws(StoreError) -> [AlertKind: Int] {
    let rows = try statement(
      "SELECT kind, count(*) FROM notice JOIN alert ON alert.id = notice.alert GROUP BY kind",
      to: "count notices"
    )
    var counts: [AlertKind: Int] = [:]
    while try rows.next() {
      guard let kind = UInt8(exactly: rows.integer(0)).flatMap(AlertKind.init(rawValue:)) else {
        continue
      }
      counts[kind] = Int(clamping: rows.integer(1))
    }
    return counts
  }

  package func lastReport() throws(StoreError) -> Int64? {
    try cursor(named: "report").map { Int64(clamping: $0.position) }
  }

  package func setLastReport(_ day: Int64) throws(StoreError) {
    try setCursor("report", StoreCursor(position: UInt64(clamping: day), sequence: 0))
  }

  package func addReport(day: Int64, at time: Int64) throws(StoreError) -> Int64? {
    try change(to: "write a report") { () throws(StoreError) in
      if let last = try lastReport(), last >= day { return nil }
      try setLastReport(day)
      return try notify(alert: 0, day: day, at: time)
    }
  }

  // MARK: deliveries

  package func plan(
    _ deliveries: [Delivery],
    channel: AlertChannel,
    upTo notice: Int64
  ) throws(StoreError) {
    let operation = "plan deliveries"
    try change(to: operation) { () throws(StoreError) in
      for delivery in deliveries {
        try statement(
          """
          INSERT OR IGNORE INTO delivery
            (channel, notice, recipient, state, attempts, next, changed, problem)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
          Int64(delivery.channel.rawValue),
          delivery.notice,
          delivery.recipient,
          Int64(delivery.state.rawValue),
          Int64(delivery.attempts),
          delivery.next,
          delivery.changed,
          delivery.problem,
          to: operation
        ).run()
      }
      try setCursor(
        channel.word,
        StoreCursor(position: UInt64(clamping: notice), sequence: 0)
      )
    }
  }

  package func recover(_ channel: AlertChannel) throws(StoreError) {
    try statement(
      "UPDATE delivery SET state = 0 WHERE channel = ? AND state = 1",
      Int64(channel.rawValue),
      to: "take up deliveries again"
    ).run()
  }

  private func readDeliveries(
    _ condition: String,
    _ values: [any SQLValue]
  ) throws(StoreError) -> [Delivery] {
    let operation = "read deliveries"
    let rows = try statement(
      """
      SELECT id, channel, notice, recipient, state, attempts, next, changed, problem
      FROM delivery WHERE \(condition)
      """,
      with: values,
      to: operation
    )
    var deliveries: [Delivery] = []
    while try rows.next() {
      guard let channel = UInt8(exactly: rows.integer(1)).flatMap(AlertChannel.init(rawValue:)),
        let state = UInt8(exactly: rows.integer(4)).flatMap(DeliveryState.init(rawValue:))
      else { throw StoreError(.damaged, operation, "a row has values out of range") }
      var delivery = Delivery(
        channel: channel,
        notice: rows.integer(2),
        recipient: rows.text(3),
        state: state,
        at: rows.integer(7)
      )
      delivery.id = rows.integer(0)
      delivery.attempts = Int(clamping: rows.integer(5))
      delivery.next = rows.integer(6)
      delivery.problem = rows.text(8)
      deliveries.append(delivery)
    }
    return deliveries
  }

  package func due(
    _ channel: AlertChannel,
    at time: Int64,
    except recipients: Set<String>,
    limit: Int
  ) throws(StoreError) -> [Delivery] {
    let marks = recipients.map { _ in "?" }.joined(separator: ", ")
    return try readDeliveries(
      "channel = ? AND state = 0 AND next <= ? AND recipient NOT IN (\(marks))"
        + " ORDER BY next, id LIMIT ?",
      [Int64(channel.rawValue), time] + recipients.sorted() + [Int64(limit)]
    )
  }

  package func update(_ delivery: Delivery) throws(StoreError) {
    try statement(
      """
      UPDATE delivery SET state = ?, attempts = ?, next = ?, changed = ?, problem = ? WHERE id = ?
      """,
      Int64(delivery.state.rawValue),
      Int64(delivery.attempts),
      delivery.next,
      delivery.changed,
      delivery.problem,
      delivery.id,
      to: "write how a delivery went"
    ).run()
  }

  package func postpone(
    _ channel: AlertChannel,
    recipient: String?,
    until time: Int64
  ) throws(StoreError) {
    try statement(
      """
      UPDATE delivery SET next = ?1 WHERE channel = ?2 AND state = 0 AND next < ?1
        AND (?3 = '' OR recipient = ?3)
      """,
      time,
      Int64(channel.rawValue),
      recipient ?? "",
      to: "put deliveries off"
    ).run()
  }

  private func tally(
    _ condition: String,
    _ values: [any SQLValue]
  ) throws(StoreError) -> [Int64: DeliveryTally] {
    let rows = try statement(
      """
      SELECT notice, state, attempts > 0, count(*) FROM delivery
      WHERE channel = 0 AND \(condition) GROUP BY 1, 2, 3
      """,
      with: values,
      to: "count deliveries"
    )
    var tallies: [Int64: DeliveryTally] = [:]
    while try rows.next() {
      guard let state = UInt8(exactly: rows.integer(1)).flatMap(DeliveryState.init(rawValue:))
      else { continue }
      tallies[rows.integer(0), default: DeliveryTally()]
        .add(state, attempts: Int(rows.integer(2)), count: Int(clamping: rows.integer(3)))
    }
    return tallies
  }

  package func tallies(_ notices: [Int64]) throws(StoreError) -> [Int64: DeliveryTally] {
    guard let least = notices.min(), let most = notices.max() else { return [:] }
    let wanted = Set(notices)
    return try tally("notice BETWEEN ? AND ?", [least, most]).filter { wanted.contains($0.key) }
  }

  package func tally() throws(StoreError) -> DeliveryTally {
    let rows = try statement(
      """
      SELECT state, attempts > 0, count(*) FROM delivery WHERE channel = 0 GROUP BY 1, 2
      """,
      to: "count deliveries"
    )
    var tally = DeliveryTally()
    while try rows.next() {
      guard let state = UInt8(exactly: rows.integer(0)).flatMap(DeliveryState.init(rawValue:))
      else { continue }
      tally.add(state, attempts: Int(rows.integer(1)), count: Int(clamping: rows.integer(2)))
    }
    return tally
  }

  package func deadLetters(
    _ channel: AlertChannel,
    before id: Int64?,
    limit: Int
  ) throws(StoreError) -> [Delivery] {
    try readDeliveries(
      "channel = ? AND state = 3 AND id < ? ORDER BY id DESC LIMIT ?",
      [Int64(channel.rawValue), id ?? .max, Int64(limit)]
    )
  }

  package func replay(
    _ channel: AlertChannel,
    _ id: Int64?,
    at time: Int64
  ) throws(StoreError) -> Int {
    try statement(
      """
      UPDATE delivery SET state = 0, attempts = 0, next = ?1, changed = ?1
      WHERE channel = ?2 AND state = 3 AND (?3 = 0 OR id = ?3)
      """,
      time,
      Int64(channel.rawValue),
      id ?? 0,
      to: "replay dead letters"
    ).run()
    return connection.changes
  }
}
