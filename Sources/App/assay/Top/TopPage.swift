import Foundation
import Telemetry

/// What `assay top` shows: lines of plain text.
enum TopPage {
  /// The lines of what happened between two looks.
  static func lines(
    _ change: MetricsChange,
    of url: String,
    at time: String,
    alerts: [WatchedServer.Alert]
  ) -> [String] {
    let seconds = String(format: "%.1f s", change.seconds)
    let restart = change.isRestart ? "; the server was started anew" : ""
    return [
      "assay top  \(url)  \(time), over \(seconds)\(restart)",
      "",
      row(
        "decisions",
        "\(rate(change, "fraud_decisions_total")); \(total(change)) since its start"
      ),
      row("outcomes", rates(change, "fraud_decisions_total", by: "decision", all: true)),
      row("latency", latency(change, "fraud_decision_duration_seconds") + "  of requests"),
      row("log", "\(bytes(change.rate("assay_journal_bytes_total")))/s; sync " + syncs(change)),
      row("failures", rates(change, "fraud_transactions_failed_total", by: "reason", all: false)),
      row("beside", beside(change)),
      row("queue", number(change.later.value("assay_queue_depth"))),
      row("store", store(change.later)),
      row("streams", number(change.later.value("assay_streams"))),
      row("process", process(change)),
      row("machine", machine(change.later)),
    ] + shown(alerts)
  }

  /// The lines where a server is not there.
  static func lines(waitingFor url: String, because reason: String, at time: String) -> [String] {
    ["assay top  \(url)  \(time)", "", plain(reason), "", "It is asked again until it answers."]
  }

  private static func row(_ name: String, _ value: String) -> String {
    name + String(repeating: " ", count: max(1, 11 - name.utf8.count)) + plain(value)
  }

  private static func total(_ change: MetricsChange) -> String {
    number(change.later.value("fraud_decisions_total"))
  }

  private static func rates(
    _ change: MetricsChange,
    _ name: String,
    by label: String,
    all: Bool
  ) -> String {
    // The first look has nothing to be compared with.
    if change.seconds == 0 { return "-" }
    let found = change.rates(name, by: label).filter { all || $0.value > 0 }
    if found.isEmpty { return "none" }
    return found.map { "\($0.label) \(perSecond($0.value))" }.joined(separator: "   ")
  }

  private static func latency(_ change: MetricsChange, _ name: String) -> String {
    "p50 \(duration(change.quantile(0.5, of: name)))"
      + "   p99 \(duration(change.quantile(0.99, of: name)))"
  }

  private static func syncs(_ change: MetricsChange) -> String {
    latency(change, "assay_journal_sync_duration_seconds")
  }

  private static func beside(_ change: MetricsChange) -> String {
    [
      ("duplicates", "assay_duplicates_total"), ("fallbacks", "assay_fallbacks_total"),
      ("over the limit", "assay_rate_limited_total"),
    ].map { "\($0.0) \(rate(change, $0.1))" }.joined(separator: "   ")
      + "   in quarantine \(number(change.later.value("assay_quarantined")))"
  }

  private static func store(_ metrics: MetricsText) -> String {
    var state = "following"
    if metrics.value("assay_projection_failing") ?? 0 > 0 { state = "FAILING" }
    if metrics.value("assay_projection_detached") ?? 0 > 0 { state = "DETACHED" }
    return "\(state); \(bytes(metrics.value("assay_projection_lag_bytes"))) behind the log"
  }

  private static func process(_ change: MetricsChange) -> String {
    let share = change.rate("process_cpu_seconds_total").map { String(format: "%.0f %%", $0 * 100) }
    let memory = bytes(change.later.value("process_resident_memory_bytes"))
    return "processor \(share ?? "-")   memory \(memory)"
  }

  private static func machine(_ metrics: MetricsText) -> String {
    func percent(_ name: String) -> String {
      metrics.value(name).map { String(format: "%.0f %%", $0) } ?? "-"
    }
    let free = bytes(metrics.value("assay_disk_free_bytes"))
    let size = bytes(metrics.value("assay_disk_size_bytes"))
    return "processor \(percent("assay_machine_cpu_percent"))"
      + "   memory \(percent("assay_machine_memory_percent"))   disk free \(free) of \(size)"
  }

  private static func shown(_ alerts: [WatchedServer.Alert]) -> [String] {
    if alerts.isEmpty { return [] }
    return [""]
      + alerts.map { alert in
        let end = alert.resolved_at == nil ? "" : " (over)"
        return row(alert.severity, "\(alert.timestamp) \(alert.type): \(alert.message)\(end)")
      }
  }

  private static func rate(_ change: MetricsChange, _ name: String) -> String {
    change.rate(name).map(perSecond) ?? "-"
  }

  private static func perSecond(_ value: Double) -> String {
    String(format: value < 100 ? "%.1f/s" : "%.0f/s", value)
  }

  private static func number(_ value: Double?) -> String {
    value.map { String(format: "%.0f", $0) } ?? "-"
  }

  private static func duration(_ seconds: Double?) -> String {
    guard let seconds else { return "-" }
    return seconds < 1
      ? String(format: "%.2f ms", seconds * 1000) : String(format: "%.2f s", seconds)
  }

  private static func bytes(_ count: Double?) -> String {
    guard var rest = count else { return "-" }
    for unit in ["B", "KiB", "MiB", "GiB"] {
      if rest < 1024 { return String(format: unit == "B" ? "%.0f %@" : "%.1f %@", rest, unit) }
      rest /= 1024
    }
    return String(format: "%.1f TiB", rest)
  }

  /// A text without what would move the terminal's cursor: some of it comes from the server.
  private static func plain(_ text: String) -> String {
    String(text.unicodeScalars.filter { (0x20...0x7E).contains($0.value) }.map(Character.init))
  }
}
