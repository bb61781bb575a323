import HTTP
import Storage

/// The clients that the loop knows, by what they bring; follows the identity store.
///
/// No request reads the store: a key costs one hash and one look into a dictionary.
final class ClientTable {
  /// Tokens whose signature was checked and is remembered.
  static let tokensMax = 4096
  /// Addresses without a key that are counted one by one.
  static let peersMax = 10_000
  /// Between two searches for addresses that can be forgotten.
  private static let sweepNanoseconds: Int64 = 1_000_000_000

  private struct Member {
    var id: Int64
    var generation: Int64
    var role: Role
    var client: Client
  }

  private struct Key {
    var digest: SecretDigest
    var isRevoked: Bool
    var client: Client
  }

  private let secrets: any Secrets
  private var clients: [SecretDigest: Client] = [:]
  private var keys: [Int64: Key] = [:]
  private var members: [String: Member] = [:]
  private var tokens: [SecretDigest: TokenClaims] = [:]
  private var peers: [PeerAddress: Client] = [:]
  private var sweepNext: Int64 = 0
  /// Shared by addresses beyond `peersMax`.
  private let crowd = Client("peers")

  init(secrets: any Secrets) { self.secrets = secrets }

  /// Adds a key that the configuration brings, which is never empty.
  func add(_ secret: String, _ client: Client) {
    precondition(!secret.isEmpty, "an empty key would open the interface to everybody")
    clients[secrets.digest(secret)] = client
  }

  /// Takes over what changed in the store.
  func apply(_ changes: IdentityChanges) {
    for key in changes.keys { apply(key) }
    for user in changes.users { apply(user) }
  }

  private func apply(_ key: APIKey) {
    let client = keys[key.id]?.client ?? Client("key:" + key.name)
    // A key of the configuration may have been put into the store's by chance; it stays.
    if let old = keys[key.id]?.digest, clients[old] === client { clients[old] = nil }
    client.permissions = key.scopes
    client.rate = key.rate
    client.expires = key.expires
    let isRevoked = key.revoked != nil
    if let old = keys[key.id], old.digest != key.digest || old.isRevoked != isRevoked {
      client.secretChanges += 1
    }
    keys[key.id] = Key(digest: key.digest, isRevoked: isRevoked, client: client)
    if key.revoked == nil, clients[key.digest] == nil { clients[key.digest] = client }
  }

  private func apply(_ user: User) {
    let email = AuditWords.folded(user.email)
    let client = members[email]?.client ?? Client("user:" + user.email)
    client.permissions = user.role.permissions
    members[email] = Member(
      id: user.id,
      generation: user.generation,
      role: user.role,
      client: client
    )
  }

  /// The client of a key at a time (µs since 1970); nil where it is none.
  func client(key: borrowing Span<UInt8>, at time: Int64) -> Client? {
    guard !key.isEmpty, let client = clients[secrets.digest(key)] else { return nil }
    return client.expires.map { time < $0 } ?? true ? client : nil
  }

  /// The client and the claims of a token at a time (µs since 1970); nil where it opens nothing.
  func client(token: [UInt8], at time: Int64) -> (client: Client, claims: TokenClaims)? {
    let digest = secrets.digest(token.span)
    guard let claims = tokens[digest] ?? secrets.claims(of: token),
      let member = members[AuditWords.folded(claims.email)]
    else { return nil }
    guard time / 1_000_000 < claims.expires, isCurrent(claims) else {
      tokens[digest] = nil
      return nil
    }
    if tokens.count >= ClientTable.tokensMax { tokens.removeAll(keepingCapacity: true) }
    tokens[digest] = claims
    return (member.client, claims)
  }

  /// Whether a stream's right still holds at a time (µs since 1970).
  func isValid(_ pass: StreamPass, at time: Int64) -> Bool {
    guard pass.isValid(at: time) else { return false }
    guard let claims = pass.claims else { return true }
    return isCurrent(claims)
  }

  /// Whether a token's user is still what the token says.
  private func isCurrent(_ claims: TokenClaims) -> Bool {
    guard let member = members[AuditWords.folded(claims.email)] else { return false }
    return claims.generation == member.generation && claims.role == member.role
  }

  /// The number of a user; nil where there is none of that email.
  func userID(email: String) -> Int64? { members[AuditWords.folded(email)]?.id }

  /// Who comes without anything: known by the address alone, in IPv6 by its network.
  func client(peer: PeerAddress, at now: Int64) -> Client {
    let network = peer.network
    if let known = peers[network] { return known }
    if peers.count >= ClientTable.peersMax, now >= sweepNext {
      sweepNext = now + ClientTable.sweepNanoseconds
      peers = peers.filter { $0.value.countsUntil > now }
    }
    if peers.count >= ClientTable.peersMax { return crowd }
    let client = Client("peer:\(peer)")
    peers[network] = client
    return client
  }
}
