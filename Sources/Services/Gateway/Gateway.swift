import Engine
package import HTTP
package import Intake
import Journal
package import Monitoring
import Payments
package import Pipeline
package import Storage
import Synchronization

/// The public surface over HTTP: decodes requests, hands them to the core thread, answers when
/// their decisions are durable.
///
/// All of it runs on the loop's thread but `completed`; reads that touch a disk go to the reader's
/// thread.
package final class Gateway: HTTPApplication, SubmissionOwner, @unchecked Sendable {
  // Safety: everything but the two locked queues belongs to the loop's thread.

  /// What a gateway is told by its configuration.
  package struct Settings: Sendable {
    /// Keys that clients may send; compared in constant time.
    package var keys: [[UInt8]]
    /// Says whether two keys are equal, in time that does not depend on where they differ.
    package var sameKey: @Sendable ([UInt8], [UInt8]) -> Bool
    package var tokenizer: CardTokenizer
    /// The page at `/`.
    package var page: [UInt8]
    /// The status of a transaction that the shop's form sent: 201, or 200 for its older clients.
    package var shopStatus: Int

    package init(
      keys: [[UInt8]],
      sameKey: @escaping @Sendable ([UInt8], [UInt8]) -> Bool,
      tokenizer: @escaping CardTokenizer,
      page: [UInt8],
      shopStatus: Int = 201
    ) {
      self.keys = keys
      self.sameKey = sameKey
      self.tokenizer = tokenizer
      self.page = page
      self.shopStatus = shopStatus
    }
  }

  /// How the answer of a submission looks.
  enum Shape: Int {
    case score = 1
    case single
    case lines
    case label
    case activity
    case fallback
    case scoreExplained
    case singleExplained
    case release
    case shop
  }

  let settings: Settings
  let core: CoreThread
  let catalog: Catalog
  package let metrics = Metrics()
  let loop: HTTPLoop
  private var router = Router()
  var decoders: [TransactionDecoder] = []
  let activityDecoder: ActivityDecoder
  var text: DecisionText
  var json = JSONText()
  let recent = RecentRing()
  var pool: [Submission] = []
  private var outgoing: [Submission] = []
  /// What was answered because a deadline passed, by the request's token, until its decision comes.
  var expiredAnswers: [UInt64: UInt8] = [:]
  /// Per slot of the loop: the deferred request's bookkeeping.
  var pending: [Pending]
  /// Fallback entries that the core has not taken yet.
  var unlogged: [Submission] = []
  private let done = Mutex<[Submission]>([])
  var finished: [Submission] = []
  let reader: ReadWorker
  let live: LiveHub
  let monitor: Monitor
  let rebuildProjection: @Sendable () -> Void

  /// What is kept of a deferred request until it is answered.
  struct Pending {
    var token: UInt64 = 0
    var startedAt: Int64 = 0
    var onDeadline = DeadlinePolicy.review
    var shape = Shape.score
    var ids: [[UInt8]] = []
    /// Errors of items that were not submitted, by the item's place in the request.
    var errors: [(place: Int, id: String?, error: InputError)] = []
    var items = 0
  }

  package init(
    settings: Settings,
    core: CoreThread,
    catalog: Catalog,
    loop: HTTPLoop,
    store: any DecisionStore,
    monitor: Monitor,
    openJournal: @escaping ReadWorker.JournalOpener,
    hurry: @escaping @Sendable () -> Void,
    rebuild: @escaping @Sendable () -> Void
  ) throws {
    self.settings = settings
    self.monitor = monitor
    self.core = core
    rebuildProjection = rebuild
    self.catalog = catalog
    self.loop = loop
    text = DecisionText(catalog)
    decoders = catalog.sources.map {
      TransactionDecoder(source: $0, tokenizer: settings.tokenizer)
    }
    activityDecoder = ActivityDecoder(
      sources: catalog.sources,
      tokenizer: settings.tokenizer
    )
    pending = [Pending](repeating: Pending(), count: loop.limits.slots)
    reader = try ReadWorker(
      catalog: catalog,
      tokenizer: settings.tokenizer,
      core: core,
      store: store,
      openJournal: openJournal,
      hurry: hurry
    )
    live = try LiveHub(
      catalog: catalog,
      core: core,
      store: store,
      openJournal: openJournal,
      hurry: hurry
    )
    for (number, endpoint) in Endpoint.all.enumerated() {
      router.add(endpoint.method, endpoint.path, handler: number)
    }
    reader.start { [loop] in loop.wake() }
    live.start()
  }

  /// Ends the threads of reads and streams; after the loop has ended.
  package func stop() {
    live.stop()
    reader.stop()
  }

  // MARK: HTTPApplication

  package func receive(
    _ request: borrowing HTTPRequest,
    token: RequestToken,
    answer: inout HTTPAnswer
  ) -> Reception {
    switch router.match(request) {
    case .notFound:
      answer.fail(404, "Not found", "The requested endpoint does not exist")
    case .methodNotAllowed(let allow):
      answer.start(405)
      answer.header("Allow", allow)
      answer.appendFailure("Method not allowed", "This path knows other methods")
    case .found(let number, let segments):
      let endpoint = Endpoint.all[number]
      guard isAllowed(request, endpoint.access, &answer) else { break }
      return endpoint.serve(self, request, token, segments, &answer)
    }
    return .answered
  }

  package func roundEnded(_ loop: HTTPLoop) {
    if outgoing.isEmpty { return }
    if !core.submit(outgoing, owner: self) {
      for submission in outgoing {
        metrics.countRefused()
        loop.answer(RequestToken(bits: submission.token)) { Gateway.overloaded(&$0) }
        release(submission)
      }
    }
    outgoing.removeAll(keepingCapacity: true)
  }

  /// Called on the core thread: what it decided is durable now.
  package func completed(_ submissions: [Submission]) {
    let first = done.withLock { done in
      defer { done.append(contentsOf: submissions) }
      return done.isEmpty
    }
    if first { loop.wake() }
  }

  package func woken(_ loop: HTTPLoop) {
    done.withLock { swap(&finished, &$0) }
    for submission in finished { finish(submission, loop) }
    finished.removeAll(keepingCapacity: true)
    if !unlogged.isEmpty, core.submit(unlogged, owner: self) { unlogged.removeAll() }
    reader.takeAnswers { token, write in loop.answer(token, write) }
  }

  package func expired(_ token: RequestToken, answer: inout HTTPAnswer) {
    let slot = Int(token.slot)
    guard pending[slot].token == token.bits else { return Gateway.overloaded(&answer) }
    fallback(slot, &answer)
  }

  package func abandoned(_ token: RequestToken) {}

  // MARK: what routes share

  /// A submission from the pool.
  func makeSubmission(_ token: RequestToken, _ shape: Shape) -> Submission {
    let submission = pool.popLast() ?? Submission()
    submission.reset()
    submission.token = token.bits
    submission.context = shape.rawValue
    submission.submittedAt = Clocks.monotonicNanoseconds()
    return submission
  }

  func release(_ submission: Submission) {
    if pool.count < 1024, submission.bytes.capacity < 1 << 20 { pool.append(submission) }
  }

  /// Hands a submission over at the end of this round.
  func send(_ submission: Submission) { outgoing.append(submission) }

  static func overloaded(_ answer: inout HTTPAnswer) {
    answer.start(503)
    answer.header("Retry-After", 1)
    answer.appendFailure("Overloaded", "The queue is full or the disk has no space; try again")
  }

  private func isAllowed(
    _ request: borrowing HTTPRequest,
    _ access: Endpoint.Access,
    _ answer: inout HTTPAnswer
  ) -> Bool {
    switch access {
    case .open: return true
    case .local where Gateway.isLocal(request): return true
    case .local, .key: break
    }
    let key =
      request.withHeader("X-API-Key") { $0.array }
      ?? request.value(of: "api_key").map {
        Array($0.utf8)
      }
    guard let key else {
      answer.fail(401, "Authentication required", "API key is required")
      return false
    }
    guard settings.keys.contains(where: { settings.sameKey($0, key) }) else {
      answer.fail(401, "Invalid API key", "The provided API key is not valid")
      return false
    }
    return true
  }

  /// Whether a client on this machine asks this machine, and not for somebody else.
  ///
  /// A page of another site that a browser here shows has another name in its requests' `Host`, or
  /// its own in their `Origin`.
  private static func isLocal(_ request: borrowing HTTPRequest) -> Bool {
    guard request.peer.isLoopback, let host = request.header("Host"), isLocal(name: host) else {
      return false
    }
    for name in ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"] as [StaticString]
    where request.header(name) != nil {
      return false
    }
    guard let origin = request.header("Origin") else { return true }
    return ["http://", "https://"].contains {
      origin.hasPrefix($0) && isLocal(name: String(origin.dropFirst($0.count)))
    }
  }

  /// Whether a name, with a port or without, is this machine's for itself.
  private static func isLocal(name: String) -> Bool {
    let name = name.lowercased()
    return ["localhost", "127.0.0.1", "[::1]"].contains {
      name == $0
        || (name.hasPrefix($0 + ":") && name.dropFirst($0.count + 1).allSatisfy(\.isNumber))
    }
  }

  func writeMetrics(_ answer: inout HTTPAnswer) {
    answer.start(200, type: "text/plain; version=0.0.4")
    let lag = Int(clamping: core.committed.bytes) - Int(clamping: reader.projected)
    answer.append(
      metrics.text(core: core, projectionLagBytes: max(0, lag), streams: live.streams.count)
    )
  }
}
