import Foundation
import Intake
import Payments
import Shell
import Storage

/// Adds and lists users, and gives them roles and passwords.
enum UsersCommand: Command {
  static let name = "users"
  static let summary = "add or list users, give them roles and passwords"
  static let words = ["add|list|role|password|token", "[EMAIL]"]
  private static let pageSize = 1000
  private static let passwordBytes = 8...1024

  static let options = [
    LocalIdentity.option,
    Arguments.Option("role", "R", Role.allCases.map(\.word).joined(separator: ", ")),
    Arguments.Option("json", nil, "list as JSON"),
  ]

  private struct Row: Codable {
    var id: Int64
    var email: String
    var role: String
    var created: String
  }

  static func run(_ arguments: Arguments) throws {
    switch (arguments.words.first, arguments.words.count) {
    case ("add", 2): try add(arguments.words[1], arguments)
    case ("list", 1): try list(arguments)
    case ("role", 2): try setRole(arguments.words[1], arguments)
    case ("password", 2): try setPassword(arguments.words[1], arguments)
    case ("token", 1):
      let identity = try LocalIdentity(arguments)
      guard try identity.store.administrators() == 0 else {
        throw CommandError("there is an administrator already")
      }
      let name = identity.actor.name
      Console.print(try FirstAdministrator.makeToken(identity.store, identity.secrets, by: name))
    default:
      throw UsageError("'add EMAIL', 'list', 'role EMAIL', 'password EMAIL' or 'token' is expected")
    }
  }

  private static func role(_ arguments: Arguments) throws(UsageError) -> Role {
    guard let role = Role(word: try arguments.required("role")) else {
      throw UsageError("--role is one of \(Role.allCases.map(\.word).joined(separator: ", "))")
    }
    return role
  }

  /// A password from standard input: an argument would stand in the list of processes.
  private static func readPassword() throws(UsageError) -> String {
    Console.note("password, on one line of standard input:")
    guard let line = readLine(), passwordBytes.contains(line.utf8.count) else {
      throw UsageError(
        "a password has \(passwordBytes.lowerBound) to \(passwordBytes.upperBound) bytes"
      )
    }
    return line
  }

  private static func add(_ email: String, _ arguments: Arguments) throws {
    let role = try role(arguments)
    guard email.utf8.count <= User.emailBytesMax, email.split(separator: "@").count == 2 else {
      throw UsageError("'\(email)' is no email of up to \(User.emailBytesMax) bytes")
    }
    guard !CardNumber.isHeld(in: email) else {
      throw UsageError("the email \(CardNumber.textRefusal)")
    }
    let identity = try LocalIdentity(arguments)
    let hash = try identity.hash(try readPassword())
    let user = try identity.store.addUser(
      email: email,
      passwordHash: hash,
      role: role,
      by: identity.actor
    )
    guard let user else { throw CommandError("\(email) is registered already") }
    Console.print("added user \(user.id): \(user.email), \(user.role.word)")
  }

  private static func user(_ email: String, _ identity: LocalIdentity) throws -> User {
    guard let user = try identity.store.user(email: email) else {
      throw CommandError("there is no user \(email)")
    }
    return user
  }

  private static func setRole(_ email: String, _ arguments: Arguments) throws {
    let role = try role(arguments)
    let identity = try LocalIdentity(arguments)
    let user = try user(email, identity)
    if user.role == .admin, role != .admin, try identity.store.administrators() == 1 {
      throw CommandError("there must be one administrator at least")
    }
    _ = try identity.store.setRole(role, ofUser: user.id, by: identity.actor)
    Console.print("\(user.email) is \(role.word) from now on")
  }

  private static func setPassword(_ email: String, _ arguments: Arguments) throws {
    let identity = try LocalIdentity(arguments)
    let user = try user(email, identity)
    let hash = try identity.hash(try readPassword())
    _ = try identity.store.setPassword(hash: hash, ofUser: user.id, by: identity.actor)
    Console.print("\(user.email) has another password from now on")
  }

  private static func list(_ arguments: Arguments) throws {
    let store = try LocalIdentity(arguments).store
    var users: [User] = []
    while true {
      let page = try store.users(after: users.last?.id ?? 0, limit: pageSize)
      users += page
      if page.count < pageSize { break }
    }
    let rows = users.map {
      Row(
        id: $0.id,
        email: $0.email,
        role: $0.role.word,
        created: Timestamp(microseconds: $0.created).description
      )
    }
    if arguments.has("json") { return try Console.json(["users": rows]) }
    for row in rows { Console.print("\(row.id) \(row.email): \(row.role)") }
  }
}
