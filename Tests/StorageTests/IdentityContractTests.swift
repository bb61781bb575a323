import Foundation
import SQLiteStore
import Storage
import Testing

/// What every identity store promises.
@Suite(.serialized) struct IdentityContractTests {
  private let scratch: Scratch
  private let actor = Actor(name: "user:root@x", peer: "192.0.2.1", time: 77)

  init() throws { scratch = try Scratch() }

  private func make(_ backend: Backend) throws -> any IdentityStore {
    switch backend {
    case .memory: MemoryIdentityStore()
    case .sqlite: try SQLiteIdentityStore(path: scratch.path)
    }
  }

  private func digest(_ number: UInt64) -> SecretDigest {
    SecretDigest(number, 2, 3, number << 63 | 4)
  }

  private func key(_ name: String, _ number: UInt64) -> APIKey {
    APIKey(name: name, digest: digest(number), scopes: .client, created: 5)
  }

  @Test(arguments: Backend.allCases)
  func `a fresh store is empty`(backend: Backend) throws {
    let store = try make(backend)
    #expect(try store.users(after: 0, limit: 10).isEmpty)
    #expect(try store.keys(after: 0, limit: 10).isEmpty)
    #expect(try store.audit(before: nil, limit: 10).isEmpty)
    #expect(try store.changes(after: 0).isEmpty)
    #expect(try store.administrators() == 0)
    #expect(try store.setupDigest() == nil)
    #expect(try store.user(email: "") == nil)
  }

  @Test(arguments: Backend.allCases)
  func `an email is taken once, without regard to case`(backend: Backend) throws {
    let store = try make(backend)
    let user = try #require(
      try store.addUser(email: "Ann@x", passwordHash: "h", role: .viewer, by: actor)
    )
    #expect(
      user
        == User(
          id: 1,
          email: "Ann@x",
          passwordHash: "h",
          role: .viewer,
          generation: 1,
          created: 77
        )
    )
    #expect(try store.addUser(email: "aNN@X", passwordHash: "", role: .admin, by: actor) == nil)
    #expect(try store.user(email: "ann@x") == user)
    #expect(try store.user(email: "ann@y") == nil)
    #expect(try store.administrators() == 0)
    #expect(try store.users(after: 0, limit: 10) == [user])
    #expect(try store.audit(before: nil, limit: 10).map(\.action) == ["user.add"])
  }

  @Test(arguments: Backend.allCases)
  func `each change of a user ends the tokens`(backend: Backend) throws {
    let store = try make(backend)
    for email in ["a@x", "b@x"] {
      _ = try store.addUser(email: email, passwordHash: "h", role: .viewer, by: actor)
    }
    let promoted = try store.setRole(.admin, ofUser: 2, by: actor)
    #expect(promoted?.role == .admin && promoted?.generation == 2)
    let changed = try store.setPassword(hash: "other", ofUser: 2, by: actor)
    #expect(changed?.passwordHash == "other" && changed?.generation == 3)
    #expect(try store.endTokens(ofUser: 2, by: actor)?.generation == 4)
    #expect(try store.setRole(.admin, ofUser: 9, by: actor) == nil)
    #expect(try store.setPassword(hash: "", ofUser: 9, by: actor) == nil)
    #expect(try store.endTokens(ofUser: 9, by: actor) == nil)
    #expect(try store.users(after: 0, limit: 10).map(\.generation) == [1, 4])
    #expect(try store.users(after: 1, limit: 10).map(\.email) == ["b@x"])
    #expect(try store.users(after: 0, limit: 1).map(\.email) == ["a@x"])
    #expect(try store.administrators() == 1)
    #expect(
      try store.audit(before: nil, limit: 10).map { "\($0.action) \($0.subject) \($0.detail)" } == [
        "user.logout b@x ", "user.password b@x ", "user.role b@x admin", "user.add b@x viewer",
        "user.add a@x viewer",
      ]
    )
  }

  @Test(arguments: Backend.allCases)
  func `a key is issued, rotated and revoked`(backend: Backend) throws {
    let store = try make(backend)
    var wanted = key("till", 1)
    wanted.rate = RateLimit(9, 8)
    wanted.expires = 123
    let issued = try #require(try store.addKey(wanted, by: actor))
    wanted.id = 1
    #expect(issued == wanted)
    _ = try store.addKey(key("desk", 2), by: actor)
    let rotated = try store.rotateKey(1, to: digest(3), by: actor)
    wanted.digest = digest(3)
    #expect(rotated == wanted)
    let revoked = try store.revokeKey(1, by: actor)
    wanted.revoked = 77
    #expect(revoked == wanted)
    #expect(try store.revokeKey(1, by: actor) == nil)
    #expect(try store.rotateKey(1, to: digest(4), by: actor) == nil)
    #expect(try store.revokeKey(9, by: actor) == nil)
    #expect(try store.keys(after: 0, limit: 10).map(\.name) == ["till", "desk"])
    #expect(try store.keys(after: 0, limit: 10).first == wanted)
    #expect(try store.keys(after: 1, limit: 10).map(\.name) == ["desk"])
    let log = try store.audit(before: nil, limit: 10)
    #expect(log.map(\.action) == ["key.revoke", "key.rotate", "key.issue", "key.issue"])
    #expect(log.last?.detail == "score read, 9 per 8 s")
  }

  @Test(arguments: Backend.allCases)
  func `what changed after a revision is told`(backend: Backend) throws {
    let store = try make(backend)
    _ = try store.addUser(email: "a@x", passwordHash: "h", role: .viewer, by: actor)
    _ = try store.addKey(key("till", 1), by: actor)
    let all = try store.changes(after: 0)
    #expect(all.users.map(\.email) == ["a@x"] && all.keys.map(\.name) == ["till"])
    #expect(try store.changes(after: all.revision).isEmpty)
    _ = try store.addKey(key("desk", 2), by: actor)
    let known = try store.changes(after: all.revision)
    #expect(known.users.isEmpty && known.keys.map(\.name) == ["desk"])
    _ = try store.revokeKey(1, by: actor)
    #expect(try store.changes(after: known.revision).keys.map(\.name) == ["till"])
    let next = try store.changes(after: all.revision)
    #expect(next.users.isEmpty && next.keys.map(\.revoked) == [77, nil])
    #expect(next.revision > all.revision)
  }

  @Test(arguments: Backend.allCases)
  func `the one-time token ends with the first administrator`(backend: Backend) throws {
    let store = try make(backend)
    try store.setSetupDigest(digest(7), by: actor)
    #expect(try store.setupDigest() == digest(7))
    _ = try store.addUser(email: "a@x", passwordHash: "h", role: .manager, by: actor)
    _ = try store.setRole(.manager, ofUser: 1, by: actor)
    #expect(try store.setupDigest() == digest(7))
    _ = try store.setRole(.admin, ofUser: 1, by: actor)
    #expect(try store.setupDigest() == nil)
    try store.setSetupDigest(digest(8), by: actor)
    _ = try store.addUser(email: "b@x", passwordHash: "h", role: .admin, by: actor)
    #expect(try store.setupDigest() == nil)
  }

  @Test(arguments: Backend.allCases)
  func `the audit log comes in pages, newest first`(backend: Backend) throws {
    let store = try make(backend)
    let entries = (1...25).map { number in
      AuditEntry(
        by: Actor(name: "key:k", peer: "::1", time: Int64(number)),
        "test",
        "s\(number)",
        "'quoted' \u{e9}"
      )
    }
    try store.record(entries)
    var seen: [AuditEntry] = []
    while true {
      let page = try store.audit(before: seen.last?.id, limit: 10)
      seen += page
      if page.count < 10 { break }
    }
    #expect(seen.map(\.id) == (1...25).reversed())
    #expect(seen.map(\.by) == entries.reversed().map(\.by))
    #expect(seen.first?.detail == "'quoted' \u{e9}")
  }

  @Test func `what another process changed is there, and so is all of it after a reopening`() throws
  {
    let store = try SQLiteIdentityStore(path: scratch.path)
    let other = try SQLiteIdentityStore(path: scratch.path)
    _ = try other.addKey(key("till", 1), by: actor)
    let changes = try store.changes(after: 0)
    #expect(changes.keys.map(\.name) == ["till"])
    _ = try store.rotateKey(1, to: digest(5), by: actor)
    #expect(try other.changes(after: changes.revision).keys.map(\.digest) == [digest(5)])
    let again = try SQLiteIdentityStore(path: scratch.path)
    #expect(try again.keys(after: 0, limit: 2).map(\.digest) == [digest(5)])
    #expect(try again.audit(before: nil, limit: 9).count == 2)
    let mode = try FileManager.default.attributesOfItem(atPath: scratch.path)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
  }

  @Test func `two that start together make one file`() async throws {
    let path = scratch.path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<4 {
        group.addTask {
          let store = try SQLiteIdentityStore(path: path)
          let actor = Actor(name: "t", peer: "local", time: 1)
          let key = APIKey(
            name: "k",
            digest: SecretDigest(UInt64(number), 0, 0, 0),
            scopes: .all,
            created: 1
          )
          _ = try store.addKey(key, by: actor)
        }
      }
      try await group.waitForAll()
    }
    #expect(try SQLiteIdentityStore(path: path).keys(after: 0, limit: 9).count == 4)
  }

  @Test func `a file of something else is refused`() throws {
    do { _ = try SQLiteStore(path: scratch.path) }
    #expect(throws: StoreError.self) {
      try SQLiteIdentityStore(path: scratch.path).keys(after: 0, limit: 1)
    }
  }
}
