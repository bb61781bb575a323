import HTTP
import Storage

// The routes of users, keys and the audit log; the worker does what they ask.
extension Gateway {
  static let pageMax = 1000

  /// Hands a request over to the worker with its small body.
  func account(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    hashes: Bool = false,
    _ answer: inout HTTPAnswer,
    _ run:
      @escaping @Sendable (IdentityWorker, RequestToken, RequestBody, Actor) throws -> Void
  ) -> Reception {
    let body = request.withBody { $0.byteCount <= RequestBody.bytesMax ? $0.array : nil }
    guard let body else {
      answer.fail(413, "too_large", "The body has up to 16 KiB")
      return .answered
    }
    let network = peer.isLoopback ? nil : peer.network.description
    let (fields, actor) = (RequestBody(body, from: network), actor(request))
    guard
      identity.submit(
        token,
        hashes: hashes,
        { worker in
          try fields.requireNoCard()
          try run(worker, token, fields, actor)
        }
      )
    else {
      Gateway.overloaded(&answer)
      return .answered
    }
    return .later(milliseconds: IdentityWorker.deadlineMilliseconds)
  }

  /// As `account`, for the thing of a number in the path.
  func account(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    numbered segment: PathSegment,
    _ answer: inout HTTPAnswer,
    _ run:
      @escaping @Sendable (IdentityWorker, RequestToken, Int64, RequestBody, Actor) throws -> Void
  ) -> Reception {
    guard let id = request.text(of: segment).flatMap({ Int64($0) }), id > 0 else {
      answer.fail(404, "Not found", "There is nothing of that number")
      return .answered
    }
    return account(request, token, &answer) { worker, token, body, actor in
      try run(worker, token, id, body, actor)
    }
  }

  /// A page: at most `limit` items behind `cursor`.
  func page(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer,
    _ run: @escaping @Sendable (IdentityWorker, Int64?, Int) throws -> Void
  ) -> Reception {
    let limit: Int
    let cursor: Int?
    do throws(QueryError) {
      let query = QueryReader(request)
      limit = try query.number("limit", 1...Gateway.pageMax) ?? 100
      cursor = try query.number("cursor", 0...Int.max)
    } catch {
      error.answer(&answer)
      return .answered
    }
    guard identity.submit(token, { try run($0, cursor.map { Int64($0) }, limit) }) else {
      Gateway.overloaded(&answer)
      return .answered
    }
    return .later(milliseconds: IdentityWorker.deadlineMilliseconds)
  }

  /// `GET` and `POST /tokentest` (S0.5).
  func testToken(_ answer: inout HTTPAnswer) {
    json.reset()
    json.open("{")
    json.key("message")
    json.value("Token Found, Successfull Login of \(claims?.email ?? "")")
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// `GET /api/v1/me`: who the caller is.
  func showCaller(_ answer: inout HTTPAnswer) {
    json.reset()
    json.open("{")
    json.key("name")
    json.value(caller.name)
    json.key("role")
    if let claims { json.value(claims.role.word) } else { json.null() }
    json.key("scopes")
    json.open("[")
    for word in caller.permissions.words { json.value(word) }
    json.close("]")
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }
}
