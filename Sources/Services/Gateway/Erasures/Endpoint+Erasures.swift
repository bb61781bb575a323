import HTTP
import Storage

extension Endpoint {
  /// Erasing what is kept of an account; the route itself writes the line of the audit log.
  static let erasures = [
    Endpoint(.post, "/api/v1/erasures", .needs(.administer)) { gateway, request, token, _, answer in
      gateway.erase(request, token, &answer)
    },
    Endpoint(.get, "/api/v1/erasures/{position}", .needs(.oversee)) {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.erasure(token, request.text(of: segments[0]), &answer)
    },
  ]
}
