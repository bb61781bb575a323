import HTTP

/// One route of the public surface: how it is reached, who may use it, and what serves it.
///
/// All of them stand in one table, which the router, the access rules and the documents share.
struct Endpoint: Sendable {
  /// Who may call.
  enum Access: Sendable {
    /// Anybody.
    case open
    /// Who brings a key.
    case key
    /// Who brings a key, and a client on this machine as in the system that the route comes from:
    /// one that calls a local name and was not forwarded.
    case local
  }

  typealias Serve =
    @Sendable (
      Gateway, borrowing HTTPRequest, RequestToken, PathSegments, inout HTTPAnswer
    ) -> Reception

  let method: HTTPMethod
  /// Such as `/api/v1/decisions/{id}`.
  let path: String
  let access: Access
  let serve: Serve

  init(
    _ method: HTTPMethod,
    _ path: String,
    _ access: Access = .key,
    _ serve: @escaping Serve
  ) {
    self.method = method
    self.path = path
    self.access = access
    self.serve = serve
  }

  /// The busiest first: routes are tried in order.
  static let all: [Endpoint] =
    transactions + native + live + compatible + monitoring + service
}

/// The parts of a path that stood for `{names}`, in order.
typealias PathSegments = InlineArray<4, PathSegment>

extension Endpoint {
  /// What takes payments and answers with decisions.
  private static let transactions = [
    Endpoint(.post, "/api/v1/score") { gateway, request, token, _, answer in
      gateway.score(request, token, &answer)
    },
    Endpoint(.post, "/api/v1/transactions") { gateway, request, token, _, answer in
      gateway.ingest(request, token, &answer)
    },
  ]

  /// Our own reads and controls.
  private static let native = [
    Endpoint(.get, "/api/v1/transactions") { gateway, request, token, _, answer in
      gateway.list(request, token, &answer)
    },
    Endpoint(.get, "/api/v1/decisions/{id}") { gateway, request, token, segments, answer in
      gateway.decision(request, token, request.text(of: segments[0]), &answer)
    },
    Endpoint(.post, "/api/v1/labels") { gateway, request, token, _, answer in
      gateway.label(request, token, &answer)
    },
    Endpoint(.post, "/api/v1/activities") { gateway, request, token, _, answer in
      gateway.activity(request, token, &answer)
    },
    Endpoint(.get, "/api/v1/quarantine") { gateway, _, _, _, answer in
      gateway.quarantine(&answer)
      return .answered
    },
    Endpoint(.post, "/api/v1/quarantine/{subject}/release") {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.release(token, request.text(of: segments[0]), &answer)
    },
    Endpoint(.get, "/api/v1/projections") { gateway, _, _, _, answer in
      gateway.showProjections(&answer)
      return .answered
    },
    Endpoint(.post, "/api/v1/projections/{name}/rebuild") {
      gateway,
      request,
      _,
      segments,
      answer in
      gateway.rebuild(request.text(of: segments[0]), &answer)
      return .answered
    },
  ]

  /// Decisions as they become durable.
  private static let live = [
    Endpoint(.get, "/api/v1/stream") { gateway, request, _, _, answer in
      gateway.stream(request, .native, &answer)
    },
    Endpoint(.get, "/ws", .local) { gateway, request, _, _, answer in
      gateway.stream(request, .crypto, &answer)
    },
    Endpoint(.get, "/api/ws", .local) { gateway, request, _, _, answer in
      gateway.stream(request, .retail, &answer)
    },
  ]

  /// Routes of other systems, for their clients.
  private static let compatible = [
    Endpoint(.post, "/api/transaction", .local) { gateway, request, token, _, answer in
      gateway.shopTransaction(request, token, &answer)
    },
    Endpoint(.get, "/api/transactions", .local) { gateway, request, token, _, answer in
      gateway.shopTransactions(request, token, &answer)
    },
    Endpoint(.get, "/latest", .local) { gateway, request, token, _, answer in
      gateway.latestTransfers(request, token, &answer)
    },
    Endpoint(.get, "/api/fetch", .local) { gateway, request, token, _, answer in
      gateway.fetchEntries(request, token, &answer)
    },
    Endpoint(.post, "/api/fetch", .local) { gateway, request, token, _, answer in
      gateway.fetchEntries(request, token, &answer)
    },
    Endpoint(.get, "/api/health", .open) { _, _, _, _, answer in
      answer.start(200)
      answer.append(#"{"status":"healthy"}"#)
      return .answered
    },
    Endpoint(.get, "/api/", .open) { _, _, _, _, answer in
      answer.start(200)
      answer.append(#"{"message":"Real-Time Fraud Detection API"}"#)
      return .answered
    },
  ]

  /// What operators and load balancers ask.
  private static let service = [
    Endpoint(.get, "/health", .open) { gateway, _, _, _, answer in
      gateway.health(&answer)
      return .answered
    },
    Endpoint(.get, "/metrics", .open) { gateway, _, _, _, answer in
      gateway.writeMetrics(&answer)
      return .answered
    },
    Endpoint(.get, "/", .open) { gateway, request, _, _, answer in
      gateway.root(request, &answer)
      return .answered
    },
  ]
}
