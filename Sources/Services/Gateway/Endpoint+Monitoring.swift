import HTTP
import Storage

extension Endpoint {
  /// How the machine and the parts of the program are (S1.5, S1.44).
  static let monitoring = of(
    .services,
    [
      Endpoint(.get, "/services/status", .needs(.read)) { gateway, _, _, _, answer in
        gateway.servicesStatus(&answer)
        return .answered
      },
      Endpoint(.get, "/api/v1/monitoring/overview", .needs(.read)) { gateway, _, _, _, answer in
        gateway.monitoringOverview(&answer)
        return .answered
      },
      Endpoint(.get, "/api/v1/monitoring/services", .needs(.read)) { gateway, _, _, _, answer in
        gateway.monitoringServices(&answer)
        return .answered
      },
      Endpoint(.get, "/api/v1/monitoring/metrics", .needs(.read), query: ["limit"]) {
        gateway,
        request,
        _,
        _,
        answer in
        gateway.monitoringMetrics(request, &answer)
        return .answered
      },
      Endpoint(.get, "/api/v1/monitoring/alerts", .needs(.read), query: ["limit", "severity"]) {
        gateway,
        request,
        _,
        _,
        answer in
        gateway.monitoringAlerts(request, &answer)
        return .answered
      },
      Endpoint(.post, "/api/v1/monitoring/start", .needs(.administer), action: "monitoring.start") {
        gateway,
        _,
        _,
        _,
        answer in
        gateway.setMonitoring(active: true, &answer)
        return .answered
      },
      Endpoint(.post, "/api/v1/monitoring/stop", .needs(.administer), action: "monitoring.stop") {
        gateway,
        _,
        _,
        _,
        answer in
        gateway.setMonitoring(active: false, &answer)
        return .answered
      },
      Endpoint(.get, "/api/v1/monitoring/health", .needs(.read)) { gateway, _, _, _, answer in
        gateway.monitoringHealth(&answer)
        return .answered
      },
    ]
  )
}
