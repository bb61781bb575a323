import HTTP
import Payments

/// What speaks against a request's query, before its route reads it.
enum QueryCheck {
  /// The key may stand in every query.
  private static let common = "api_key"
  private static let commonBytes = Array(common.utf8)
  private static let shownMax = 40

  /// Nil where every name and value can be read and, on native routes, every name is known and
  /// stands once.
  static func objection(
    to query: Span<UInt8>,
    of endpoint: Endpoint
  ) -> QueryError? {
    var start = 0
    var seen: UInt64 = 0
    while let item = PercentCoding.item(of: query, from: start) {
      start = item.end
      if item.name.isEmpty, item.value.isEmpty { continue }
      let name = text(query, item.name)
      guard let name else { return QueryError("query", "a name in the query is not UTF-8") }
      if PercentCoding.isCoded(query, item.value), PercentCoding.text(query, item.value) == nil {
        return QueryError(
          shown(name),
          "\(shown(name)) cannot be read: %XX stands for a byte of UTF-8, and %25 for a %"
        )
      }
      guard endpoint.manner == .native else { continue }
      let bytes = Array(name.utf8)
      if bytes == commonBytes { continue }
      guard let place = endpoint.queryBytes.firstIndex(of: bytes) else {
        return unknown(name, endpoint)
      }
      guard seen & 1 << UInt64(place) == 0 else {
        return QueryError(name, "\(name) stands twice in the query")
      }
      seen |= 1 << UInt64(place)
    }
    return nil
  }

  private static func text(_ query: Span<UInt8>, _ range: Range<Int>) -> String? {
    PercentCoding.text(query, range)
  }

  private static func shown(_ name: String) -> String { String(name.prefix(shownMax)) }

  private static func unknown(_ name: String, _ endpoint: Endpoint) -> QueryError {
    let name = shown(name)
    guard !endpoint.query.isEmpty else {
      return QueryError(name, "'\(name)' is unknown: this route has no parameters")
    }
    let known = "known: " + endpoint.query.joined(separator: ", ")
    guard let nearest = name.nearest(of: endpoint.query) else {
      return QueryError(name, "'\(name)' is unknown; \(known)")
    }
    return QueryError(name, "'\(name)' is unknown; did you mean '\(nearest)'? \(known)")
  }
}

extension Gateway {
  /// Whether a query can be read; else the answer says why not, as the route's clients know it.
  func isReadable(
    _ request: borrowing HTTPRequest,
    _ endpoint: Endpoint,
    _ answer: inout HTTPAnswer
  ) -> Bool {
    let objection = request.withQuery { query in
      query.isEmpty ? nil : QueryCheck.objection(to: query, of: endpoint)
    }
    guard let objection else { return true }
    switch endpoint.manner {
    case .native, .services: objection.answer(&answer, status: 400)
    case .shop: Gateway.shopRefusal(objection.field, objection.message, in: "query", &answer)
    case .subscribers:
      var json = JSONText()
      json.open("{")
      json.field("message", objection.message)
      json.close("}")
      answer.start(401)
      answer.append(json.bytes)
    case .paymentAlerts: objection.paymentAlerts(&answer)
    }
    return false
  }
}
