/// What a route lets its caller do.
package enum Permission: UInt8, Sendable, CaseIterable {
  /// Have transactions decided on.
  case score
  /// See decisions and the state of the service.
  case read
  /// Say what became known: labels and activities.
  case ingest
  /// See who may do what, and who did.
  case oversee
  /// Change anything.
  case administer

  /// The word in a key's scopes.
  package var word: String {
    switch self {
    case .score: "score"
    case .read: "read"
    case .ingest: "ingest"
    case .oversee: "oversee"
    case .administer: "admin"
    }
  }

  /// The permission of a scope's word.
  package init?(word: String) {
    guard let found = Permission.allCases.first(where: { $0.word == word }) else { return nil }
    self = found
  }

  /// The least role that has it.
  package var role: Role { Role.allCases.first { $0.permissions.contains(self) } ?? .admin }
}

/// A set of permissions: the scopes of a key, or what a role may do.
package struct Permissions: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The set of some permissions.
  package init(_ permissions: [Permission]) {
    self.init(rawValue: permissions.reduce(0) { $0 | 1 << $1.rawValue })
  }

  /// Every permission.
  package static let all = Permissions(Permission.allCases)
  /// What clients of the reference systems' gateway may do with their keys.
  package static let client = Permissions([.score, .read])

  /// Whether a permission is among them; the last one stands for all.
  package func contains(_ permission: Permission) -> Bool {
    rawValue & (1 << permission.rawValue | 1 << Permission.administer.rawValue) != 0
  }

  /// The words of a key's scopes, in the order of `Permission`.
  package var words: [String] {
    Permission.allCases.filter { rawValue & 1 << $0.rawValue != 0 }.map(\.word)
  }

  /// The set that some words name; nil where one of them is no scope, or there is none.
  package init?(words: [String]) {
    let found = words.compactMap(Permission.init(word:))
    guard found.count == words.count, !found.isEmpty else { return nil }
    self.init(found)
  }
}

/// What a person is to the platform; each role may do all that the ones before it may.
package enum Role: UInt8, Sendable, CaseIterable, Comparable {
  /// Who registered: a token of the reference system's own routes, and nothing else.
  case subscriber
  case viewer
  case analyst
  case manager
  case admin

  /// The word in JSON and tokens.
  package var word: String {
    switch self {
    case .subscriber: "subscriber"
    case .viewer: "viewer"
    case .analyst: "analyst"
    case .manager: "manager"
    case .admin: "admin"
    }
  }

  /// The role of a word.
  package init?(word: String) {
    guard let found = Role.allCases.first(where: { $0.word == word }) else { return nil }
    self = found
  }

  /// What the role may do.
  package var permissions: Permissions {
    switch self {
    case .subscriber: []
    case .viewer: Permissions([.read])
    case .analyst: Permissions([.read, .score, .ingest])
    case .manager: Permissions([.read, .score, .ingest, .oversee])
    case .admin: .all
    }
  }

  package static func < (a: Role, b: Role) -> Bool { a.rawValue < b.rawValue }
}
