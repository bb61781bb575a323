import HTTP
import Storage
import Testing

@testable import Gateway

/// Secrets that are quick to check: the table's own logic is what is tested.
struct PlainSecrets: Secrets {
  func digest(_ secret: borrowing Span<UInt8>) -> SecretDigest {
    var sum: UInt64 = 5381
    for index in 0..<secret.count { sum = sum &* 33 &+ UInt64(secret[index]) }
    return SecretDigest(sum, 0, 0, UInt64(secret.count))
  }

  func newSecret(_ prefix: String) -> String { prefix + "new" }
  func hash(password: String) -> String? { password }
  func isPassword(_ password: String, of hash: String) -> Bool { password == hash }

  func token(_ claims: TokenClaims) -> String {
    "\(claims.email) \(claims.expires) \(claims.role.word) \(claims.generation)"
  }

  func claims(of token: [UInt8]) -> TokenClaims? {
    let parts = String(decoding: token, as: UTF8.self).split(separator: " ").map(String.init)
    guard parts.count == 4, let expires = Int64(parts[1]), let role = Role(word: parts[2]),
      let generation = Int64(parts[3])
    else { return nil }
    return TokenClaims(email: parts[0], expires: expires, role: role, generation: generation)
  }
}

/// The clients that the loop knows follow the store.
struct ClientTableTests {
  private let store = MemoryIdentityStore()
  private let table = ClientTable(secrets: PlainSecrets())
  private let secrets = PlainSecrets()
  private let actor = Actor(name: "test", peer: "local", time: 1_000_000)

  private func follow() throws { table.apply(try store.changes(after: 0)) }

  private func client(_ key: String, at time: Int64 = 1) -> Client? {
    let bytes = Array(key.utf8)
    return table.client(key: bytes.span, at: time)
  }

  private func issue(_ secret: String, expires: Int64? = nil) throws -> APIKey {
    let key = APIKey(
      name: "till",
      digest: secrets.digest(secret),
      scopes: .client,
      rate: RateLimit(7, 3),
      created: 0,
      expires: expires
    )
    return try #require(try store.addKey(key, by: actor))
  }

  @Test func `an empty key opens nothing, whatever the store has`() throws {
    _ = try issue("")
    try follow()
    #expect(client("") == nil)
  }

  @Test func `a key is known from its issue to its end`() throws {
    #expect(client("one") == nil)
    let key = try issue("one")
    try follow()
    let known = try #require(client("one"))
    #expect(known.name == "key:till" && known.permissions == .client)
    #expect(known.rate == RateLimit(7, 3))
    _ = try store.rotateKey(key.id, to: secrets.digest("two"), by: actor)
    try follow()
    #expect(client("one") == nil)
    #expect(client("two") === known, "its requests go on being counted")
    _ = try store.revokeKey(key.id, by: actor)
    try follow()
    #expect(client("two") == nil)
    #expect(client("") == nil)
  }

  @Test func `a key ends at its time`() throws {
    _ = try issue("short", expires: 50)
    try follow()
    #expect(client("short", at: 49) != nil)
    #expect(client("short", at: 50) == nil)
  }

  @Test func `a key of the configuration stays whatever the store does`() throws {
    table.add("same", Client("key:admin", .all))
    let key = try issue("same")
    try follow()
    #expect(client("same")?.permissions == .all)
    _ = try store.revokeKey(key.id, by: actor)
    try follow()
    #expect(client("same")?.permissions == .all)
  }

  private func opens(_ token: String, at second: Int64 = 1) -> Bool {
    table.client(token: Array(token.utf8), at: second * 1_000_000) != nil
  }

  @Test func `a token opens until its end, or until its user changes`() throws {
    let user = try #require(
      try store.addUser(email: "Ann@x", passwordHash: "", role: .viewer, by: actor)
    )
    try follow()
    func token(_ generation: Int64, _ role: Role = .viewer) -> String {
      secrets.token(
        TokenClaims(email: "ann@x", expires: 100, role: role, generation: generation)
      )
    }
    let first = token(1)
    #expect(opens(first) && opens(first, at: 99))
    #expect(!opens(first, at: 100))
    #expect(opens(first), "another look is not spoilt by the last one")
    #expect(!opens(token(2)) && !opens(token(0)) && !opens(token(1, .admin)))
    #expect(!opens("nobody@x 100 viewer 1") && !opens("nonsense") && !opens(""))
    _ = try store.setRole(.admin, ofUser: user.id, by: actor)
    try follow()
    #expect(!opens(first) && !opens(token(2)) && opens(token(2, .admin)))
    _ = try store.endTokens(ofUser: user.id, by: actor)
    try follow()
    #expect(!opens(token(2, .admin)) && opens(token(3, .admin)))
  }

  @Test func `a stream's right ends with its key: replaced, revoked, or at its time`() throws {
    let (first, second) = (try issue("first", expires: 50), try issue("second"))
    try follow()
    func pass(_ key: String) throws -> StreamPass {
      StreamPass(try #require(client(key)), .read, nil)
    }
    let (ends, stays) = (try pass("first"), try pass("second"))
    #expect(ends.end == 50 && stays.end == nil)
    #expect(table.isValid(ends, at: 49) && !table.isValid(ends, at: 50))
    #expect(table.isValid(stays, at: .max))
    try follow()
    #expect(table.isValid(stays, at: 1), "what did not change ends nothing")
    _ = try store.rotateKey(second.id, to: secrets.digest("third"), by: actor)
    try follow()
    let later = try pass("third")
    #expect(!table.isValid(stays, at: 1) && table.isValid(later, at: 1))
    _ = try store.revokeKey(second.id, by: actor)
    _ = try store.revokeKey(first.id, by: actor)
    try follow()
    #expect(!table.isValid(later, at: 1) && !table.isValid(ends, at: 1))
    #expect(!table.isValid(StreamPass(Client("key:x", .client), .oversee, nil), at: 1))
  }

  @Test func `a stream's right ends with its token, and with what its user was`() throws {
    let user = try #require(
      try store.addUser(email: "Bob@x", passwordHash: "", role: .viewer, by: actor)
    )
    func pass(_ role: Role, _ generation: Int64) throws -> StreamPass {
      try follow()
      let claims = TokenClaims(email: "bob@x", expires: 100, role: role, generation: generation)
      let found = table.client(token: Array(secrets.token(claims).utf8), at: 1)
      return StreamPass(try #require(found).client, .read, claims)
    }
    let first = try pass(.viewer, 1)
    #expect(first.end == 100_000_000)
    #expect(table.isValid(first, at: 99_999_999) && !table.isValid(first, at: 100_000_000))
    _ = try store.setRole(.analyst, ofUser: user.id, by: actor)
    let second = try pass(.analyst, 2)
    #expect(!table.isValid(first, at: 1) && table.isValid(second, at: 1))
    _ = try store.endTokens(ofUser: user.id, by: actor)
    try follow()
    #expect(!table.isValid(second, at: 1))
  }

  @Test func `passes are forgotten with their streams, and say when the next one ends`() throws {
    let streams = try StreamLoop()
    let passes = StreamPasses(streams)
    let tokens = (0..<4).map { _ in streams.makeToken() }
    for (token, expires) in zip(tokens, [40, 20, nil] as [Int64?]) {
      let client = Client("key:x", .client, expires: expires)
      passes.open(token, StreamPass(client, .read, nil))
    }
    passes.open(tokens[3], nil)
    func review(at time: Int64) -> Int64? { passes.review(at: time) { $0.isValid(at: time) } }
    #expect(review(at: 1) == 20)
    passes.left(tokens[1])
    #expect(review(at: 1) == 40)
    #expect(review(at: 40) == nil)
  }

  @Test func `addresses are counted one by one, networks of IPv6 as one, and the rest together`() {
    let first = table.client(peer: PeerAddress(192, 0, 2, 1), at: 0)
    #expect(table.client(peer: PeerAddress(192, 0, 2, 1), at: 0) === first)
    #expect(table.client(peer: PeerAddress(192, 0, 2, 2), at: 0) !== first)
    var bytes = SIMD16<UInt8>(repeating: 7)
    let network = table.client(peer: PeerAddress(bytes: bytes), at: 0)
    bytes[15] = 1
    #expect(table.client(peer: PeerAddress(bytes: bytes), at: 0) === network)
    bytes[7] = 1
    #expect(table.client(peer: PeerAddress(bytes: bytes), at: 0) !== network)
    let span = Int64(60_000_000_000)
    for number in 0..<ClientTable.peersMax + 10 {
      let peer = PeerAddress(10, UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255))
      _ = table.client(peer: peer, at: 0).take(.general, .general, at: 0)
    }
    let crowd = table.client(peer: PeerAddress(11, 0, 0, 1), at: span / 2)
    #expect(table.client(peer: PeerAddress(11, 0, 0, 2), at: span / 2) === crowd)
    #expect(table.client(peer: PeerAddress(11, 0, 0, 2), at: 2 * span) !== crowd)
  }
}
