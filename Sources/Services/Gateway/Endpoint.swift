import HTTP
import Storage

/// One route of the public surface: how it is reached, who may use it, and what serves it.
///
/// All of them stand in one table, which the router, the access rules and the documents share.
struct Endpoint: Sendable {
  /// Who may call.
  enum Access: Sendable {
    /// Anybody.
    case open
    /// Who brings a key or a token with a permission.
    case needs(Permission)
    /// As `needs`, and a client on this machine as in the system that the route comes from: one
    /// that calls a local name and was not forwarded.
    case local(Permission)
    /// Any user by token, on native routes.
    case user
    /// Any user by `x-access-token`, with the answers of S0.
    case token
  }

  /// What a client's requests are counted with.
  enum Rate: Sendable {
    /// Probes and pages are not counted.
    case none
    case general
    /// Reads and writes of the database service, ten times dearer.
    case database
  }

  /// Whose clients call it: how a query that cannot be read is answered, and whether a parameter
  /// that the route does not know is refused or left aside.
  enum Manner: Sendable {
    /// Our own: unknown parameters are refused.
    case native
    /// Those of S1, and pages and probes.
    case services
    /// S3, S4 and the anonymised set.
    case shop
    /// S0.
    case subscribers
    /// S2.
    case paymentAlerts
  }

  typealias Serve =
    @Sendable (
      Gateway, borrowing HTTPRequest, RequestToken, PathSegments, inout HTTPAnswer
    ) -> Reception

  let method: HTTPMethod
  /// Such as `/api/v1/decisions/{id}`.
  private(set) var path: String
  private(set) var access: Access
  /// The names of its query's parameters.
  let query: [String]
  let queryBytes: [[UInt8]]
  private(set) var manner = Manner.native
  private(set) var rate: Rate
  /// What the audit log calls it, where the route's own work leaves no line there.
  let action: String?
  /// Whether it sends data of payments, of which only what people send is noted: what keys send
  /// stands in the log.
  var sendsData: Bool { action?.hasSuffix(".send") == true }
  let serve: Serve
  /// Whether it is of no use while the list of jobs cannot be read.
  let needsJobs: Bool

  init(
    _ method: HTTPMethod,
    _ path: String,
    _ access: Access,
    query: [String] = [],
    rate: Rate = .general,
    action: String? = nil,
    _ serve: @escaping Serve
  ) {
    self.method = method
    self.path = path
    self.access = access
    self.query = query
    queryBytes = query.map { Array($0.utf8) }
    self.rate = rate
    self.action = action
    self.serve = serve
    needsJobs =
      path.hasPrefix("/api/v1/batch/") && !["health", "preview"].contains { path.hasSuffix($0) }
  }

  /// Routes that are called in a manner other than our own.
  static func of(_ manner: Manner, _ endpoints: [Endpoint]) -> [Endpoint] {
    endpoints.map { endpoint in
      var endpoint = endpoint
      endpoint.manner = manner
      return endpoint
    }
  }

  /// The same route by another path and for others.
  func reached(by path: String, _ access: Access, rate: Rate) -> Endpoint {
    var endpoint = self
    (endpoint.path, endpoint.access, endpoint.rate) = (path, access, rate)
    return endpoint
  }

  /// The busiest first: routes are tried in order.
  static let all: [Endpoint] =
    transactions + native + live + compatible + analytics + fraudShield + accounts + oversight
    + monitoring + alerts + batch + erasures + documents + service
}

/// The parts of a path that stood for `{names}`, in order.
typealias PathSegments = InlineArray<4, PathSegment>

extension Endpoint {
  /// What takes payments and answers with decisions.
  private static let transactions =
    of(
      .services,
      [
        Endpoint(.post, "/api/v1/score", .needs(.score), query: ["source", "explain"]) {
          gateway,
          request,
          token,
          _,
          answer in
          gateway.score(request, token, &answer)
        }
      ]
    ) + [
      Endpoint(.post, "/api/v1/transactions", .needs(.score), query: ["source", "explain"]) {
        gateway,
        request,
        token,
        _,
        answer in
        gateway.ingest(request, token, &answer)
      }
    ]

  /// Our own reads and controls.
  private static let native = [
    Endpoint(
      .get,
      "/api/v1/transactions",
      .needs(.read),
      query: ["limit", "cursor", "outcome", "min_score", "source", "account"]
    ) { gateway, request, token, _, answer in
      gateway.list(request, token, &answer)
    },
    Endpoint(.get, "/api/v1/decisions/{id}", .needs(.read), query: ["source"]) {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.decision(request, token, request.text(of: segments[0]), &answer)
    },
    Endpoint(.post, "/api/v1/labels", .needs(.ingest), action: "label.send") {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.label(request, token, &answer)
    },
    Endpoint(.post, "/api/v1/activities", .needs(.ingest), action: "activity.send") {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.activity(request, token, &answer)
    },
    Endpoint(.get, "/api/v1/quarantine", .needs(.read)) { gateway, _, _, _, answer in
      gateway.quarantine(&answer)
      return .answered
    },
    Endpoint(
      .post,
      "/api/v1/quarantine/{subject}/release",
      .needs(.administer),
      action: "quarantine.release"
    ) {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.release(token, request.text(of: segments[0]), &answer)
    },
    Endpoint(.get, "/api/v1/clock", .needs(.read)) { gateway, _, _, _, answer in
      gateway.clock(&answer)
      return .answered
    },
    Endpoint(.post, "/api/v1/clock/reset", .needs(.administer), action: "clock.reset") {
      gateway,
      _,
      token,
      _,
      _ in
      gateway.resetClock(token)
    },
    Endpoint(.get, "/api/v1/projections", .needs(.read)) { gateway, _, _, _, answer in
      gateway.showProjections(&answer)
      return .answered
    },
    Endpoint(
      .post,
      "/api/v1/projections/{name}/rebuild",
      .needs(.administer),
      action: "projection.rebuild"
    ) {
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
  private static let live =
    [
      Endpoint(
        .get,
        "/api/v1/stream",
        .needs(.read),
        query: ["source", "outcome", "min_score", "fraud_only", "history", "after"]
      ) { gateway, request, _, _, answer in
        gateway.stream(request, .native, &answer)
      }
    ]
    + of(
      .services,
      [
        Endpoint(.get, "/ws", .local(.read)) { gateway, request, _, _, answer in
          gateway.stream(request, .crypto, &answer)
        },
        Endpoint(.get, "/api/ws", .local(.read)) { gateway, request, _, _, answer in
          gateway.stream(request, .retail, &answer)
        },
      ]
    )

  /// Routes of other systems, for their clients.
  private static let compatible = of(
    .shop,
    [
      Endpoint(.post, "/api/transaction", .local(.score)) { gateway, request, token, _, answer in
        gateway.shopTransaction(request, token, &answer)
      },
      Endpoint(.get, "/api/transactions", .local(.read), query: ["limit"]) {
        gateway,
        request,
        token,
        _,
        answer in
        gateway.shopTransactions(request, token, &answer)
      },
      Endpoint(.get, "/latest", .local(.read), query: ["limit"]) {
        gateway,
        request,
        token,
        _,
        answer in
        gateway.latestTransfers(request, token, &answer)
      },
      Endpoint(.get, "/api/fetch", .local(.read), query: ["limit"]) {
        gateway,
        request,
        token,
        _,
        answer in
        gateway.fetchEntries(request, token, &answer)
      },
      Endpoint(.post, "/api/fetch", .local(.read), query: ["limit"]) {
        gateway,
        request,
        token,
        _,
        answer in
        gateway.fetchEntries(request, token, &answer)
      },
      Endpoint(.get, "/api/health", .open, rate: .none) { _, _, _, _, answer in
        answer.start(200)
        answer.append(#"{"status":"healthy"}"#)
        return .answered
      },
      Endpoint(.get, "/api/", .open, rate: .none) { _, _, _, _, answer in
        answer.start(200)
        answer.append(#"{"message":"Real-Time Fraud Detection API"}"#)
        return .answered
      },
    ]
  )

  /// What operators and load balancers ask.
  private static let service = of(
    .services,
    [
      Endpoint(.get, "/health", .open, rate: .none) { gateway, _, _, _, answer in
        gateway.health(&answer)
        return .answered
      },
      Endpoint(.get, "/ready", .open, rate: .none) { gateway, _, _, _, answer in
        gateway.ready(&answer)
        return .answered
      },
      Endpoint(.get, "/metrics", .open, rate: .none) { gateway, _, _, _, answer in
        gateway.writeMetrics(&answer)
        return .answered
      },
      Endpoint(.get, "/", .open, rate: .none) { gateway, request, _, _, answer in
        gateway.root(request, &answer)
        return .answered
      },
    ]
  )
}
