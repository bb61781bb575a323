import Foundation
import HTTPClient
import Pipeline
import Shell
import Synchronization
import Threads

/// Sends simulated traffic to a server at a given rate, whether or not it keeps up.
///
/// Payments are due at fixed times (an open loop), and the time of an answer counts from then.
/// Labels go out where their turn comes, activities between the payments around them. At most one
/// request a connection is in flight.
final class LoadDriver: Sendable {
  static let connectionsMax = 1024
  private static let labelTries = 6
  private static let labelPause = 0.2
  private static let failuresMax = 50

  private struct State {
    var traffic: LoadTraffic
    var sent = 0
    var failures = 0
    var report = LoadReport()
    var latencies: [UInt32] = []
  }

  private struct Task {
    var job: LoadJob
    var due: Int64
  }

  private let state: Mutex<State>
  private let address: ServerAddress
  private let key: String
  private let path: String
  private let nanosecondsEach: Double
  private let start: Int64
  private let end: Int64

  init(
    _ traffic: sending LoadTraffic,
    to address: ServerAddress,
    key: String,
    rate: Double,
    seconds: Double?
  ) {
    self.address = address
    self.key = key
    path = "/api/v1/transactions?source=\(traffic.source)"
    state = Mutex(State(traffic: traffic))
    nanosecondsEach = 1e9 / rate
    start = Clocks.monotonicNanoseconds()
    end = seconds.map { [start] in start + Int64($0 * 1e9) } ?? .max
  }

  /// Runs to the end of the traffic or of the time.
  func run(connections: Int) -> LoadReport {
    let group = DispatchGroup()
    for _ in 0..<connections {
      group.enter()
      let thread = WorkThread { [self] in
        work()
        group.leave()
      }
      thread.start()
    }
    group.wait()
    let seconds = Double(Clocks.monotonicNanoseconds() - start) / 1e9
    return state.withLock { state in
      state.latencies.sort()
      func percentile(_ share: Double) -> Double {
        guard let last = state.latencies.indices.last else { return 0 }
        return Double(state.latencies[Int(share * Double(last))]) / 1000
      }
      var report = state.report
      report.seconds = seconds
      report.rate = Double(report.payments) / seconds
      report.latencyMilliseconds = LoadReport.Latency(
        p50: percentile(0.5),
        p99: percentile(0.99),
        max: percentile(1)
      )
      return report
    }
  }

  private func take() -> Task? {
    state.withLock { state in
      guard state.failures < LoadDriver.failuresMax else { return nil }
      var due = start + Int64(Double(state.sent) * nanosecondsEach)
      guard max(due, Clocks.monotonicNanoseconds()) < end, let job = state.traffic.next() else {
        return nil
      }
      switch job.kind {
      case .payment: state.sent += 1
      case .activity: due -= Int64(nanosecondsEach / 2)
      case .label: break
      }
      return Task(job: job, due: due)
    }
  }

  private func work() {
    let connection = ClientConnection(address)
    while let task = take() {
      switch task.job.kind {
      case .payment: pay(task, on: connection)
      case .label: label(task.job, on: connection)
      case .activity: tell(task, on: connection)
      }
    }
  }

  private static func wait(for task: Task) {
    let wait = task.due - Clocks.monotonicNanoseconds()
    if wait > 0 { Thread.sleep(forTimeInterval: Double(wait) / 1e9) }
  }

  private func pay(_ task: Task, on connection: ClientConnection) {
    LoadDriver.wait(for: task)
    let behind = Double(Clocks.monotonicNanoseconds() - task.due) / 1e6
    var headers = [("X-API-Key", key), ("Content-Type", "application/json")]
    if let name = task.job.idempotencyKey { headers.append(("Idempotency-Key", name)) }
    do throws(ClientError) {
      let answer = try connection.post(path, headers: headers, task.job.body)
      let latency = (Clocks.monotonicNanoseconds() - task.due) / 1000
      state.withLock { state in
        state.failures = 0
        state.report.behindMilliseconds = max(state.report.behindMilliseconds, behind)
        guard answer.status == 200 else {
          return state.report.count(error: "\(answer.status)", LoadDriver.shown(answer.body))
        }
        state.latencies.append(UInt32(clamping: latency))
        state.report.payments += 1
        LoadDriver.note(answer.body, in: &state.report)
      }
    } catch {
      fail(error)
    }
  }

  /// Sends a label; its payment may still be on its way.
  private func label(_ job: LoadJob, on connection: ClientConnection) {
    let headers = [("X-API-Key", key), ("Content-Type", "application/json")]
    do throws(ClientError) {
      var answer = try connection.post("/api/v1/labels", headers: headers, job.body)
      var tries = 1
      while answer.status == 404, tries < LoadDriver.labelTries {
        Thread.sleep(forTimeInterval: LoadDriver.labelPause)
        answer = try connection.post("/api/v1/labels", headers: headers, job.body)
        tries += 1
      }
      let last = answer
      state.withLock { state in
        state.failures = 0
        if last.status == 200 {
          state.report.labels += 1
        } else {
          state.report.count(error: "label \(last.status)", LoadDriver.shown(last.body))
        }
      }
    } catch {
      fail(error)
    }
  }

  /// Sends an activity, between the payments before and behind it.
  private func tell(_ task: Task, on connection: ClientConnection) {
    LoadDriver.wait(for: task)
    let headers = [("X-API-Key", key), ("Content-Type", "application/json")]
    do throws(ClientError) {
      let answer = try connection.post("/api/v1/activities", headers: headers, task.job.body)
      state.withLock { state in
        state.failures = 0
        if answer.status == 200 {
          state.report.activities += 1
        } else {
          state.report.count(error: "activity \(answer.status)", LoadDriver.shown(answer.body))
        }
      }
    } catch {
      fail(error)
    }
  }

  private func fail(_ error: ClientError) {
    state.withLock { state in
      state.failures += 1
      state.report.count(error: "connection", error.description)
    }
  }

  private static func shown(_ body: [UInt8]) -> String {
    String(decoding: body.prefix(200), as: UTF8.self)
  }

  private struct Answered: Decodable {
    var outcome: String
    var decided_by: String
    var duplicate: Bool?
  }

  private static func note(_ body: [UInt8], in report: inout LoadReport) {
    do {
      let answered = try JSONDecoder().decode(Answered.self, from: Data(body))
      report.outcomes[answered.outcome, default: 0] += 1
      if answered.decided_by == "fallback" { report.fallbacks += 1 }
      if answered.duplicate == true { report.duplicates += 1 }
    } catch {
      report.count(error: "answer", "\(error)")
    }
  }
}
