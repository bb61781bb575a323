import Foundation
import Synchronization
import Threads

/// A part of the program that is asked, again and again, how it is.
package struct MonitoredService: Sendable {
  package enum Condition: Sendable, Equatable {
    case healthy
    /// It answers, but something is wrong.
    case unhealthy(String)
    /// It gives no answer.
    case unavailable(String)
  }

  /// Such as `model`.
  package var id: String
  package var name: String
  /// Where it is reached.
  package var url: String
  package var check: @Sendable () -> Condition

  package init(
    id: String,
    name: String,
    url: String,
    check: @escaping @Sendable () -> Condition
  ) {
    self.id = id
    self.name = name
    self.url = url
    self.check = check
  }
}

/// How a service was when it was asked last.
package struct ServiceReport: Sendable, Equatable {
  package var id: String
  package var name: String
  package var url: String
  package var condition: MonitoredService.Condition
  package var responseSeconds: Double
  /// µs since 1970.
  package var time: Int64
}

/// Something that operators should look at.
package struct SystemAlert: Sendable, Equatable {
  package enum Severity: String, Sendable, CaseIterable {
    case warning
    case critical
  }

  package var number: Int
  /// Such as `high_memory` or `service_down`.
  package var kind: String
  package var severity: Severity
  package var message: String
  /// The service it is about, if it is about one.
  package var service: String?
  /// µs since 1970.
  package var time: Int64
  /// When it was over, µs; nil while it holds.
  package var resolved: Int64?
}

/// From where on something is worth an alert.
package struct MonitorThresholds: Sendable, Equatable {
  /// Percent.
  package var processor = 80.0
  package var memory = 85.0
  package var disk = 90.0
  /// Seconds.
  package var response = 5.0

  package init() {}
}

/// Watches the machine and the parts of the program, keeps a day of it, and raises alerts.
///
/// An alert is raised when its condition begins and resolved when that ends.
package final class Monitor: Sendable {
  /// What is kept of samples: a day.
  package static let keptMicroseconds: Int64 = 86_400_000_000
  /// Alerts that are kept, newest.
  package static let alertsMax = 1000
  /// What counts as recent, in overviews.
  static let recentMicroseconds: Int64 = 3_600_000_000

  private struct State {
    var sampler: SystemSampler
    var samples: [SystemSample] = []
    var services: [ServiceReport] = []
    var alerts: [SystemAlert] = []
    /// Raised or resolved by the check that runs.
    var changes: [SystemAlert] = []
    var lastCheck: Int64?
    var isActive = true
    var isStopping = false
    var alertCount = 0
  }

  private let state: Mutex<State>
  private let listener = Mutex<(@Sendable (SystemAlert) -> Void)?>(nil)
  private let services: Mutex<[MonitoredService]> = Mutex([])
  private let thresholds: MonitorThresholds
  private let intervalSeconds: Double
  private let now: @Sendable () -> Int64
  private let finished = DispatchSemaphore(value: 0)
  private let condition = NSCondition()

  /// A monitor of the file system of `path`; `now` is the wall clock, µs.
  package init(
    path: String,
    intervalSeconds: Double,
    thresholds: MonitorThresholds,
    now: @escaping @Sendable () -> Int64
  ) {
    state = Mutex(State(sampler: SystemSampler(path: path)))
    self.intervalSeconds = intervalSeconds
    self.thresholds = thresholds
    self.now = now
  }

  /// Says what is watched beside the machine.
  package func watch(_ watched: [MonitoredService]) { services.withLock { $0 = watched } }

  /// What is watched beside the machine.
  package var watched: [MonitoredService] { services.withLock { $0 } }

  /// Has every alert told when it is raised and when it is resolved, on the monitor's thread.
  package func tell(_ listener: @escaping @Sendable (SystemAlert) -> Void) {
    self.listener.withLock { $0 = listener }
  }

  package func start() {
    let thread = WorkThread { [self] in
      var isStopping = false
      while !isStopping {
        if state.withLock({ $0.isActive }) { check() }
        condition.lock()
        if !state.withLock({ $0.isStopping }) {
          _ = condition.wait(until: Date(timeIntervalSinceNow: intervalSeconds))
        }
        condition.unlock()
        isStopping = state.withLock { $0.isStopping }
      }
      finished.signal()
    }
    thread.start()
  }

  package func stop() {
    condition.lock()
    state.withLock { $0.isStopping = true }
    condition.broadcast()
    condition.unlock()
    finished.wait()
  }

  /// Goes on or pauses; what was seen stays.
  package var isActive: Bool {
    get { state.withLock { $0.isActive } }
    set {
      state.withLock { $0.isActive = newValue }
      condition.lock()
      condition.broadcast()
      condition.unlock()
    }
  }

  /// Samples the machine and asks every service once.
  package func check() {
    let reports = services.withLock { $0 }.map { service in
      let began = ContinuousClock.now
      let condition = service.check()
      let spent = ContinuousClock.now - began
      return ServiceReport(
        id: service.id,
        name: service.name,
        url: service.url,
        condition: condition,
        responseSeconds: Double(spent.components.seconds)
          + Double(spent.components.attoseconds) * 1e-18,
        time: now()
      )
    }
    let time = now()
    let changes = state.withLock { state in
      let sample = state.sampler.take(time: time)
      state.samples.append(sample)
      state.samples.removeAll { $0.time <= time - Monitor.keptMicroseconds }
      state.services = reports
      state.lastCheck = time
      judge(sample, reports, &state)
      defer { state.changes = [] }
      return state.changes
    }
    if let listener = listener.withLock({ $0 }) { changes.forEach(listener) }
  }

  private func judge(
    _ sample: SystemSample,
    _ reports: [ServiceReport],
    _ state: inout State
  ) {
    func level(
      _ kind: String,
      _ what: String,
      _ value: Double,
      _ limit: Double,
      _ severity: SystemAlert.Severity
    ) {
      let message = "\(what) is \(Monitor.shown(value)) %, above \(Monitor.shown(limit)) %"
      note(kind, severity, nil, value > limit ? message : nil, &state)
    }
    level("high_cpu", "processor use", sample.processorPercent, thresholds.processor, .warning)
    level("high_memory", "memory use", sample.memoryPercent, thresholds.memory, .warning)
    level("high_disk", "disk use", sample.diskPercent, thresholds.disk, .critical)
    for report in reports {
      let slow =
        "\(report.name) answered after \(Monitor.shown(report.responseSeconds)) s, above"
        + " \(Monitor.shown(thresholds.response)) s"
      let isSlow = report.responseSeconds > thresholds.response
      note("slow_response", .warning, report.id, isSlow ? slow : nil, &state)
      var down: String?
      switch report.condition {
      case .healthy: break
      case .unhealthy(let why): down = "\(report.name) is unhealthy: \(why)"
      case .unavailable(let why): down = "\(report.name) is down: \(why)"
      }
      note("service_down", .critical, report.id, down, &state)
    }
  }

  /// Raises an alert that has a message and is not raised yet, or resolves it.
  private func note(
    _ kind: String,
    _ severity: SystemAlert.Severity,
    _ service: String?,
    _ message: String?,
    _ state: inout State
  ) {
    let time = state.lastCheck ?? 0
    let open = state.alerts.lastIndex {
      $0.kind == kind && $0.service == service && $0.resolved == nil
    }
    switch (message, open) {
    case (let message?, nil):
      state.alertCount += 1
      state.alerts.append(
        SystemAlert(
          number: state.alertCount,
          kind: kind,
          severity: severity,
          message: message,
          service: service,
          time: time
        )
      )
      state.changes += state.alerts.suffix(1)
      if state.alerts.count > Monitor.alertsMax { state.alerts.removeFirst() }
    case (nil, let index?):
      state.alerts[index].resolved = time
      state.changes.append(state.alerts[index])
    default: break
    }
  }

  private static func shown(_ value: Double) -> String { String(format: "%.1f", value) }

  // MARK: reading

  /// The newest samples, oldest of them first.
  package func samples(_ limit: Int) -> [SystemSample] {
    state.withLock { Array($0.samples.suffix(limit)) }
  }

  package var serviceReports: [ServiceReport] { state.withLock { $0.services } }

  package var lastCheck: Int64? { state.withLock { $0.lastCheck } }

  /// The newest alerts, newest first.
  package func alerts(_ severity: SystemAlert.Severity?, limit: Int) -> [SystemAlert] {
    state.withLock { state in
      Array(
        state.alerts.reversed().lazy.filter { severity == nil || $0.severity == severity }
          .prefix(limit)
      )
    }
  }

  /// Alerts that hold or began within the last hour, by severity.
  package func recentAlerts(_ severity: SystemAlert.Severity) -> Int {
    let since = now() - Monitor.recentMicroseconds
    return state.withLock { state in
      state.alerts.count { $0.severity == severity && ($0.resolved == nil || $0.time >= since) }
    }
  }
}
