import HTTP

/// Lets pages of named origins, and of no other, use the interface from a browser (CORS).
struct CrossOrigin {
  /// How long a browser need not ask again, seconds.
  static let ageSecondsMax = 600

  private let allowed: [String]

  init(_ origins: [String]) { allowed = origins.map { $0.lowercased() } }

  /// Whether there is any.
  var isOpen: Bool { !allowed.isEmpty }

  /// Whether an origin is named, or is a page that this machine serves to itself.
  func isTrusted(_ origin: String) -> Bool {
    let origin = origin.lowercased()
    if allowed.contains(origin) { return true }
    return ["http://", "https://"].contains {
      origin.hasPrefix($0) && CrossOrigin.isLocal(host: origin.dropFirst($0.count))
    }
  }

  /// Whether a host, with its port or without, is a name of this machine.
  static func isLocal(host: Substring) -> Bool {
    ["localhost", "127.0.0.1", "[::1]"].contains {
      host == $0
        || (host.hasPrefix($0 + ":") && host.dropFirst($0.count + 1).allSatisfy(\.isNumber))
    }
  }

  /// Gives the answer of a request its fields; true where the request was a browser's question
  /// beforehand, which is answered then.
  func answer(
    _ request: borrowing HTTPRequest,
    _ router: Router,
    _ answer: inout HTTPAnswer
  ) -> Bool {
    answer.addFields(Array("Vary: Origin\r\n".utf8))
    guard let origin = request.header("Origin"), allowed.contains(origin.lowercased()) else {
      return false
    }
    answer.addFields(
      Array(
        ("Access-Control-Allow-Origin: \(origin)\r\n"
          + "Access-Control-Expose-Headers: Retry-After\r\n").utf8
      )
    )
    guard request.method == .options, request.header("Access-Control-Request-Method") != nil,
      case .methodNotAllowed(let methods) = router.match(request)
    else { return false }
    answer.start(204)
    answer.header("Access-Control-Allow-Methods", methods)
    answer.header(
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-API-Key, x-access-token"
    )
    answer.header("Access-Control-Max-Age", CrossOrigin.ageSecondsMax)
    return true
  }
}
