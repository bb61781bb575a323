import Foundation
import Gateway
import Pipeline
import Shell
import Telemetry
import Threads

/// Puts a line of metrics for CloudWatch into the log each minute.
final class MetricsLog: @unchecked Sendable {
  // Safety: after `start` everything but the condition belongs to its thread.
  private let measurements: Measurements
  private let seconds: Double
  private let condition = NSCondition()
  private let finished = DispatchSemaphore(value: 0)
  private var isStopping = false
  private var past: Metrics.Totals

  init(_ measurements: Measurements, seconds: Double) {
    self.measurements = measurements
    self.seconds = seconds
    past = measurements.gateway.totals
  }

  func start() {
    WorkThread { [self] in
      var isLast = false
      while !isLast {
        condition.lock()
        let end = Date(timeIntervalSinceNow: seconds)
        while !isStopping, condition.wait(until: end) {}
        isLast = isStopping
        condition.unlock()
        Log.metrics(
          EmbeddedMetrics.line(
            measurements.embedded(since: &past),
            service: "assay",
            time: Clocks.wallMicroseconds()
          )
        )
      }
      finished.signal()
    }.start()
  }

  /// Writes a last line.
  func stop() {
    condition.lock()
    isStopping = true
    condition.broadcast()
    condition.unlock()
    finished.wait()
  }
}
