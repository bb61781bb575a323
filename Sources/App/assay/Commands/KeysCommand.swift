import Foundation
import Intake
import Payments
import Shell
import Storage

/// Issues, lists, rotates and revokes clients' keys.
enum KeysCommand: Command {
  static let name = "keys"
  static let summary = "issue, list, rotate or revoke clients' API keys"
  static let words = ["issue|list|rotate|revoke", "[ID]"]
  private static let pageSize = 1000

  static let options = [
    LocalIdentity.option,
    Arguments.Option("name", "NAME", "issue: what the client is called"),
    Arguments.Option(
      "scope",
      "S...",
      "issue: " + Permission.allCases.map(\.word).joined(separator: ", "),
      repeats: true
    ),
    Arguments.Option("rate", "N/S", "issue: at most N requests in S seconds"),
    Arguments.Option("days", "N", "issue: valid for so many days (for ever)"),
    Arguments.Option("json", nil, "list as JSON"),
  ]

  private struct Row: Codable {
    var id: Int64
    var name: String
    var scopes: [String]
    var rate: String?
    var created: String
    var expires: String?
    var revoked: String?
  }

  static func run(_ arguments: Arguments) throws {
    switch (arguments.words.first, arguments.words.count) {
    case ("issue", 1): try issue(arguments)
    case ("list", 1): try list(arguments)
    case ("rotate", 2): try rotate(arguments)
    case ("revoke", 2): try revoke(arguments)
    default: throw UsageError("'issue', 'list', 'rotate ID' or 'revoke ID' is expected")
    }
  }

  private static func issue(_ arguments: Arguments) throws {
    let name = try arguments.required("name")
    guard name.utf8.count <= APIKey.nameBytesMax else {
      throw UsageError("--name has up to \(APIKey.nameBytesMax) bytes")
    }
    guard !CardNumber.isHeld(in: name) else {
      throw UsageError("--name \(CardNumber.textRefusal)")
    }
    guard let scopes = Permissions(words: arguments.list("scope")) else {
      throw UsageError(
        "--scope is one or more of \(Permission.allCases.map(\.word).joined(separator: ", "))"
      )
    }
    let (rate, days) = (try rate(arguments), try arguments.integer("days", 1...3650))
    let identity = try LocalIdentity(arguments)
    let secret = identity.secrets.newSecret("ak_")
    let key = APIKey(
      name: name,
      digest: identity.secrets.digest(secret),
      scopes: scopes,
      rate: rate,
      created: identity.actor.time,
      expires: days.map { identity.actor.time + Int64($0) * Timestamp.microsecondsPerDay }
    )
    guard let added = try identity.store.addKey(key, by: identity.actor) else {
      throw CommandError("there are \(IdentityLimit.keys) keys already")
    }
    Console.note("key \(added.id) of \(added.name); it is shown this once:")
    Console.print(secret)
  }

  private static func rate(_ arguments: Arguments) throws(UsageError) -> RateLimit? {
    guard let text = arguments.text("rate") else { return nil }
    let parts = text.split(separator: "/").map { Int($0) ?? 0 }
    guard parts.count == 2, let rate = RateLimit(requests: parts[0], seconds: parts[1]) else {
      throw UsageError(
        "--rate is such as 1000/60: up to \(RateLimit.requestsMax) requests in up to"
          + " \(RateLimit.secondsMax) seconds"
      )
    }
    return rate
  }

  private static func list(_ arguments: Arguments) throws {
    let store = try LocalIdentity(arguments).store
    var keys: [APIKey] = []
    while true {
      let page = try store.keys(after: keys.last?.id ?? 0, limit: pageSize)
      keys += page
      if page.count < pageSize { break }
    }
    let rows = keys.map { key in
      func text(_ time: Int64?) -> String? {
        time.map { Timestamp(microseconds: $0).description }
      }
      return Row(
        id: key.id,
        name: key.name,
        scopes: key.scopes.words,
        rate: key.rate.map { "\($0.requests)/\($0.seconds)" },
        created: Timestamp(microseconds: key.created).description,
        expires: text(key.expires),
        revoked: text(key.revoked)
      )
    }
    if arguments.has("json") { return try Console.json(["keys": rows]) }
    for row in rows {
      let state =
        row.revoked.map { ", revoked \($0)" } ?? row.expires.map { ", until \($0)" } ?? ""
      let rate = row.rate.map { ", \($0) s" } ?? ""
      Console.print("\(row.id) \(row.name): \(row.scopes.joined(separator: " "))\(rate)\(state)")
    }
  }

  private static func rotate(_ arguments: Arguments) throws {
    let id = try LocalIdentity.number(arguments)
    let identity = try LocalIdentity(arguments)
    let secret = identity.secrets.newSecret("ak_")
    let digest = identity.secrets.digest(secret)
    guard let key = try identity.store.rotateKey(id, to: digest, by: identity.actor) else {
      throw CommandError("there is no key \(id), or it is revoked")
    }
    Console.note("the new key of \(key.name); it is shown this once, the old one has ended:")
    Console.print(secret)
  }

  private static func revoke(_ arguments: Arguments) throws {
    let id = try LocalIdentity.number(arguments)
    let identity = try LocalIdentity(arguments)
    guard let key = try identity.store.revokeKey(id, by: identity.actor) else {
      throw CommandError("there is no key \(id), or it is revoked")
    }
    Console.print("revoked key \(id) of \(key.name)")
  }
}
