import HTTP
import Storage

extension Endpoint {
  /// Files of transactions: S1's jobs, and uploads of our own.
  static let batch = of(.services, jobs) + uploads

  private static let jobs = [
    Endpoint(.post, "/api/v1/batch/jobs", .needs(.score), query: ["source"], action: "batch.create")
    {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.createJob(request, token, &answer)
    },
    Endpoint(.get, "/api/v1/batch/jobs", .needs(.read), query: ["limit", "status"]) {
      gateway,
      request,
      _,
      _,
      answer in
      gateway.listJobs(request, &answer)
      return .answered
    },
    Endpoint(.get, "/api/v1/batch/jobs/{id}", .needs(.read)) {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.showJob(request.text(of: segments[0]), token, &answer)
    },
    Endpoint(.delete, "/api/v1/batch/jobs/{id}", .needs(.score), action: "batch.cancel") {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.cancelJob(request.text(of: segments[0]), token, &answer)
    },
    Endpoint(.get, "/api/v1/batch/jobs/{id}/results", .needs(.read)) {
      gateway,
      request,
      _,
      segments,
      answer in
      gateway.sendFile(request, request.text(of: segments[0]), .results, &answer)
    },
    Endpoint(.get, "/api/v1/batch/jobs/{id}/errors", .needs(.read)) {
      gateway,
      request,
      _,
      segments,
      answer in
      gateway.sendFile(request, request.text(of: segments[0]), .errors, &answer)
    },
    Endpoint(.get, "/api/v1/batch/jobs/{id}/events", .needs(.read)) {
      gateway,
      request,
      _,
      segments,
      answer in
      gateway.watchJob(request, request.text(of: segments[0]), &answer)
    },
    Endpoint(.get, "/api/v1/batch/stats", .needs(.read)) { gateway, _, _, _, answer in
      gateway.jobStatistics(&answer)
      return .answered
    },
    Endpoint(.get, "/api/v1/batch/health", .needs(.read)) { gateway, _, _, _, answer in
      gateway.batchHealth(&answer)
      return .answered
    },
  ]

  private static let uploads = [
    Endpoint(
      .post,
      "/api/v1/batch/uploads",
      .needs(.score),
      query: ["source", "mode", "format", "map", "name"],
      action: "batch.upload"
    ) {
      gateway,
      request,
      _,
      _,
      answer in
      gateway.upload(request, &answer)
    },
    Endpoint(
      .post,
      "/api/v1/batch/preview",
      .needs(.score),
      query: ["source", "mode", "format", "map", "name"]
    ) { gateway, request, token, _, answer in
      gateway.preview(request, token, &answer)
    },
  ]
}
