import HTTP
import Storage

extension Endpoint {
  /// The routes of S1's services behind its gateway, in their shapes.
  static let fraudShield: [Endpoint] = of(.services, fraudShieldReads + fraudShieldWrites)

  private static let fraudShieldReads = [
    read("/api/v1/analytics/fraud-trends", query: ["source", "days"]) {
      gateway,
      request,
      token,
      answer in
      gateway.fraudTrends(request, token, &answer)
    },
    read("/api/v1/analytics/transaction-patterns") { gateway, request, token, answer in
      gateway.fraudShieldRead(request, token, &answer) { try $0.patterns($1) }
    },
    read("/api/v1/analytics/risk-distribution") { gateway, request, token, answer in
      gateway.fraudShieldRead(request, token, &answer) { reader, source in
        (200, try reader.riskDistribution(source))
      }
    },
    read("/api/v1/analytics/model-performance") { gateway, request, token, answer in
      gateway.fraudShieldRead(request, token, &answer) { reader, source in
        (200, try reader.modelPerformance(source))
      }
    },
    read("/api/v1/analytics/dashboard-summary") { gateway, request, token, answer in
      gateway.fraudShieldRead(request, token, &answer) { reader, source in
        (200, try reader.dashboard(source))
      }
    },
    read("/api/v1/analytics/health") { gateway, request, token, answer in
      gateway.fraudShieldRead(request, token, &answer) { _, _ in
        var json = JSONText.service("Analytics Service", status: "healthy")
        json.close("}")
        return (200, json)
      }
    },
    read("/api/v1/ingest/stats") { gateway, request, token, answer in
      gateway.fraudShieldRead(request, token, &answer) { (200, try $0.ingestStatistics($1)) }
    },
    read("/api/v1/ingest/transactions", query: ["source", "limit", "offset", "date"]) {
      gateway,
      request,
      token,
      answer in
      gateway.ingestedTransactions(request, token, &answer)
    },
    read("/api/v1/ingest/export", query: ["source", "date", "start_date", "end_date"]) {
      gateway,
      request,
      token,
      answer in
      gateway.export(request, token, &answer)
    },
    read("/api/v1/database/export", query: ["source", "date", "start_date", "end_date"]) {
      gateway,
      request,
      token,
      answer in
      gateway.export(request, token, &answer)
    },
    read("/api/v1/ingest/health") { gateway, request, token, answer in
      gateway.fraudShieldRead(request, token, &answer) { (200, try $0.ingestHealth($1)) }
    },
    read(
      "/api/v1/database/transactions",
      query: ["source", "limit", "offset", "start_date", "end_date"]
    ) { gateway, request, token, answer in
      gateway.storedTransactions(request, token, &answer)
    },
    read("/api/v1/database/predictions", query: ["source", "limit", "offset", "transaction_id"]) {
      gateway,
      request,
      token,
      answer in
      gateway.predictions(request, token, &answer)
    },
    read("/api/v1/database/statistics") { gateway, request, token, answer in
      gateway.fraudShieldRead(request, token, &answer) { (200, try $0.databaseStatistics($1)) }
    },
    read("/api/v1/database/health", query: []) { gateway, request, token, answer in
      gateway.databaseHealth(token, &answer)
    },
    read("/api/v1/model/health") { gateway, request, _, answer in
      gateway.modelHealth(request, &answer)
    },
    read("/api/v1/model/model/info") { gateway, request, _, answer in
      gateway.modelInformation(request, &answer)
    },
  ]

  private static let fraudShieldWrites = [
    Endpoint(.post, "/api/v1/model/score", .needs(.score), query: ["source", "explain"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.score(request, token, &answer)
    },
    Endpoint(.post, "/api/v1/ingest/score", .needs(.score), query: ["source"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.score(request, token, as: .scoreForwarded, &answer)
    },
    Endpoint(.post, "/api/v1/ingest/ingest", .needs(.score), query: ["source"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.takeOne(request, token, .ingested, &answer)
    },
    Endpoint(
      .post,
      "/api/v1/database/transactions",
      .needs(.score),
      query: ["source"],
      rate: .database
    ) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.takeOne(request, token, .stored, &answer)
    },
    Endpoint(
      .post,
      "/api/v1/database/predictions",
      .needs(.score),
      query: ["source"],
      rate: .database
    ) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.takePrediction(request, token, &answer)
    },
  ]

  private static func read(
    _ path: String,
    query: [String] = ["source"],
    _ serve:
      @escaping @Sendable (
        Gateway, borrowing HTTPRequest, RequestToken, inout HTTPAnswer
      ) -> Reception
  ) -> Endpoint {
    let rate: Endpoint.Rate = path.hasPrefix("/api/v1/database/") ? .database : .general
    return Endpoint(.get, path, .needs(.read), query: query, rate: rate) {
      gateway,
      request,
      token,
      _,
      answer in
      serve(gateway, request, token, &answer)
    }
  }
}
