import Alerts
import Foundation
import HTTP
import Pipeline
import Storage
import Synchronization
import Threads

/// Serves what touches the store of alerts, on a thread of its own.
final class AlertWorker: Sendable {
  /// Longer than somebody waits for the outcome of mails.
  static let deadlineMilliseconds = 15_000
  static let queueMax = 1024

  /// Whose words errors have.
  enum Manner: Sendable {
    case native
    /// S0's price alerts.
    case prices
    /// S2's list.
    case list
  }

  struct Answer: Sendable {
    var token: RequestToken
    var status: Int
    var body: [UInt8]
    /// What the answer is remembered by.
    var memory: AlertListCache.Stamp?
  }

  private struct Job: Sendable {
    var token: RequestToken
    var manner: Manner
    /// Nanoseconds; nobody waits for it after that.
    var ends: Int64
    var run: @Sendable (AlertWorker) throws -> Void
  }

  private struct Queue {
    var list: [Job] = []
    var isStopping = false
  }

  let service: AlertService
  private let queue = Mutex(Queue())
  private let answers = Mutex<[Answer]>([])
  private let wake = Mutex<(@Sendable () -> Void)?>(nil)
  private let doorbell = Doorbell()
  private let finished = DispatchSemaphore(value: 0)

  init(_ service: AlertService) { self.service = service }

  /// Asks for something; false where the queue is full.
  func submit(
    _ token: RequestToken,
    _ manner: Manner,
    _ run: @escaping @Sendable (AlertWorker) throws -> Void
  ) -> Bool {
    let ends =
      Clocks.monotonicNanoseconds() + Int64(AlertWorker.deadlineMilliseconds) * 1_000_000
    let isTaken = queue.withLock { queue in
      guard queue.list.count < AlertWorker.queueMax else { return false }
      queue.list.append(Job(token: token, manner: manner, ends: ends, run: run))
      return true
    }
    if isTaken { doorbell.ring() }
    return isTaken
  }

  /// The answers that are ready; on the loop's thread.
  func takeAnswers() -> [Answer] {
    answers.withLock { answers in
      if answers.isEmpty { return [] }
      defer { answers = [] }
      return answers
    }
  }

  func start(wake: @escaping @Sendable () -> Void) {
    self.wake.withLock { $0 = wake }
    let thread = WorkThread { [self] in
      while true {
        let (job, isStopping) = queue.withLock { queue in
          (queue.list.isEmpty ? nil : queue.list.removeFirst(), queue.isStopping)
        }
        if let job {
          if Clocks.monotonicNanoseconds() < job.ends { serve(job) }
        } else if isStopping {
          break
        } else {
          doorbell.wait()
        }
      }
      finished.signal()
    }
    thread.start()
  }

  func stop() {
    queue.withLock { $0.isStopping = true }
    doorbell.ring()
    finished.wait()
  }

  private func serve(_ job: Job) {
    do {
      try job.run(self)
    } catch let error as AccountRefusal {
      reply(job.token, error.status, error.json)
    } catch {
      var json = JSONText()
      json.open("{")
      switch job.manner {
      case .native:
        json.field("error", "Unavailable")
        json.field("message", "The store of alerts cannot do it now")
      case .prices: json.field("message", "DataBase Error Encountered")
      case .list:
        json.field("values", "")
        json.field("message", "the store of alerts cannot be read")
      }
      json.close("}")
      reply(job.token, [.native: 503, .prices: 401, .list: 400][job.manner] ?? 503, json)
    }
  }

  /// Answers; from any thread.
  func reply(
    _ token: RequestToken,
    _ status: Int,
    _ json: JSONText,
    memory: AlertListCache.Stamp? = nil
  ) {
    answers.withLock {
      $0.append(Answer(token: token, status: status, body: json.bytes, memory: memory))
    }
    wake.withLock { $0 }?()
  }

  /// Answers with one text under `message`, as S0 does.
  func say(_ token: RequestToken, _ status: Int, _ message: String) {
    var json = JSONText()
    json.open("{")
    json.field("message", message)
    json.close("}")
    reply(token, status, json)
  }
}
