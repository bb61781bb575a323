import Synchronization
import Testing

@testable import Monitoring

/// When alerts are raised, and when they are over.
struct MonitorTests {
  /// A clock and a service that a test turns by hand.
  final class Stage: Sendable {
    let time = Atomic<Int64>(1_000_000)
    let condition = Mutex(MonitoredService.Condition.healthy)

    func monitor(_ change: (inout MonitorThresholds) -> Void = { _ in }) -> Monitor {
      var thresholds = MonitorThresholds()
      (thresholds.processor, thresholds.memory, thresholds.disk) = (100, 100, 100)
      change(&thresholds)
      let monitor = Monitor(path: "/", intervalSeconds: 3600, thresholds: thresholds) {
        self.time.load(ordering: .relaxed)
      }
      monitor.watch([
        MonitoredService(id: "model", name: "Model Service", url: "http://x") {
          self.condition.withLock { $0 }
        }
      ])
      return monitor
    }
  }

  @Test func `a service that is unhealthy is one alert until it is well again`() {
    let stage = Stage()
    let monitor = stage.monitor()
    monitor.check()
    #expect(monitor.alerts(nil, limit: 10).isEmpty)
    stage.condition.withLock { $0 = .unhealthy("no disk") }
    for _ in 0..<3 { monitor.check() }
    let raised = monitor.alerts(nil, limit: 10)
    #expect(raised.map(\.kind) == ["service_down"] && raised[0].severity == .critical)
    #expect(raised[0].message == "Model Service is unhealthy: no disk")
    #expect(raised[0].service == "model" && raised[0].resolved == nil)
    stage.time.store(9_000_000, ordering: .relaxed)
    stage.condition.withLock { $0 = .healthy }
    monitor.check()
    #expect(monitor.alerts(nil, limit: 10).map(\.resolved) == [9_000_000])
    stage.condition.withLock { $0 = .unhealthy("again") }
    monitor.check()
    #expect(monitor.alerts(.critical, limit: 10).map(\.number) == [2, 1])
    #expect(monitor.alerts(.critical, limit: 1).map(\.number) == [2])
    #expect(monitor.alerts(.warning, limit: 10).isEmpty)
  }

  @Test func `a service that gives no answer is an alarm`() {
    let stage = Stage()
    stage.condition.withLock { $0 = .unavailable("it cannot be reached") }
    let monitor = stage.monitor()
    monitor.check()
    #expect(monitor.alerts(.critical, limit: 10).map(\.kind) == ["service_down"])
    #expect(monitor.serviceReports.map(\.condition) == [.unavailable("it cannot be reached")])
  }

  @Test func `values above their thresholds are alerts, and recent for an hour`() {
    let stage = Stage()
    let monitor = stage.monitor {
      $0.memory = 0
      $0.disk = 0
      $0.response = -1
    }
    monitor.check()
    let kinds = Set(monitor.alerts(nil, limit: 10).map(\.kind))
    #expect(kinds == ["high_memory", "high_disk", "slow_response"])
    #expect(monitor.recentAlerts(.critical) == 1 && monitor.recentAlerts(.warning) == 2)
    // They hold, and so they stay recent.
    stage.time.store(2 * Monitor.recentMicroseconds, ordering: .relaxed)
    #expect(monitor.recentAlerts(.critical) == 1)
  }

  @Test func `an alert that is over is recent for an hour`() {
    let stage = Stage()
    let monitor = stage.monitor()
    stage.condition.withLock { $0 = .unhealthy("x") }
    monitor.check()
    stage.condition.withLock { $0 = .healthy }
    monitor.check()
    #expect(monitor.recentAlerts(.critical) == 1)
    stage.time.store(1_000_001 + Monitor.recentMicroseconds, ordering: .relaxed)
    #expect(monitor.recentAlerts(.critical) == 0)
  }

  @Test func `a day of samples and a thousand alerts are kept`() {
    let stage = Stage()
    let monitor = stage.monitor()
    for number in 0..<3 {
      stage.time.store(Int64(number) * Monitor.keptMicroseconds / 2 + 5, ordering: .relaxed)
      monitor.check()
    }
    #expect(
      monitor.samples(10).map(\.time) == [
        Monitor.keptMicroseconds / 2 + 5, Monitor.keptMicroseconds + 5,
      ]
    )
    #expect(monitor.samples(1).map(\.time) == [Monitor.keptMicroseconds + 5])
  }

  @Test func `a paused monitor looks no more, and a stopped one ends at once`() {
    let stage = Stage()
    let monitor = stage.monitor()
    monitor.isActive = false
    monitor.start()
    monitor.stop()
    #expect(monitor.lastCheck == nil && !monitor.isActive)
  }
}
