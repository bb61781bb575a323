import HTTP
import Payments
import Pipeline
package import Storage

// Who makes a request, and whether they may.
extension Gateway {
  /// Whether a request may be served; else the answer says why not.
  ///
  /// How often a client may ask and what it may do are two questions: what is not counted is
  /// guarded as everything else.
  func isAllowed(
    _ request: borrowing HTTPRequest,
    _ endpoint: Endpoint,
    _ segments: PathSegments,
    _ answer: inout HTTPAnswer
  ) -> Bool {
    claims = nil
    let now = Clocks.monotonicNanoseconds()
    let isOpen = endpoint.access.isOpen(to: isLocal(request))
    let credential = isOpen ? Credential.none : credential(of: request, for: endpoint.access)
    if case .known(let client, _) = credential {
      caller = client
    } else if endpoint.rate != .none {
      // Who tries keys is counted by address, so that short ones are not found by trying.
      caller = clients.client(peer: peer, at: now)
    }
    guard isWithinRate(request, endpoint, now, &answer) else { return false }
    if !isOpen, let objection = endpoint.access.objection(to: credential) {
      if identity.isFailing, credential.isUnknown {
        answer.fail(503, "Unavailable", "The store of users and keys cannot be read now")
        return false
      }
      objection.answer(&answer)
      return false
    }
    return isNoted(request, endpoint, segments, &answer)
  }

  private func credential(
    of request: borrowing HTTPRequest,
    for access: Endpoint.Access
  ) -> Credential {
    guard case .token = access else { return credential(of: request) }
    let token = request.withHeader("x-access-token") { $0.array } ?? []
    return token.isEmpty ? .none : credential(token: token, Clocks.wallMicroseconds())
  }

  private func credential(of request: borrowing HTTPRequest) -> Credential {
    let time = Clocks.wallMicroseconds()
    let byHeader: Client?? = request.withHeader("X-API-Key") { [clients] in
      clients.client(key: $0, at: time)
    }
    if let byHeader { return Credential(byHeader) }
    if let key = request.value(of: "api_key") {
      let bytes = Array(key.utf8)
      return Credential(clients.client(key: bytes.span, at: time))
    }
    if let token = request.withHeader("x-access-token", { $0.array }) {
      return credential(token: token, time)
    }
    guard let field = request.withHeader("Authorization", { $0.array }) else { return .none }
    let scheme = Array("bearer ".utf8)
    guard field.count > scheme.count,
      zip(field, scheme).allSatisfy({ $0 == $1 || $0 + 32 == $1 })
    else { return .none }
    let token = Array(field[scheme.count...])
    guard token.starts(with: IdentityWorker.keyPrefix.utf8) else {
      return credential(token: token, time)
    }
    return Credential(clients.client(key: token.span, at: time))
  }

  private func credential(token: [UInt8], _ time: Int64) -> Credential {
    guard let found = clients.client(token: token, at: time) else { return .badToken }
    claims = found.claims
    return .known(found.client, isUser: true)
  }

  /// Counts a request of the caller; false where it is one too many (S1.3).
  private func isWithinRate(
    _ request: borrowing HTTPRequest,
    _ endpoint: Endpoint,
    _ now: Int64,
    _ answer: inout HTTPAnswer
  ) -> Bool {
    if endpoint.rate == .none { return true }
    let isLimited = settings.rateHoldsHere || !peer.isLoopback
    let general = caller.rate ?? (isLimited ? settings.rate : nil)
    let limit = endpoint.rate == .database ? (isLimited ? RateLimit.database : nil) : general
    guard let limit, let wait = caller.take(endpoint.rate, limit, at: now) else { return true }
    metrics.countLimited()
    answer.start(429)
    answer.header("Retry-After", Int((wait + 999_999_999) / 1_000_000_000))
    answer.append(#"{"error":"Rate limit exceeded","message":"Too many requests. Limit: "#)
    answer.append("\(limit.requests) per \(limit.seconds) seconds\"")
    if endpoint.rate != .database, caller.rate == nil {
      answer.append(#","hint":"RATE_LIMIT_REQUESTS and RATE_LIMIT_WINDOW set the limit, "#)
      answer.append(#"or the rate of a key""#)
    }
    answer.append("}")
    return false
  }

  /// Has the audit log note a change that leaves no line there by itself; false where it cannot.
  private func isNoted(
    _ request: borrowing HTTPRequest,
    _ endpoint: Endpoint,
    _ segments: PathSegments,
    _ answer: inout HTTPAnswer
  ) -> Bool {
    guard let action = endpoint.action, claims != nil || !endpoint.sendsData else { return true }
    let subject = endpoint.path.contains("{") ? request.text(of: segments[0]) ?? "" : ""
    let entry = AuditEntry(by: actor(request), action, String(subject.prefix(256)))
    if identity.submit(nil, { try $0.store.record([entry]) }) { return true }
    Gateway.overloaded(&answer)
    return false
  }

  /// Who makes the request, for the audit log.
  func actor(_ request: borrowing HTTPRequest) -> Actor {
    Actor(
      name: caller.name,
      peer: peer.description,
      time: Clocks.wallMicroseconds()
    )
  }

  /// Whether a client on this machine asks this machine, and not for somebody else.
  ///
  /// A page of another site that a browser here shows has another name in its requests' `Host`, or
  /// says where it comes from in `Origin`.
  private func isLocal(_ request: borrowing HTTPRequest) -> Bool {
    guard peer.isLoopback, let host = request.header("Host")?.lowercased() else {
      return false
    }
    for name in ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"] as [StaticString]
    where request.header(name) != nil {
      return false
    }
    guard CrossOrigin.isLocal(host: host[...]) else { return false }
    return request.withHeader("Origin") { [crossOrigin] in
      crossOrigin.isTrusted(String(decoding: $0.array, as: UTF8.self))
    } ?? true
  }
}

extension RateLimit {
  /// What S1 lets a client do in general.
  package static let general = RateLimit(100, 60)
  /// What S1 lets a client do with its database service.
  package static let database = RateLimit(10, 60)
}
