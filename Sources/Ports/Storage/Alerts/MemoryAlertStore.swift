/// The reference of `AlertStore`: plain arrays, gone with the process.
package final class MemoryAlertStore: AlertStore {
  private var rows: [Alert] = []
  private var counted: [AlertedTransaction] = []
  private var transactionCount: Int64 = 0
  private var prices: [String: CoinPrice] = [:]
  private var observed: Int64?
  private var log: StoreCursor?
  var noticeRows: [Notice] = []
  var planned: [AlertChannel: Int64] = [:]
  var reported: Int64?
  var deliveries: [Delivery] = []
  var subscriberRows: [Subscriber] = []
  var webhookRows: [Webhook] = []
  var contacts: [String: [UInt8]] = [:]
  var subscriberCount: Int64 = 0
  var webhookCount: Int64 = 0
  private var alertCount: Int64 = 0
  private var noticeCount: Int64 = 0

  package init() {
    for subscriber in Subscriber.initial {
      subscriberCount += 1
      var subscriber = subscriber
      subscriber.id = subscriberCount
      subscriberRows.append(subscriber)
    }
  }

  package func storeID() throws(StoreError) -> String { "memory" }

  private func insert(_ alert: Alert) -> Alert {
    alertCount += 1
    var alert = alert
    alert.id = alertCount
    rows.append(alert)
    return alert
  }

  func notify(alert: Int64, day: Int64 = 0, at time: Int64) -> Int64 {
    noticeCount += 1
    noticeRows.append(Notice(id: noticeCount, alert: alert, day: day, created: time))
    return noticeCount
  }

  package func raise(
    _ hits: [AlertHit],
    window: Int64,
    upTo cursor: StoreCursor?
  ) throws(StoreError) -> [RaisedAlert] {
    let raised = hits.map { hit in
      let place = rows.lastIndex { $0.kind == hit.kind && $0.key == hit.key }
      var result: RaisedAlert
      if let place, hit.belongs(to: rows[place], window: window) {
        rows[place].count += 1
        rows[place].lastSeen = max(rows[place].lastSeen, hit.time)
        rows[place].changed = hit.time
        if rows[place].state == .resolved { rows[place].state = .triggered }
        result = RaisedAlert(alert: rows[place], notice: nil)
      } else {
        let alert = insert(hit.alert)
        result = RaisedAlert(alert: alert, notice: notify(alert: alert.id, at: hit.time))
      }
      if let subject = hit.subject {
        transactionCount += 1
        counted.append(
          AlertedTransaction(
            id: transactionCount,
            alert: result.alert.id,
            source: hit.source,
            subject: subject,
            seen: hit.time
          )
        )
      }
      return result
    }
    counted.removeFirst(max(0, counted.count - AlertLimit.transactions))
    if let cursor { log = cursor }
    return raised
  }

  package func add(price alert: Alert) throws(StoreError) -> Alert? {
    let waiting = rows.filter { $0.owner == alert.owner && $0.state == .created }
    guard !waiting.contains(where: { $0.key == alert.key }),
      waiting.count < AlertLimit.waitingPrices
    else { return nil }
    return insert(alert)
  }

  package func alert(_ id: Int64) throws(StoreError) -> Alert? { rows.first { $0.id == id } }

  package func alerts(_ query: AlertQuery) throws(StoreError) -> [Alert] {
    let found = (query.isAscending ? rows : rows.reversed()).filter { alert in
      (query.kind == nil || query.kind == alert.kind)
        && (query.states?.contains(alert.state) ?? true)
        && (query.source == nil || query.source == alert.source)
        && (query.owner == nil || query.owner == alert.owner)
        && (query.since.map { alert.lastSeen >= $0 } ?? true)
        && (query.after.map { query.isAscending ? alert.id > $0 : alert.id < $0 } ?? true)
    }
    return Array(found.dropFirst(query.offset).prefix(query.limit))
  }

  package func alertCounts() throws(StoreError) -> [AlertKind: [AlertState: Int]] {
    var counts: [AlertKind: [AlertState: Int]] = [:]
    for alert in rows { counts[alert.kind, default: [:]][alert.state, default: 0] += 1 }
    return counts
  }

  package func change(
    _ id: Int64,
    _ change: AlertChange,
    at time: Int64,
    until snoozed: Int64
  ) throws(StoreError) -> AlertChangeResult {
    guard let place = rows.firstIndex(where: { $0.id == id }) else { return .unknown }
    guard let state = rows[place].state.after(change) else { return .refused(rows[place]) }
    rows[place].state = state
    rows[place].changed = time
    rows[place].snoozedUntil = change == .snooze ? snoozed : 0
    if change == .trigger || change == .wake { _ = notify(alert: id, at: time) }
    return .changed(rows[place])
  }

  package func resolve(_ kind: AlertKind, key: String, at time: Int64) throws(StoreError) {
    guard let open = rows.last(where: { $0.kind == kind && $0.key == key }) else { return }
    _ = try change(open.id, .resolve, at: time, until: 0)
  }

  package func wake(at time: Int64) throws(StoreError) -> Int {
    let over = rows.filter { $0.state == .snoozed && $0.snoozedUntil <= time }
    for alert in over { _ = try change(alert.id, .wake, at: time, until: 0) }
    return over.count
  }

  package func transactions(
    alert: Int64?,
    source: String?,
    limit: Int
  ) throws(StoreError) -> [AlertedTransaction] {
    let found = counted.filter { row in
      (alert == nil || row.alert == alert) && (source == nil || row.source == source)
    }
    return Array(
      found.sorted { ($0.subject.time, $0.id) > ($1.subject.time, $1.id) }.prefix(limit)
    )
  }

  package func expire(_ kind: AlertKind, before time: Int64) throws(StoreError) {
    if kind == .fraud { counted.removeAll { $0.seen < time } }
    remove { $0.kind == kind && $0.lastSeen < time }
  }

  package func erase(
    _ account: String,
    of source: String,
    holder: String,
    until time: Int64
  ) throws(StoreError) {
    func isOf(_ subject: AlertSubject?) -> Bool {
      subject?.account.utf8.elementsEqual(account.utf8) ?? false
    }
    remove { $0.source == source && isOf($0.subject) && $0.created <= time }
    counted.removeAll { $0.source == source && isOf($0.subject) && $0.seen <= time }
    deliveries.removeAll { $0.recipient == "holder:\(holder)" }
    contacts[holder] = nil
  }

  package func scrub() {}

  /// Removes alerts with all that belongs to them.
  private func remove(where isOld: (Alert) -> Bool) {
    let gone = Set(rows.filter(isOld).map(\.id))
    counted.removeAll { gone.contains($0.alert) }
    let notices = Set(noticeRows.filter { gone.contains($0.alert) }.map(\.id))
    rows.removeAll { gone.contains($0.id) }
    noticeRows.removeAll { notices.contains($0.id) }
    deliveries.removeAll { notices.contains($0.notice) }
  }

  // MARK: prices

  package func observe(
    _ now: [String: Double],
    at time: Int64
  ) throws(StoreError) -> [Alert] {
    var triggered: [Alert] = []
    for alert in rows where alert.kind == .price && alert.state == .created {
      let coin = alert.coin.lowercased()
      guard let target = PriceCrossing.price(alert.target), let price = now[coin] else { continue }
      let before = prices[coin].flatMap { $0.seen >= alert.created ? $0.price : nil }
      guard PriceCrossing.reaches(target, from: before, to: price) else { continue }
      if case .changed(let alert) = try change(alert.id, .trigger, at: time, until: 0) {
        triggered.append(alert)
      }
    }
    let waiting = Set(
      rows.filter { $0.kind == .price && $0.state == .created }.map { $0.coin.lowercased() }
    )
    for (coin, price) in now where waiting.contains(coin) {
      prices[coin] = CoinPrice(coin: coin, price: price, seen: time)
    }
    observed = time
    return triggered
  }

  package func lastObservation() throws(StoreError) -> Int64? { observed }

  package func hasWaitingPrices() throws(StoreError) -> Bool {
    rows.contains { $0.kind == .price && $0.state == .created }
  }

  package func logCursor() throws(StoreError) -> StoreCursor? { log }

  package func setLogCursor(_ cursor: StoreCursor) throws(StoreError) { log = cursor }

  package func noticeCounts() throws(StoreError) -> [AlertKind: Int] {
    var counts: [AlertKind: Int] = [:]
    for notice in noticeRows {
      if let kind = rows.first(where: { $0.id == notice.alert })?.kind {
        counts[kind, default: 0] += 1
      }
    }
    return counts
  }
}
