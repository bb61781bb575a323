/// 256 bits that stand for a secret which is not kept.
package struct SecretDigest: Sendable, Hashable {
  package static let bytesCount = 32

  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// A digest of exactly `bytesCount` bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == SecretDigest.bytesCount else { return nil }
    func word(_ start: Int) -> UInt64 {
      bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    words = (word(0), word(8), word(16), word(24))
  }

  package init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) { words = (a, b, c, d) }

  /// The digest as bytes.
  package var bytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
    }
  }

  /// Compares all words, in time that does not depend on where they differ.
  package static func == (a: SecretDigest, b: SecretDigest) -> Bool {
    (a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2)
      | (a.words.3 ^ b.words.3) == 0
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// At most so many requests in so many seconds, wherever the seconds begin.
package struct RateLimit: Sendable, Hashable {
  package static let requestsMax = 100_000
  package static let secondsMax = 86_400

  package var requests: Int
  package var seconds: Int

  /// A limit that is known to be in range.
  package init(_ requests: Int, _ seconds: Int) {
    precondition(RateLimit(requests: requests, seconds: seconds) != nil, "a limit is in range")
    self.requests = requests
    self.seconds = seconds
  }

  /// A limit; nil where it is out of range.
  package init?(requests: Int, seconds: Int) {
    guard (1...RateLimit.requestsMax).contains(requests),
      (1...RateLimit.secondsMax).contains(seconds)
    else { return nil }
    self.requests = requests
    self.seconds = seconds
  }
}

/// A person who can sign in.
package struct User: Sendable, Hashable {
  package static let emailBytesMax = 70

  package var id: Int64
  /// As it was registered; unique without regard to case.
  package var email: String
  /// Of argon2id, with its salt and limits.
  package var passwordHash: String
  package var role: Role
  /// Grows with each change that ends the user's tokens.
  package var generation: Int64
  /// µs since 1970.
  package var created: Int64

  package init(
    id: Int64,
    email: String,
    passwordHash: String,
    role: Role,
    generation: Int64,
    created: Int64
  ) {
    self.id = id
    self.email = email
    self.passwordHash = passwordHash
    self.role = role
    self.generation = generation
    self.created = created
  }
}

/// A client's key, without the secret itself.
package struct APIKey: Sendable, Hashable {
  package static let nameBytesMax = 70

  package var id: Int64
  package var name: String
  package var digest: SecretDigest
  package var scopes: Permissions
  /// Instead of the limit that holds for everybody.
  package var rate: RateLimit?
  /// µs since 1970.
  package var created: Int64
  /// µs since 1970; from then on it is no key.
  package var expires: Int64?
  /// µs since 1970.
  package var revoked: Int64?

  package init(
    id: Int64 = 0,
    name: String,
    digest: SecretDigest,
    scopes: Permissions,
    rate: RateLimit? = nil,
    created: Int64,
    expires: Int64? = nil,
    revoked: Int64? = nil
  ) {
    self.id = id
    self.name = name
    self.digest = digest
    self.scopes = scopes
    self.rate = rate
    self.created = created
    self.expires = expires
    self.revoked = revoked
  }

  /// Whether it opens anything at an instant (µs since 1970).
  package func isValid(at time: Int64) -> Bool {
    revoked == nil && expires.map { time < $0 } ?? true
  }
}

/// Who does something, when, and from where.
package struct Actor: Sendable, Hashable {
  /// Such as `user:ann@example.org`, `key:till` or `command:root`.
  package var name: String
  /// The client's address, or `local`.
  package var peer: String
  /// µs since 1970.
  package var time: Int64

  package init(name: String, peer: String, time: Int64) {
    self.name = name
    self.peer = peer
    self.time = time
  }
}

/// One line of the audit log.
package struct AuditEntry: Sendable, Hashable {
  /// In the order in which things were done.
  package var id: Int64
  package var by: Actor
  /// Such as `key.issue`.
  package var action: String
  /// What it was done to; never a secret.
  package var subject: String
  package var detail: String

  package init(id: Int64 = 0, by: Actor, _ action: String, _ subject: String, _ detail: String = "")
  {
    self.id = id
    self.by = by
    self.action = action
    self.subject = subject
    self.detail = detail
  }
}

/// What became different in an identity store after a revision.
package struct IdentityChanges: Sendable {
  /// The revision that they lead to.
  package var revision: Int64
  package var users: [User] = []
  package var keys: [APIKey] = []

  package init(revision: Int64) { self.revision = revision }

  package var isEmpty: Bool { users.isEmpty && keys.isEmpty }
}
