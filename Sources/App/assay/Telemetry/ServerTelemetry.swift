import Gateway
import Monitoring
import Pipeline
import Shell
import Telemetry

/// Tells the log, and the collectors that are configured, what a server does.
struct ServerTelemetry {
  private let exporter: TelemetryExporter?
  private let metricsLog: MetricsLog?
  private let gateway: Gateway
  private let access: AccessLog

  init(
    _ configuration: Configuration,
    _ gateway: Gateway,
    _ core: CoreThread,
    _ monitor: Monitor
  ) {
    let measurements = Measurements(gateway: gateway.metrics, core: core, monitor: monitor)
    let telemetry = configuration.telemetry
    self.gateway = gateway
    access = configuration.logging.access
    exporter = telemetry.endpoint.map { address in
      TelemetryExporter(
        .init(address: address, service: telemetry.service, share: telemetry.share),
        now: Clocks.wallMicroseconds,
        measure: { measurements.openTelemetry },
        report: { Log.warning($0) }
      )
    }
    metricsLog = telemetry.metricsLogSeconds.map { MetricsLog(measurements, seconds: $0) }
  }

  /// Before the gateway's loop runs.
  func start() {
    gateway.startAccessLog { [access, exporter] line in
      if access == .all || (access == .errors && line.status >= 400) { Logging.note(line) }
      exporter?.take(ServedRequest(line))
    }
    exporter?.start()
    metricsLog?.start()
  }

  func stop() {
    exporter?.stop()
    metricsLog?.stop()
  }
}
