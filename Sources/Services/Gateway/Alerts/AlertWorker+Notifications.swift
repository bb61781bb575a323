import Alerts
import Foundation
import HTTP
import Messaging
import Payments
import Pipeline
import Storage

// S1's notification service, in its shapes (S1.34 to S1.39).
extension AlertWorker {
  private static func bad(_ message: String) -> AccountRefusal {
    AccountRefusal(400, "Invalid request", message)
  }

  private static func fields(_ body: RequestBody) throws(AccountRefusal) -> [String: Any] {
    guard let fields = body.fields() else { throw bad("The body is a JSON object") }
    return fields
  }

  private static func text(
    _ fields: [String: Any],
    _ name: String,
    _ bytesMax: Int
  ) throws(AccountRefusal) -> String {
    let value = fields[name]
    let text = (value as? NSNumber)?.stringValue ?? value as? String
    guard let text = RequestBody.text(text, bytesMax: bytesMax) else {
      throw bad("\(name) is a text of up to \(bytesMax) bytes without control characters")
    }
    return text
  }

  /// A field that may be absent.
  private static func optional(
    _ fields: [String: Any],
    _ name: String
  ) throws(AccountRefusal) -> String {
    guard let value = fields[name], !(value is NSNull) else { return "" }
    return try text(fields, name, 256)
  }

  private func skip(_ token: RequestToken, _ message: String) {
    var json = JSONText()
    json.open("{")
    json.field("status", "skipped")
    json.field("message", message)
    json.close("}")
    reply(token, 200, json)
  }

  private static func percent(_ share: Double) -> String { String(format: "%.2f%%", share * 100) }

  /// `POST /api/v1/notifications/fraud-alert` (S1.34).
  func fraudAlert(_ token: RequestToken, _ body: RequestBody) throws {
    let fields = try AlertWorker.fields(body)
    guard let transaction = fields["transaction"] as? [String: Any] else {
      throw AlertWorker.bad("transaction is an object")
    }
    guard let score = (fields["risk_score"] as? NSNumber)?.doubleValue, (0...1).contains(score)
    else { throw AlertWorker.bad("risk_score is a number from 0 to 1") }
    let id = try AlertWorker.text(transaction, "transaction_id", 256)
    let time = try AlertWorker.optional(transaction, "timestamp")
    let bytes = Array(time.utf8)
    let now = Clocks.wallMicroseconds()
    let subject = AlertSubject(
      transactionID: id,
      channel: try AlertWorker.optional(transaction, "type"),
      amount: try AlertWorker.optional(transaction, "amount"),
      score: score,
      account: try AlertWorker.optional(transaction, "nameOrig"),
      counterparty: try AlertWorker.optional(transaction, "nameDest"),
      time: Timestamp(parsing: bytes.span)?.microseconds ?? now
    )
    guard Float(score) >= service.threshold else {
      let limit = AlertWorker.percent(Double(service.threshold))
      return skip(token, "Risk score \(AlertWorker.percent(score)) below threshold \(limit)")
    }
    let hit = AlertHit(
      kind: .fraud,
      key: "transaction/paysim/\(id)",
      source: "paysim",
      severity: .critical,
      type: "fraud_alert",
      message: "Risk score \(AlertWorker.percent(score))",
      subject: subject,
      at: now
    )
    let raised = try service.raise(hit) { [self] in sent(token, hit, $0) }
    if raised.notice == nil { skip(token, "Alert rate limited") }
  }

  private func sent(_ token: RequestToken, _ hit: AlertHit, _ tally: DeliveryTally) {
    let failed = tally.failed + tally.untried
    var json = JSONText()
    json.open("{")
    json.field("status", "sent")
    json.field("sent_count", tally.sent)
    json.field("failed_count", failed)
    json.key("alert_record")
    json.record(hit.alert, tally)
    json.close("}")
    reply(token, 200, json)
  }

  /// `POST /api/v1/notifications/system-alert` (S1.35).
  func systemAlert(_ token: RequestToken, _ body: RequestBody) throws {
    let fields = try AlertWorker.fields(body)
    let type = try AlertWorker.text(fields, "alert_type", 100)
    let message = try AlertWorker.text(fields, "message", Alert.textBytesMax)
    var details = ""
    if let value = fields["details"], !(value is NSNull) {
      let data = try JSONSerialization.data(
        withJSONObject: ["": value],
        options: [.sortedKeys, .withoutEscapingSlashes]
      )
      // What stands under the one empty name.
      details = String(decoding: data.dropFirst(4).dropLast(), as: UTF8.self)
      guard details.utf8.count <= Alert.detailsBytesMax else {
        throw AlertWorker.bad("details have up to \(Alert.detailsBytesMax) bytes")
      }
    }
    let hit = AlertHit(
      kind: .system,
      key: type,
      type: type,
      message: message,
      details: details,
      at: Clocks.wallMicroseconds()
    )
    let raised = try service.raise(hit) { [self] in sent(token, hit, $0) }
    if raised.notice == nil { skip(token, "Alert rate limited") }
  }

  /// `POST /api/v1/notifications/subscribers` (S1.36).
  func subscribe(_ token: RequestToken, _ body: RequestBody) throws {
    let fields = try AlertWorker.fields(body)
    guard let list = (fields["notification_type"] as? String).flatMap(SubscriberList.init(word:))
    else { throw AccountRefusal(400, "Invalid notification type", SubscriberList.words) }
    guard let contact = fields["contact"] as? [String: Any], contact["type"] as? String == "email",
      let address = contact["contact"] as? String, MailAddress.isValid(address)
    else { throw AlertWorker.bad("contact has the type email, a contact and a name") }
    let subscriber = Subscriber(
      list: list,
      address: address,
      name: try AlertWorker.optional(contact, "name")
    )
    let added = try service.store.use { store throws(StoreError) in try store.add(subscriber) }
    guard let added else {
      throw AccountRefusal(409, "Full", "A list has \(AlertLimit.subscribers) subscribers")
    }
    var json = JSONText()
    json.open("{")
    json.field("status", "success")
    json.field("message", "Subscriber added to \(list.word)")
    json.field("id", Int(added.id))
    json.close("}")
    reply(token, 200, json)
  }

  /// `GET /api/v1/notifications/subscribers`: who is told, addresses masked.
  func listSubscribers(_ token: RequestToken) throws {
    let subscribers = try service.store.use { store throws(StoreError) in
      try store.subscribers()
    }
    var json = JSONText()
    json.open("{")
    json.field("subscribers", JSONText.array) { json in
      for subscriber in subscribers {
        json.open("{")
        json.field("id", Int(subscriber.id))
        json.field("notification_type", subscriber.list.word)
        json.field("contact", MailAddress.masked(subscriber.address))
        json.field("name", subscriber.name)
        json.close("}")
      }
    }
    json.close("}")
    reply(token, 200, json)
  }

  func unsubscribe(_ token: RequestToken, _ id: Int64) throws {
    let isRemoved = try service.store.use { store throws(StoreError) in
      try store.removeSubscriber(id)
    }
    guard isRemoved else { throw AccountRefusal(404, "Not found", "There is no such subscriber") }
    reply(token, 200, JSONText.success)
  }

  /// `GET /api/v1/notifications/history` (S1.37): newest first.
  func history(_ token: RequestToken, _ before: Int64?, _ limit: Int) throws {
    let (notices, tallies, alerts) = try service.store.use { store throws(StoreError) in
      let notices = try store.notices(before: before ?? .max, limit: limit)
      var alerts: [Int64: Alert] = [:]
      for notice in notices where notice.alert > 0 {
        alerts[notice.alert] = try store.alert(notice.alert)
      }
      return (notices, try store.tallies(notices.map(\.id)), alerts)
    }
    var json = JSONText()
    json.open("{")
    json.field("history", JSONText.array) { json in
      for notice in notices {
        let tally = tallies[notice.id] ?? DeliveryTally()
        if var alert = alerts[notice.alert] {
          alert.created = notice.created
          json.record(alert, tally)
        } else {
          json.report(notice, tally)
        }
      }
    }
    json.field("count", notices.count)
    json.next(notices.count == limit ? notices.last?.id : nil)
    json.close("}")
    reply(token, 200, json)
  }

  /// `GET /api/v1/notifications/stats` (S1.37).
  func statistics(_ token: RequestToken) throws {
    let (counts, tally, subscribers, newest) = try service.store.use { store throws(StoreError) in
      (
        try store.noticeCounts(), try store.tally(), try store.subscribers(),
        try store.newestNotice()
      )
    }
    let failed = tally.failed + tally.untried
    var json = JSONText()
    json.open("{")
    json.field("total_notifications", Int(newest))
    json.field("fraud_alerts", counts[.fraud] ?? 0)
    json.field("system_alerts", counts[.system] ?? 0)
    json.field("price_alerts", counts[.price] ?? 0)
    json.field("total_sent", tally.sent)
    json.field("total_failed", failed)
    let all = tally.sent + failed
    json.field("success_rate", all > 0 ? Double(tally.sent) / Double(all) : 0)
    json.field("subscribers", JSONText.object) { json in
      for list in SubscriberList.allCases {
        json.key(list.word)
        json.value(subscribers.count { $0.list == list })
      }
    }
    json.close("}")
    reply(token, 200, json)
  }

  /// `GET /api/v1/notifications/health` (S1.37).
  func notificationHealth(_ token: RequestToken) throws {
    var json = JSONText()
    json.open("{")
    json.field("status", "healthy")
    json.field("service", "Notification Service")
    json.field("version", "1.0.0")
    json.field("timestamp", Timestamp(microseconds: Clocks.wallMicroseconds()).description)
    json.key("email_configured")
    json.value(service.mail.isConfigured)
    json.field("log_lag_bytes", Int(clamping: service.lagBytes))
    json.field("price_scheduler", service.looksAtPrices ? "running" : "ended")
    json.field("price_failures", service.priceFailures)
    json.close("}")
    reply(token, 200, json)
  }
}

extension SubscriberList {
  fileprivate static var words: String {
    "notification_type is one of " + allCases.map(\.word).joined(separator: ", ")
  }
}

extension JSONText {
  static var success: JSONText {
    var json = JSONText()
    json.open("{")
    json.field("status", "success")
    json.close("}")
    return json
  }

  /// A record of S1's history.
  fileprivate mutating func record(_ alert: Alert, _ tally: DeliveryTally) {
    open("{")
    field("type", alert.kind == .system ? "system_alert" : alert.type)
    if let subject = alert.subject {
      field("transaction_id", subject.transactionID)
      key("risk_score")
      value(subject.score)
    } else if alert.kind == .system {
      field("alert_type", alert.type)
      field("message", alert.message)
    } else {
      field("coin", alert.coin)
      field("target_price", alert.target)
    }
    field("sent_count", tally.sent)
    field("failed_count", tally.failed + tally.untried)
    field("timestamp", Timestamp(microseconds: alert.created).description)
    close("}")
  }

  fileprivate mutating func report(_ notice: Notice, _ tally: DeliveryTally) {
    open("{")
    field("type", "daily_report")
    let day = Timestamp(microseconds: notice.day * Timestamp.microsecondsPerDay)
    field("day", day.date)
    field("sent_count", tally.sent)
    field("failed_count", tally.failed + tally.untried)
    field("timestamp", Timestamp(microseconds: notice.created).description)
    close("}")
  }
}
