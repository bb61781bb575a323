import HTTP
package import Monitoring
import Payments
import Pipeline

// How the machine and the parts of the program are (S1.5, S1.44).
extension Gateway {
  /// The parts that a monitor asks.
  package func watched(at address: String) -> [MonitoredService] {
    let core = core
    let alerts = alertWorker.service
    let store: @Sendable () -> MonitoredService.Condition = {
      guard let store = core.status.projections.first(where: { $0.name == Projector.name }) else {
        return .healthy
      }
      if store.isDetached {
        return .unhealthy("it fell too far behind the log and is to be rebuilt")
      }
      return store.isFailing ? .unhealthy("its store cannot be written") : .healthy
    }
    func service(
      _ id: String,
      _ name: String,
      _ check: @escaping @Sendable () -> MonitoredService.Condition
    ) -> MonitoredService {
      MonitoredService(id: id, name: name, url: "\(address)/api/v1/\(id)", check: check)
    }
    return [
      service("model", "Model Service") {
        // It answers in its turn, behind what waits for a decision.
        let lookup = Submission()
        lookup.kind = .lookup
        return core.submitAndWait(lookup) ? .healthy : .unhealthy("its queue is full")
      },
      service("ingest", "Ingest Service") {
        core.queueDepth < CoreThread.queueItemsMax ? .healthy : .unhealthy("the queue is full")
      },
      service("database", "Database Service", store),
      service("analytics", "Analytics Service", store),
      service("batch", "Batch Service") { .healthy },
      service("notification", "Notification Service") { alerts.condition },
    ]
  }

  /// `GET /services/status` (S1.5).
  func servicesStatus(_ answer: inout HTTPAnswer) {
    let wanted = ["model", "ingest", "analytics", "database", "batch", "notification"]
    json.reset()
    json.open("{")
    json.key("gateway_status")
    json.value("healthy")
    json.key("services")
    json.open("{")
    for report in monitor.serviceReports where wanted.contains(report.id) {
      json.key(report.id)
      json.open("{")
      json.key("status")
      json.value(report.condition.word)
      json.key("response_time")
      json.value(report.responseSeconds)
      json.key("url")
      json.value(report.url)
      json.close("}")
    }
    json.close("}")
    stamp("timestamp", Clocks.wallMicroseconds())
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// `GET /api/v1/monitoring/overview`.
  func monitoringOverview(_ answer: inout HTTPAnswer) {
    let reports = monitor.serviceReports
    let healthy = reports.count { $0.condition == .healthy }
    let (critical, warning) = (monitor.recentAlerts(.critical), monitor.recentAlerts(.warning))
    json.reset()
    json.open("{")
    json.key("system_status")
    json.value(healthy < reports.count || critical > 0 ? "degraded" : "healthy")
    json.key("services")
    json.open("{")
    json.key("total")
    json.value(reports.count)
    json.key("healthy")
    json.value(healthy)
    json.key("unhealthy")
    json.value(reports.count - healthy)
    json.close("}")
    json.key("alerts")
    json.open("{")
    json.key("total_recent")
    json.value(critical + warning)
    json.key("critical")
    json.value(critical)
    json.key("warning")
    json.value(warning)
    json.close("}")
    json.key("system_metrics")
    if let sample = monitor.samples(1).last { show(sample) } else { json.null() }
    json.key("last_check")
    if let time = monitor.lastCheck {
      json.value(Timestamp(microseconds: time).description)
    } else {
      json.null()
    }
    json.key("monitoring_active")
    json.value(monitor.isActive)
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// `GET /api/v1/monitoring/services`.
  func monitoringServices(_ answer: inout HTTPAnswer) {
    json.reset()
    json.open("{")
    json.key("services")
    json.open("{")
    for report in monitor.serviceReports {
      json.key(report.id)
      json.open("{")
      json.key("service_id")
      json.value(report.id)
      json.key("name")
      json.value(report.name)
      json.key("url")
      json.value(report.url)
      json.key("status")
      json.value(report.condition.word)
      json.key("response_time")
      json.value(report.responseSeconds)
      stamp("timestamp", report.time)
      switch report.condition {
      case .healthy:
        json.key("health_data")
        json.open("{")
        json.key("status")
        json.value("healthy")
        json.close("}")
      case .unhealthy(let why), .unavailable(let why):
        json.key("error")
        json.value(why)
      }
      json.close("}")
    }
    json.close("}")
    stamp("timestamp", Clocks.wallMicroseconds())
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// `GET /api/v1/monitoring/metrics`.
  func monitoringMetrics(_ request: borrowing HTTPRequest, _ answer: inout HTTPAnswer) {
    guard let limit = monitoringLimit(request, &answer) else { return }
    let samples = monitor.samples(limit)
    json.reset()
    json.open("{")
    json.key("metrics")
    json.open("[")
    for sample in samples { show(sample) }
    json.close("]")
    json.key("count")
    json.value(samples.count)
    json.key("current")
    if let sample = samples.last { show(sample) } else { json.null() }
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// `GET /api/v1/monitoring/alerts`.
  func monitoringAlerts(_ request: borrowing HTTPRequest, _ answer: inout HTTPAnswer) {
    guard let limit = monitoringLimit(request, &answer) else { return }
    var severity: SystemAlert.Severity?
    if let word = request.value(of: "severity") {
      guard let known = SystemAlert.Severity(rawValue: word) else {
        return answer.fail(400, "Invalid severity", "severity is warning or critical")
      }
      severity = known
    }
    let alerts = monitor.alerts(severity, limit: limit)
    json.reset()
    json.open("{")
    json.key("alerts")
    json.open("[")
    for alert in alerts { show(alert) }
    json.close("]")
    json.key("count")
    json.value(alerts.count)
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// `POST /api/v1/monitoring/start` and `stop`.
  func setMonitoring(active: Bool, _ answer: inout HTTPAnswer) {
    monitor.isActive = active
    answer.start(200)
    answer.append(
      active
        ? #"{"status":"started","monitoring_active":true}"#
        : #"{"status":"stopped","monitoring_active":false}"#
    )
  }

  /// `GET /api/v1/monitoring/health`.
  func monitoringHealth(_ answer: inout HTTPAnswer) {
    json.reset()
    json.open("{")
    json.key("status")
    json.value("healthy")
    json.key("service")
    json.value("Monitoring Service")
    json.key("version")
    json.value("1.0.0")
    stamp("timestamp", Clocks.wallMicroseconds())
    json.key("monitoring_active")
    json.value(monitor.isActive)
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  private func monitoringLimit(
    _ request: borrowing HTTPRequest,
    _ answer: inout HTTPAnswer
  ) -> Int? {
    do throws(QueryError) {
      return try QueryReader(request).number("limit", 1...Monitor.alertsMax) ?? 100
    } catch {
      answer.fail(400, "Invalid limit", "limit is a number from 1 to 1000")
      return nil
    }
  }

  private func stamp(_ key: StaticString, _ microseconds: Int64) {
    json.key(key)
    json.value(Timestamp(microseconds: microseconds).description)
  }

  private func show(_ alert: SystemAlert) {
    json.open("{")
    json.key("id")
    json.value(alert.number)
    json.key("type")
    json.value(alert.kind)
    json.key("severity")
    json.value(alert.severity.rawValue)
    json.key("message")
    json.value(alert.message)
    json.key("service_id")
    if let service = alert.service { json.value(service) } else { json.null() }
    stamp("timestamp", alert.time)
    json.key("resolved_at")
    if let resolved = alert.resolved {
      json.value(Timestamp(microseconds: resolved).description)
    } else {
      json.null()
    }
    json.close("}")
  }

  private func show(_ sample: SystemSample) {
    func part(_ name: StaticString, _ values: [(StaticString, Int)], percent: Double? = nil) {
      json.key(name)
      json.open("{")
      if let percent {
        json.key("percent")
        json.value((percent * 10).rounded() / 10)
      }
      for (key, value) in values {
        json.key(key)
        json.value(value)
      }
      json.close("}")
    }
    json.open("{")
    stamp("timestamp", sample.time)
    part("cpu", [("count", sample.processors)], percent: sample.processorPercent)
    part(
      "memory",
      [
        ("total", sample.memoryTotal), ("available", sample.memoryAvailable),
        ("used", sample.memoryTotal - sample.memoryAvailable), ("free", sample.memoryFree),
      ],
      percent: sample.memoryPercent
    )
    part(
      "disk",
      [
        ("total", sample.diskTotal), ("used", sample.diskTotal - sample.diskFree),
        ("free", sample.diskFree),
      ],
      percent: sample.diskPercent
    )
    part(
      "network",
      [
        ("bytes_sent", sample.network.bytesSent), ("bytes_recv", sample.network.bytesReceived),
        ("packets_sent", sample.network.packetsSent),
        ("packets_recv", sample.network.packetsReceived),
      ]
    )
    json.key("processes")
    json.value(sample.processes)
    json.close("}")
  }
}

extension MonitoredService.Condition {
  fileprivate var word: String {
    switch self {
    case .healthy: "healthy"
    case .unhealthy: "unhealthy"
    case .unavailable: "unavailable"
    }
  }
}
