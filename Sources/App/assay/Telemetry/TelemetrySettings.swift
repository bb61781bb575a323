import Gateway
import HTTPClient
import Pipeline
import Shell
import Telemetry

/// Where traces and metrics are sent, if anywhere.
struct TelemetrySettings {
  var endpoint: ServerAddress?
  var service = "assay"
  var share = 0.01
  /// Seconds between two lines of metrics in the log; nil for none.
  var metricsLogSeconds: Double?
  private var seconds = 60.0

  static let settings = [
    Configuration.Setting(
      flag: nil,
      variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
      value: "URL",
      help: "an OpenTelemetry collector, such as http://localhost:4318 (none)"
    ),
    Configuration.Setting(
      flag: nil,
      variable: "OTEL_SERVICE_NAME",
      value: "NAME",
      help: "what this server is called there (assay)"
    ),
    Configuration.Setting(
      flag: nil,
      variable: "OTEL_TRACES_SAMPLER_ARG",
      value: "P",
      help: "the share of requests that are traced, 0 to 1 (0.01)"
    ),
    Configuration.Setting(
      flag: nil,
      variable: "METRICS_LOG",
      value: "WHAT",
      help: "emf: lines of metrics for CloudWatch in the log (off)"
    ),
    Configuration.Setting(
      flag: nil,
      variable: "METRICS_LOG_SECONDS",
      value: "S",
      help: "seconds between two of them (60)"
    ),
  ]

  /// Takes a setting; false where it is none of these.
  mutating func set(_ variable: String, _ text: String) throws(UsageError) -> Bool {
    switch variable {
    case "OTEL_EXPORTER_OTLP_ENDPOINT":
      do throws(ClientError) {
        endpoint = try ServerAddress(text)
      } catch {
        throw UsageError("\(variable): \(error)")
      }
    case "OTEL_SERVICE_NAME": service = text
    case "OTEL_TRACES_SAMPLER_ARG":
      guard let share = Double(text), (0...1).contains(share) else {
        throw UsageError("\(variable) is a number from 0 to 1, not '\(text)'")
      }
      self.share = share
    case "METRICS_LOG":
      guard ["off", "emf"].contains(text) else {
        throw UsageError("METRICS_LOG is off or emf, not '\(text)'")
      }
      metricsLogSeconds = text == "emf" ? seconds : nil
    case "METRICS_LOG_SECONDS":
      guard let seconds = Double(text), (0.1...3600).contains(seconds) else {
        throw UsageError("\(variable) is a number from 0.1 to 3600, not '\(text)'")
      }
      self.seconds = seconds
      if metricsLogSeconds != nil { metricsLogSeconds = seconds }
    default: return false
    }
    return true
  }

  var shown: [(name: String, value: String)] {
    [
      (
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        endpoint.map { "http://\($0.host):\($0.port)" } ?? "(none)"
      ),
      ("OTEL_SERVICE_NAME", service), ("OTEL_TRACES_SAMPLER_ARG", "\(share)"),
      ("METRICS_LOG", metricsLogSeconds == nil ? "off" : "emf"),
      ("METRICS_LOG_SECONDS", "\(seconds)"),
    ]
  }
}

extension ServedRequest {
  /// A request as the gateway tells of it.
  init(_ line: AccessLine) {
    self.init(
      start: line.time - Int64(line.milliseconds * 1000),
      end: line.time,
      method: line.method,
      route: line.route,
      status: line.status,
      name: line.request,
      parent: line.traceParent.flatMap { TraceParent($0) }
    )
  }
}
