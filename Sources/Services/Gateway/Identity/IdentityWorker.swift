// Safety: the queues are locked; everything else belongs to the worker's thread once it runs.
import Foundation
import HTTP
import Pipeline
import Storage
import Synchronization
import Threads

/// Serves what touches passwords, users and keys, on a thread of its own: a password takes about a
/// tenth of a second, for which no other request waits.
final class IdentityWorker: @unchecked Sendable {
  /// Answers later than this are given up; what waits still is not done then.
  static let deadlineMilliseconds = 15_000
  static let queueMax = 1024
  /// Of them, those that hash a password.
  static let passwordQueueMax = 16
  /// How soon what another process changed is noticed.
  static let lookMilliseconds = 500

  struct Answer: Sendable {
    var token: RequestToken
    var status: Int
    var body: [UInt8]
    var retryAfter: Int?
  }

  private struct Job: Sendable {
    var token: RequestToken?
    var hashes: Bool
    /// Nanoseconds; nobody waits for it after that.
    var ends: Int64
    var run: @Sendable (IdentityWorker) throws -> Void
  }

  private struct Queue {
    var list: [Job] = []
    var hashing = 0
    var stopping = false
  }

  private let queue = Mutex(Queue())
  private let ready = Mutex<(answers: [Answer], changes: [IdentityChanges])>(([], []))
  private let doorbell = Doorbell()
  private let finished = DispatchSemaphore(value: 0)
  let store: any IdentityStore
  let secrets: any Secrets
  var throttle = LoginThrottle()
  /// Compared with where there is no user, so that both take as long.
  private(set) lazy var nobodysHash = secrets.hash(password: secrets.newSecret("")) ?? ""
  private var revision: Int64 = 0
  /// When the next stream ends by itself, µs since 1970.
  private let nextEnd = Atomic<Int64>(.max)
  /// Lines that the audit log lacks because the store could not take them.
  let lostEntries = Atomic<Int>(0)

  private let failing = Atomic<Bool>(false)
  /// Whether the store cannot be read: who is not known may be known all the same.
  var isFailing: Bool { failing.load(ordering: .relaxed) }

  /// A worker on a store, with what the store holds already in `takeChanges`.
  init(store: any IdentityStore, secrets: any Secrets) {
    self.store = store
    self.secrets = secrets
    follow()
  }

  /// Asks for something; false where the queue is full.
  ///
  /// `run` is called on the worker's thread.
  func submit(
    _ token: RequestToken?,
    hashes: Bool = false,
    _ run: @escaping @Sendable (IdentityWorker) throws -> Void
  ) -> Bool {
    let deadline = Int64(IdentityWorker.deadlineMilliseconds) * 1_000_000
    let ends = token == nil ? Int64.max : Clocks.monotonicNanoseconds() + deadline
    let isTaken = queue.withLock { queue in
      guard queue.list.count < IdentityWorker.queueMax,
        !hashes || queue.hashing < IdentityWorker.passwordQueueMax
      else { return false }
      queue.list.append(Job(token: token, hashes: hashes, ends: ends, run: run))
      if hashes { queue.hashing += 1 }
      return true
    }
    if isTaken { doorbell.ring() }
    return isTaken
  }

  /// Has the loop look at its streams again by a time (µs since 1970); on the loop's thread.
  func look(by time: Int64) {
    if time < nextEnd.load(ordering: .relaxed) { nextEnd.store(time, ordering: .relaxed) }
  }

  /// What changed in the store since the last call; nothing did where a stream's time has come.
  ///
  /// On the loop's thread.
  func takeChanges() -> [IdentityChanges] {
    ready.withLock { ready in
      if ready.changes.isEmpty { return [] }
      defer { ready.changes = [] }
      return ready.changes
    }
  }

  /// The answers that are ready; on the loop's thread, after `takeChanges`.
  func takeAnswers() -> [Answer] {
    ready.withLock { ready in
      if ready.answers.isEmpty { return [] }
      defer { ready.answers = [] }
      return ready.answers
    }
  }

  func start(wake: @escaping @Sendable () -> Void) {
    let thread = WorkThread { [self] in
      while true {
        let (job, stopping) = queue.withLock { queue in
          (queue.list.isEmpty ? nil : queue.list.removeFirst(), queue.stopping)
        }
        if let job {
          if Clocks.monotonicNanoseconds() < job.ends { serve(job) }
          if job.hashes { queue.withLock { $0.hashing -= 1 } }
        } else if stopping {
          break
        } else {
          doorbell.wait(milliseconds: IdentityWorker.lookMilliseconds)
        }
        let hasChanged = follow()
        let isDue = noteEnd()
        if job != nil || hasChanged || isDue { wake() }
      }
      finished.signal()
    }
    thread.start()
  }

  func stop() {
    queue.withLock { $0.stopping = true }
    doorbell.ring()
    finished.wait()
  }

  /// Reads what changed, here or in another process; whether anything did.
  ///
  /// A store that cannot be read now is asked again at the next look.
  @discardableResult
  private func follow() -> Bool {
    guard let changes = try? store.changes(after: revision) else {  // Said by `isFailing`.
      failing.store(true, ordering: .relaxed)
      return false
    }
    failing.store(false, ordering: .relaxed)
    revision = changes.revision
    if changes.isEmpty { return false }
    ready.withLock { $0.changes.append(changes) }
    return true
  }

  /// Has the loop look at its streams where the time of one has come; whether it has.
  private func noteEnd() -> Bool {
    let end = nextEnd.load(ordering: .relaxed)
    guard Clocks.wallMicroseconds() >= end else { return false }
    // The loop sets it anew, or has done so meanwhile.
    _ = nextEnd.compareExchange(expected: end, desired: .max, ordering: .relaxed)
    ready.withLock { $0.changes.append(IdentityChanges(revision: revision)) }
    return true
  }

  private func serve(_ job: Job) {
    do {
      try job.run(self)
    } catch let error as AccountRefusal {
      if let token = job.token { reply(token, error.status, error.json, error.retryAfter) }
    } catch {
      guard let token = job.token else {
        lostEntries.add(1, ordering: .relaxed)
        return
      }
      reply(token, 503, AccountRefusal(503, "Unavailable", "The store cannot do it now").json, 1)
    }
  }

  /// The hash of a password.
  func hash(_ password: String) throws(AccountRefusal) -> String {
    guard let hash = secrets.hash(password: password) else {
      throw AccountRefusal(503, "Unavailable", "There is no memory for it now", retryAfter: 1)
    }
    return hash
  }

  /// Answers; what the job changed is known to the loop before the answer is given.
  func reply(_ token: RequestToken, _ status: Int, _ json: JSONText, _ retryAfter: Int? = nil) {
    follow()
    let answer = Answer(token: token, status: status, body: json.bytes, retryAfter: retryAfter)
    ready.withLock { $0.answers.append(answer) }
  }

  /// Answers with one text under `message`, as S0 does.
  func say(_ token: RequestToken, _ status: Int, _ message: String, _ retryAfter: Int? = nil) {
    var json = JSONText()
    json.open("{")
    json.key("message")
    json.value(message)
    json.close("}")
    reply(token, status, json, retryAfter)
  }
}

/// Why a request about users or keys is not followed: the whole answer.
struct AccountRefusal: Error {
  var status: Int
  var code: String
  var message: String
  var retryAfter: Int?
  /// The field that it is about; nil where the message names it.
  var field: String?

  init(
    _ status: Int,
    _ code: String,
    _ message: String,
    field: String? = nil,
    retryAfter: Int? = nil
  ) {
    self.field = field
    self.status = status
    self.code = code
    self.message = message
    self.retryAfter = retryAfter
  }

  var json: JSONText {
    var json = JSONText()
    json.open("{")
    json.key("error")
    json.value(code)
    if let field { json.field("field", field) }
    json.key("message")
    json.value(message)
    if let field { json.field("field", field) }
    json.close("}")
    return json
  }
}
