import Foundation
package import HTTPClient
import Synchronization
import Threads

/// Sends traces and metrics to a collector of OpenTelemetry (OTLP over HTTP, JSON), from a thread
/// of its own.
///
/// What waits is bounded: while the collector cannot be reached traces are left out and counted,
/// and metrics, which are sums since the start, lose nothing but moments.
package final class TelemetryExporter: Sendable {
  package static let waitingMax = 8192
  private static let batchMax = 512
  private static let traceSeconds = 1.0
  private static let metricSeconds = 10.0

  package struct Settings: Sendable {
    package var address: ServerAddress
    package var service: String
    /// The share of requests that are traced where their client has not decided, 0 to 1.
    package var share: Double

    package init(address: ServerAddress, service: String, share: Double) {
      self.address = address
      self.service = service
      self.share = share
    }
  }

  private struct State {
    var waiting: [ServedRequest] = []
    var lost = 0
    var seen: UInt64 = 0
    var isStopping = false
  }

  private let settings: Settings
  private let startedAt: Int64
  private let now: @Sendable () -> Int64
  private let measure: @Sendable () -> [Measurement]
  private let report: @Sendable (String) -> Void
  private let state = Mutex(State())
  private let condition = NSCondition()
  private let finished = DispatchSemaphore(value: 0)

  /// `measure` is asked for the metrics every ten seconds; `now` is the wall clock, µs.
  package init(
    _ settings: Settings,
    now: @escaping @Sendable () -> Int64,
    measure: @escaping @Sendable () -> [Measurement],
    report: @escaping @Sendable (String) -> Void
  ) {
    self.settings = settings
    self.now = now
    self.measure = measure
    self.report = report
    startedAt = now()
  }

  /// Takes a request that was served, if it is to be traced; never waits.
  package func take(_ request: ServedRequest) {
    state.withLock { state in
      state.seen &+= 1
      // Golden-ratio steps spread the share evenly over any pattern of requests.
      let place = Double((state.seen &* 0x9E37_79B9_7F4A_7C15) >> 11) * 0x1p-53
      guard request.parent?.isSampled ?? (place < settings.share) else { return }
      if state.waiting.count < TelemetryExporter.waitingMax {
        state.waiting.append(request)
      } else {
        state.lost += 1
      }
    }
  }

  package func start() {
    WorkThread { [self] in
      let connection = ClientConnection(settings.address)
      var nextMetrics = Date(timeIntervalSinceNow: TelemetryExporter.metricSeconds)
      var isFailing = false
      while true {
        condition.lock()
        if !state.withLock({ $0.isStopping }) {
          _ = condition.wait(until: Date(timeIntervalSinceNow: TelemetryExporter.traceSeconds))
        }
        condition.unlock()
        let isStopping = state.withLock { $0.isStopping }
        do throws(ClientError) {
          try sendTraces(connection)
          if isStopping || nextMetrics <= Date() {
            nextMetrics = Date(timeIntervalSinceNow: TelemetryExporter.metricSeconds)
            try sendMetrics(connection)
          }
          if isFailing { report("telemetry: the collector is reached again") }
          isFailing = false
        } catch {
          if !isFailing { report("telemetry: \(error); it is tried again") }
          isFailing = true
        }
        if isStopping { break }
      }
      finished.signal()
    }.start()
  }

  /// Sends what waits, once, and ends.
  package func stop() {
    condition.lock()
    state.withLock { $0.isStopping = true }
    condition.broadcast()
    condition.unlock()
    finished.wait()
  }

  private func sendTraces(_ connection: ClientConnection) throws(ClientError) {
    while true {
      let batch = state.withLock { Array($0.waiting.prefix(TelemetryExporter.batchMax)) }
      if batch.isEmpty { return }
      try send(
        "/v1/traces",
        OTLPText.traces(batch, service: settings.service),
        connection
      )
      state.withLock { $0.waiting.removeFirst(batch.count) }
    }
  }

  private func sendMetrics(_ connection: ClientConnection) throws(ClientError) {
    let lost = state.withLock { $0.lost }
    let all = measure() + [Measurement("assay_traces_lost_total", .sum(Double(lost)))]
    try send(
      "/v1/metrics",
      OTLPText.metrics(all, from: startedAt, to: now(), service: settings.service),
      connection
    )
  }

  private func send(
    _ path: String,
    _ body: Data,
    _ connection: ClientConnection
  ) throws(ClientError) {
    let answer = try connection.post(
      path,
      headers: [("Content-Type", "application/json")],
      Array(body)
    )
    // What the collector refuses it would refuse again; what it cannot take now comes again.
    if answer.status == 429 || answer.status >= 500 {
      throw ClientError(.broken, "the collector answers \(answer.status)")
    }
    if answer.status >= 400 { report("telemetry: the collector refuses \(path): \(answer.status)") }
  }
}
