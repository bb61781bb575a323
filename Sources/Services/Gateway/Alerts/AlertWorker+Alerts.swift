import Alerts
import Foundation
import HTTP
import Messaging
import Payments
import Pipeline
import Storage

// Our own routes of alerts, webhooks and contacts.
extension AlertWorker {
  private static let transactionsMax = 100
  private static let snoozeMicrosecondsMax = 366 * Timestamp.microsecondsPerDay

  /// `GET /api/v1/alerts`.
  func listAlerts(_ token: RequestToken, _ query: AlertQuery) throws {
    let alerts = try service.store.use { store throws(StoreError) in try store.alerts(query) }
    var json = JSONText()
    json.open("{")
    json.field("alerts", JSONText.array) { json in
      for alert in alerts {
        json.open("{")
        json.alert(alert)
        json.close("}")
      }
    }
    json.next(alerts.count == query.limit ? alerts.last?.id : nil)
    json.close("}")
    reply(token, 200, json)
  }

  /// `GET /api/v1/alerts/{id}`: with the newest transactions that it counts.
  func showAlert(_ token: RequestToken, _ id: Int64) throws {
    let found = try service.store.use { store throws(StoreError) in
      (
        try store.alert(id),
        try store.transactions(alert: id, source: nil, limit: AlertWorker.transactionsMax)
      )
    }
    let transactions = found.1
    guard let alert = found.0 else {
      throw AccountRefusal(404, "Not found", "There is no such alert")
    }
    var json = JSONText()
    json.open("{")
    json.alert(alert)
    json.field("transactions", JSONText.array) { json in
      for transaction in transactions { json.subject(transaction.subject) }
    }
    json.close("}")
    reply(token, 200, json)
  }

  /// `POST /api/v1/alerts/{id}/acknowledge`, `resolve` and `reopen`.
  func change(_ token: RequestToken, _ id: Int64, _ change: AlertChange, until: Int64 = 0) throws {
    let now = Clocks.wallMicroseconds()
    let result = try service.store.use { store throws(StoreError) in
      try store.change(id, change, at: now, until: until)
    }
    switch result {
    case .unknown: throw AccountRefusal(404, "Not found", "There is no such alert")
    case .refused(let alert):
      throw AccountRefusal(
        409,
        "Conflict",
        "An alert that is \(alert.state.word) cannot be changed so: \(change.rawValue)"
      )
    case .changed(let alert):
      if alert.kind == .price { service.countPriceChange(of: alert.owner) }
      var json = JSONText()
      json.open("{")
      json.alert(alert)
      json.close("}")
      reply(token, 200, json)
    }
  }

  /// `POST /api/v1/alerts/{id}/snooze`: until a time, or for some minutes.
  func snooze(_ token: RequestToken, _ id: Int64, _ body: RequestBody) throws {
    let fields = try body.fields("until", "minutes")
    let now = Clocks.wallMicroseconds()
    var until: Int64?
    if let minutes = try RequestBody.number(fields, "minutes", 1...527_040) {
      until = now + Int64(minutes) * 60 * Timestamp.microsecondsPerSecond
    } else if let text = fields["until"] as? String {
      let bytes = Array(text.utf8)
      until = Timestamp(parsing: bytes.span)?.microseconds
    }
    guard let until, until > now, until <= now + AlertWorker.snoozeMicrosecondsMax else {
      throw AccountRefusal(
        422,
        "invalid",
        "until is a time in ISO 8601 within the next 366 days, or minutes a number of them",
        field: "until"
      )
    }
    try change(token, id, .snooze, until: until)
  }

  // MARK: webhooks

  /// `POST /api/v1/webhooks`: the only answer that has the secret.
  func addWebhook(_ token: RequestToken, _ body: RequestBody) throws {
    let fields = try body.fields("url", "kinds")
    guard let url = fields["url"] as? String, WebAddress.isValid(url) else {
      throw AccountRefusal(
        422,
        "invalid",
        "url is https://HOST…, or http:// to this machine, up to \(WebAddress.bytesMax) bytes",
        field: "url"
      )
    }
    var kinds = AlertKind.allCases.filter { $0 != .price }
    if let value = fields["kinds"], !(value is NSNull) {
      let words = value as? [String] ?? []
      kinds = words.compactMap(AlertKind.init(word:))
      guard !words.isEmpty, kinds.count == words.count else {
        throw AccountRefusal(
          422,
          "invalid",
          "kinds is a list of price, fraud, system",
          field: "kinds"
        )
      }
    }
    let secret = service.secrets.newSecret("wh_")
    guard let sealed = service.secrets.seal(secret, of: nil) else {
      throw AccountRefusal(503, "Unavailable", "The secret cannot be kept now")
    }
    let webhook = Webhook(
      url: url,
      secret: sealed,
      kinds: AlertKind.allCases.filter { kinds.contains($0) },
      created: Clocks.wallMicroseconds()
    )
    let added = try service.store.use { store throws(StoreError) in try store.add(webhook) }
    guard let added else {
      throw AccountRefusal(409, "Full", "There are \(AlertLimit.webhooks) webhooks")
    }
    var json = JSONText()
    json.webhook(added, secret: secret)
    reply(token, 201, json)
  }

  /// `GET /api/v1/webhooks`: never their secrets; of their addresses what names the host.
  func listWebhooks(_ token: RequestToken) throws {
    let webhooks = try service.store.use { store throws(StoreError) in try store.webhooks() }
    var json = JSONText()
    json.open("{")
    json.field("webhooks", JSONText.array) { json in
      for webhook in webhooks { json.webhook(webhook) }
    }
    json.close("}")
    reply(token, 200, json)
  }

  func removeWebhook(_ token: RequestToken, _ id: Int64) throws {
    let isRemoved = try service.store.use { store throws(StoreError) in
      try store.removeWebhook(id)
    }
    guard isRemoved else { throw AccountRefusal(404, "Not found", "There is no such webhook") }
    reply(token, 200, JSONText.success)
  }

  /// `GET /api/v1/webhooks/dead-letters`: what was given up, newest first.
  func listDeadLetters(
    _ token: RequestToken,
    _ channel: AlertChannel,
    _ before: Int64?,
    _ limit: Int
  ) throws {
    let letters = try service.store.use { store throws(StoreError) in
      try store.deadLetters(channel, before: before, limit: limit)
    }
    var json = JSONText()
    json.open("{")
    json.field("dead_letters", JSONText.array) { json in
      for letter in letters {
        json.open("{")
        json.field("id", Int(letter.id))
        json.field("recipient", letter.recipient)
        json.field("notice", Int(letter.notice))
        json.field("attempts", letter.attempts)
        json.field("problem", letter.problem)
        json.field("given_up", Timestamp(microseconds: letter.changed).description)
        json.close("}")
      }
    }
    json.next(letters.count == limit ? letters.last?.id : nil)
    json.close("}")
    reply(token, 200, json)
  }

  /// `POST /api/v1/webhooks/dead-letters/replay`, of all or of one.
  func replay(_ token: RequestToken, _ channel: AlertChannel, _ id: Int64?) throws {
    let now = Clocks.wallMicroseconds()
    let count = try service.store.use { store throws(StoreError) in
      try store.replay(channel, id, at: now)
    }
    guard id == nil || count > 0 else {
      throw AccountRefusal(404, "Not found", "There is no such dead letter")
    }
    service.deliverSoon()
    var json = JSONText()
    json.open("{")
    json.field("replayed", count)
    json.close("}")
    reply(token, 202, json)
  }

  // MARK: contacts

  private static func holder(
    _ fields: [String: Any]
  ) throws(AccountRefusal) -> (source: String, account: String) {
    guard let source = RequestBody.text(fields["source"], bytesMax: 64),
      let account = RequestBody.text(fields["account"], bytesMax: 256)
    else {
      throw AccountRefusal(
        422,
        "invalid",
        "source and account are needed",
        field: RequestBody.text(fields["source"], bytesMax: 64) == nil ? "source" : "account"
      )
    }
    return (source, account)
  }

  /// `PUT /api/v1/contacts`: an account holder wants to be told.
  func setContact(_ token: RequestToken, _ body: RequestBody) throws {
    let fields = try body.fields("source", "account", "email")
    let (source, account) = try AlertWorker.holder(fields)
    guard let address = fields["email"] as? String, MailAddress.isValid(address) else {
      throw AccountRefusal(422, "invalid", "email is an address", field: "email")
    }
    let subject = service.secrets.subject(source: source, account: account)
    guard let sealed = service.secrets.seal(address, of: subject) else {
      throw AccountRefusal(503, "Unavailable", "The address cannot be kept now")
    }
    let isKept = try service.store.use { store throws(StoreError) in
      try store.setContact(sealed, of: subject)
    }
    guard isKept else {
      throw AccountRefusal(409, "Full", "There are \(AlertLimit.contacts) contacts")
    }
    reply(token, 200, JSONText.success)
  }

  /// `DELETE /api/v1/contacts`: the address and the key that it was sealed with are destroyed.
  func removeContact(_ token: RequestToken, _ body: RequestBody) throws {
    let (source, account) = try AlertWorker.holder(try body.fields("source", "account"))
    guard try service.eraseContact(source: source, account: account) else {
      throw AccountRefusal(404, "Not found", "There is no contact of that account")
    }
    reply(token, 200, JSONText.success)
  }
}

extension JSONText {
  /// The fields of an alert, inside of an object.
  fileprivate mutating func alert(_ alert: Alert) {
    field("id", Int(alert.id))
    field("kind", alert.kind.word)
    field("state", alert.state.word)
    field("type", alert.type)
    field("severity", alert.severity.word)
    field("message", alert.message)
    key("source")
    if alert.source.isEmpty { null() } else { value(alert.source) }
    field("count", alert.count)
    for (name, time) in [
      ("created", alert.created), ("changed", alert.changed), ("last_seen", alert.lastSeen),
    ] {
      key(name)
      value(Timestamp(microseconds: time).description)
    }
    key("snoozed_until")
    if alert.snoozedUntil > 0 {
      value(Timestamp(microseconds: alert.snoozedUntil).description)
    } else {
      null()
    }
    key("details")
    if alert.details.isEmpty { null() } else { value(alert.details) }
    switch alert.kind {
    case .price:
      field("user_id", Int(alert.owner))
      field("coin", alert.coin)
      field("target_price", alert.target)
    case .fraud:
      key("transaction")
      if let subject = alert.subject { self.subject(subject) } else { null() }
    case .system: break
    }
  }

  fileprivate mutating func subject(_ subject: AlertSubject) {
    open("{")
    field("transaction_id", subject.transactionID)
    field("type", subject.channel)
    field("amount", subject.amount)
    key("score")
    value(subject.score)
    field("account", subject.account)
    field("counterparty", subject.counterparty)
    field("time", Timestamp(microseconds: subject.time).description)
    close("}")
  }

  fileprivate mutating func webhook(_ webhook: Webhook, secret: String? = nil) {
    open("{")
    field("id", Int(webhook.id))
    field("url", secret == nil ? JSONText.masked(webhook.url) : webhook.url)
    field("kinds", JSONText.array) { json in for kind in webhook.kinds { json.value(kind.word) } }
    field("created", Timestamp(microseconds: webhook.created).description)
    if let secret { field("secret", secret) }
    close("}")
  }

  /// An address up to its host: what follows is as good as a secret to some receivers.
  private static func masked(_ url: String) -> String {
    let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
    let host = url[start...].prefix { !"/?#".contains($0) }
    return "\(url[..<start])\(host)/…"
  }
}
