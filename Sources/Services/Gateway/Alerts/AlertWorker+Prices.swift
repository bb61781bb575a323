import Alerts
import Foundation
import HTTP
import Payments
import Pipeline
import Storage

// S0's price alerts, in its words.
extension AlertWorker {
  /// Bytes of a coin and of a price, as S0's columns have them.
  private static let bytesMax = 120

  /// `POST /alerts/create` (S0.6).
  func createPrice(_ token: RequestToken, _ body: RequestBody, _ owner: Int64) throws {
    let fields = body.fields() ?? [:]
    guard
      let coin = RequestBody.text(fields["coin"], bytesMax: AlertWorker.bytesMax)?
        .trimmingCharacters(in: .whitespaces), !coin.isEmpty,
      let target = AlertWorker.price(fields["target_price"])
    else { return say(token, 401, "Required Details Not Entered") }
    if let coins = service.coins, !coins.knows(coin) {
      return say(token, 401, AlertWorker.unknown(coin, coins))
    }
    let alert = Alert(owner: owner, coin: coin, target: target, at: Clocks.wallMicroseconds())
    let (added, isKnown) = try service.store.use { store throws(StoreError) in
      let added = try store.add(price: alert)
      var waiting = AlertQuery(limit: AlertQuery.limitMax)
      waiting.owner = owner
      waiting.states = [.created]
      if added != nil { return (added, false) }
      return (nil, try store.alerts(waiting).contains { $0.key == alert.key })
    }
    if added == nil {
      return isKnown
        ? say(token, 200, "Alert Already Exists")
        : say(token, 401, "DataBase Error Encountered")
    }
    service.countPriceChange(of: owner)
    service.ringPrices()
    say(token, 200, "Alert Created SuccessFully")
  }

  private static func unknown(_ coin: String, _ coins: CoinList) -> String {
    let nearest = coins.nearest(to: coin).map { "'\($0)'" }.joined(separator: ", ")
    let hint = nearest.isEmpty ? "Enter a Symbol of the List of Prices" : "Did You Mean \(nearest)?"
    return "Unknown Coin '\(coin)': \(hint)"
  }

  /// What keeps a waiting alert from being triggered; nil where nothing does.
  private func obstacle(_ alert: Alert) -> String? {
    guard alert.state == .created else { return nil }
    guard let coins = service.coins else {
      return "no price is known yet: the list of prices has not been looked at"
    }
    return coins.knows(alert.coin) ? nil : "unknown coin: the list of prices does not have it"
  }

  /// A price above zero, a text as S0's clients send it or a number.
  private static func price(_ value: Any?) -> String? {
    let text = (value as? String) ?? (value as? NSNumber).map(\.stringValue)
    guard let text = RequestBody.text(text, bytesMax: bytesMax),
      PriceCrossing.price(text) != nil
    else { return nil }
    return text
  }

  /// `POST /alerts/delete` (S0.7); only the caller's own.
  func deletePrice(_ token: RequestToken, _ body: RequestBody, _ owner: Int64) throws {
    let value = (body.fields() ?? [:])["id"]
    let text = (value as? String) ?? (value as? NSNumber).map(\.stringValue)
    guard let text, !text.isEmpty else {
      return say(token, 401, "Enter the Id of the Alert You Want To Delete")
    }
    let now = Clocks.wallMicroseconds()
    let result = try service.store.use { store throws(StoreError) in
      guard let id = Int64(text), let alert = try store.alert(id), alert.kind == .price,
        alert.owner == owner
      else { return AlertChangeResult.unknown }
      return try store.change(id, .delete, at: now, until: 0)
    }
    guard case .changed = result else { return say(token, 200, "Invalid Alert Id") }
    service.countPriceChange(of: owner)
    say(token, 200, "Alert Deleted Successfully")
  }

  /// `POST /alerts/fetch_all` (S0.8, S0.9).
  func listPrices(_ token: RequestToken, _ stamp: AlertListCache.Stamp) throws {
    let key = stamp.key
    var query = AlertQuery(limit: key.limit)
    query.kind = .price
    query.owner = key.owner
    query.isAscending = true
    query.after = key.cursor
    query.offset = key.offset
    switch key.filter {
    case "": break
    case "CREATED": query.states = [.created]
    case "DELETED": query.states = [.deleted]
    case "TRIGGERED": query.states = Set(AlertState.allCases).subtracting([.created, .deleted])
    default: query.states = []
    }
    let wanted = query
    let alerts = try service.store.use { store throws(StoreError) in try store.alerts(wanted) }
    var json = JSONText()
    json.open("{")
    json.field("message", JSONText.array) { json in
      for alert in alerts {
        json.open("{")
        json.field("coin", alert.coin)
        json.field("created", Timestamp(microseconds: alert.created).ofHeaders)
        json.field("id", Int(alert.id))
        json.field("status", AlertWorker.status(alert.state))
        json.field("target_price", alert.target)
        json.field("user_id", Int(alert.owner))
        if let obstacle = obstacle(alert) { json.field("note", obstacle) }
        json.close("}")
      }
    }
    if key.isPaged || alerts.count == key.limit {
      json.next(alerts.count == key.limit ? alerts.last?.id : nil)
    }
    json.close("}")
    reply(token, 200, json, memory: stamp)
  }

  private static func status(_ state: AlertState) -> String {
    switch state {
    case .created: "CREATED"
    case .deleted: "DELETED"
    default: "TRIGGERED"
    }
  }

  /// `GET /alerts` (S2.5): a text that holds the list.
  func listPayments(_ token: RequestToken, _ source: String, _ limit: Int) throws {
    let rows = try service.store.use { store throws(StoreError) in
      try store.transactions(alert: nil, source: source, limit: limit)
    }
    var list = JSONText()
    list.open("[")
    for row in rows {
      list.open("{")
      list.field("_id", JSONText.object) {
        let digits = String(row.id, radix: 16)
        $0.field("$oid", String(repeating: "0", count: max(0, 24 - digits.count)) + digits)
      }
      list.number("transaction_id", row.subject.transactionID)
      list.number("user_id", row.subject.account)
      list.field("alert", FraudPolicy.paymentText)
      list.key("amount")
      list.raw(Array(row.subject.amount.utf8))
      list.field("timestamp", Timestamp(microseconds: row.subject.time).plain)
      list.close("}")
    }
    list.close("]")
    var json = JSONText()
    json.open("{")
    json.field("values", String(decoding: list.bytes, as: UTF8.self))
    json.field("message", "")
    json.close("}")
    reply(token, 200, json)
  }
}

extension JSONText {
  /// A name that is a number where it reads as one.
  fileprivate mutating func number(_ name: StaticString, _ text: String) {
    if let number = Int(text), "\(number)" == text {
      field(name, number)
    } else {
      field(name, text)
    }
  }
}

extension Timestamp {
  /// As header fields have it: `Sat, 30 Jul 2022 07:01:39 GMT`.
  var ofHeaders: String {
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let (year, month, day) = civil
    let time = plain.suffix(8)
    let weekday = days[Int((self.day % 7 + 7) % 7)]
    return "\(weekday), \(day < 10 ? "0" : "")\(day) \(months[month - 1]) \(year) \(time) GMT"
  }
}
