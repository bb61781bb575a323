import Foundation
import HTTP
import Payments
import Storage

// Keys, and the audit log.
extension IdentityWorker {
  static let keyPrefix = "ak_"
  private static let keyDaysMax = 3650

  /// `POST /api/v1/keys`: the only answer that has the secret.
  func issueKey(_ token: RequestToken, _ body: RequestBody, _ actor: Actor) throws {
    let fields = try body.fields("name", "scopes", "rate", "expires_days")
    guard let name = RequestBody.text(fields["name"], bytesMax: APIKey.nameBytesMax) else {
      throw AccountRefusal(
        422,
        "invalid",
        "name is a text of up to \(APIKey.nameBytesMax) bytes",
        field: "name"
      )
    }
    guard let scopes = (fields["scopes"] as? [String]).flatMap(Permissions.init(words:)) else {
      let words = Permission.allCases.map(\.word).joined(separator: ", ")
      throw AccountRefusal(422, "invalid", "scopes is a list of \(words)", field: "scopes")
    }
    let days = try RequestBody.number(fields, "expires_days", 1...IdentityWorker.keyDaysMax)
    let secret = secrets.newSecret(IdentityWorker.keyPrefix)
    let key = APIKey(
      name: name,
      digest: secrets.digest(secret),
      scopes: scopes,
      rate: try IdentityWorker.rate(fields),
      created: actor.time,
      expires: days.map { actor.time + Int64($0) * Timestamp.microsecondsPerDay }
    )
    guard let added = try store.addKey(key, by: actor) else {
      throw AccountRefusal(409, "Full", "There are \(IdentityLimit.keys) keys")
    }
    var json = JSONText()
    json.apiKey(added, secret: secret)
    reply(token, 201, json)
  }

  private static func rate(_ fields: [String: Any]) throws(AccountRefusal) -> RateLimit? {
    guard let value = fields["rate"], !(value is NSNull) else { return nil }
    let rate = value as? [String: Any] ?? [:]
    let requests = try RequestBody.number(rate, "requests", 1...RateLimit.requestsMax)
    let seconds = try RequestBody.number(rate, "seconds", 1...RateLimit.secondsMax)
    guard let requests, let seconds else {
      throw AccountRefusal(422, "invalid", "rate has requests and seconds", field: "rate")
    }
    return RateLimit(requests: requests, seconds: seconds)
  }

  /// `GET /api/v1/keys`: never their secrets.
  func listKeys(_ token: RequestToken, _ after: Int64, _ limit: Int) throws {
    let keys = try store.keys(after: after, limit: limit)
    var json = JSONText()
    json.open("{")
    json.key("keys")
    json.open("[")
    for key in keys { json.apiKey(key) }
    json.close("]")
    json.next(keys.count == limit ? keys.last?.id : nil)
    json.close("}")
    reply(token, 200, json)
  }

  /// `POST /api/v1/keys/{id}/rotate`: from now on another secret.
  func rotateKey(_ token: RequestToken, _ id: Int64, _ actor: Actor) throws {
    let secret = secrets.newSecret(IdentityWorker.keyPrefix)
    guard let key = try store.rotateKey(id, to: secrets.digest(secret), by: actor) else {
      throw AccountRefusal(404, "Not found", "There is no such key")
    }
    var json = JSONText()
    json.apiKey(key, secret: secret)
    reply(token, 200, json)
  }

  /// `DELETE /api/v1/keys/{id}`.
  func revokeKey(_ token: RequestToken, _ id: Int64, _ actor: Actor) throws {
    guard let key = try store.revokeKey(id, by: actor) else {
      throw AccountRefusal(404, "Not found", "There is no such key")
    }
    var json = JSONText()
    json.apiKey(key)
    reply(token, 200, json)
  }

  /// `GET /api/v1/audit`: newest first.
  func listAudit(_ token: RequestToken, _ before: Int64?, _ limit: Int) throws {
    let entries = try store.audit(before: before, limit: limit)
    var json = JSONText()
    json.open("{")
    json.key("entries")
    json.open("[")
    for entry in entries {
      json.open("{")
      json.key("id")
      json.value(Int(entry.id))
      json.key("time")
      json.value(Timestamp(microseconds: entry.by.time).description)
      json.key("actor")
      json.value(entry.by.name)
      json.key("peer")
      json.value(entry.by.peer)
      json.key("action")
      json.value(entry.action)
      json.key("subject")
      json.value(entry.subject)
      json.key("detail")
      json.value(entry.detail)
      json.close("}")
    }
    json.close("]")
    json.next(entries.count == limit ? entries.last?.id : nil)
    json.close("}")
    reply(token, 200, json)
  }
}

extension JSONText {
  /// A key; its secret only where it was made just now.
  fileprivate mutating func apiKey(_ shown: APIKey, secret: String? = nil) {
    open("{")
    key("id")
    value(Int(shown.id))
    key("name")
    value(shown.name)
    if let secret {
      key("key")
      value(secret)
    }
    key("scopes")
    open("[")
    for word in shown.scopes.words { value(word) }
    close("]")
    key("rate")
    if let rate = shown.rate {
      open("{")
      key("requests")
      value(rate.requests)
      key("seconds")
      value(rate.seconds)
      close("}")
    } else {
      null()
    }
    time("created", shown.created)
    time("expires", shown.expires)
    time("revoked", shown.revoked)
    close("}")
  }

  private mutating func time(_ name: String, _ microseconds: Int64?) {
    key(name)
    guard let microseconds else { return null() }
    value(Timestamp(microseconds: microseconds).description)
  }
}
