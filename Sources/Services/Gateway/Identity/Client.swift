import Storage

/// Who makes requests: a key, a user, or an address without either.
///
/// Belongs to the loop's thread, as its table does.
final class Client {
  /// Such as `key:till` or `user:ann@example.org`: what limits and the audit log know it by.
  let name: String
  var permissions: Permissions
  /// Instead of the limit that holds for everybody.
  var rate: RateLimit?
  /// µs since 1970; from then on it is nobody.
  var expires: Int64?
  /// How often the key that it comes by was replaced or revoked.
  var secretChanges = 0
  /// From then on (ns) no request of the past counts.
  private(set) var countsUntil: Int64 = 0
  private var general: RateWindow?
  private var database: RateWindow?

  init(
    _ name: String,
    _ permissions: Permissions = [],
    rate: RateLimit? = nil,
    expires: Int64? = nil
  ) {
    self.name = name
    self.permissions = permissions
    self.rate = rate
    self.expires = expires
  }

  /// Counts a request, or says in how many ns one will fit.
  func take(_ kind: Endpoint.Rate, _ limit: RateLimit, at now: Int64) -> Int64? {
    countsUntil = now + Int64(limit.seconds) * 1_000_000_000
    switch kind {
    case .none: return nil
    case .general: return Client.take(&general, limit, now)
    case .database: return Client.take(&database, limit, now)
    }
  }

  private static func take(_ window: inout RateWindow?, _ limit: RateLimit, _ now: Int64) -> Int64?
  {
    if window?.limit != limit { window = RateWindow(limit) }
    return window?.take(at: now)
  }
}
