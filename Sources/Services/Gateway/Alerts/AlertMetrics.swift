import Alerts
import Monitoring
import Storage

/// What operators watch of alerts, in the Prometheus text format.
enum AlertMetrics {
  static func text(_ service: AlertService, listsFromMemory: Int) -> String {
    var text = """
      # HELP assay_alerts_lag_bytes Journal bytes in which alerts were not looked for yet.
      # TYPE assay_alerts_lag_bytes gauge
      assay_alerts_lag_bytes \(service.lagBytes)
      # HELP assay_alert_lists_from_memory_total Lists of price alerts that no store was asked for.
      # TYPE assay_alert_lists_from_memory_total counter
      assay_alert_lists_from_memory_total \(listsFromMemory)
      # HELP assay_alert_deliveries_total Attempts to tell somebody, by channel and how they went.
      # TYPE assay_alert_deliveries_total counter

      """
    for (channel, counts) in service.attempts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      for (word, count) in [("sent", counts.sent), ("failed", counts.failed)] {
        text += "assay_alert_deliveries_total{channel=\"\(channel.word)\",result=\"\(word)\"} "
        text += "\(count)\n"
      }
    }
    return text
  }
}

extension AlertService {
  /// Bytes of log by which it may be behind.
  private static let lagBytesMax: UInt64 = 64 << 20

  /// How it is, for the monitor.
  var condition: MonitoredService.Condition {
    if lagBytes > AlertService.lagBytesMax { return .unhealthy("it is far behind the log") }
    do throws(StoreError) {
      _ = try store.use { store throws(StoreError) in try store.newestNotice() }
      return .healthy
    } catch {
      return .unhealthy("its store cannot be read")
    }
  }
}
