import Engine
package import HTTP
package import Intake
import Journal
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

    package init(
      keys: [[UInt8]],
      sameKey: @escaping @Sendable ([UInt8], [UInt8]) -> Bool,
      tokenizer: @escaping CardTokenizer,
      page: [UInt8]
    ) {
      self.keys = keys
      self.sameKey = sameKey
      self.tokenizer = tokenizer
      self.page = page
    }
  }

  enum Route: Int, CaseIterable {
    case score
    case ingest
    case decision
    case list
    case label
    case activity
    case quarantine
    case release
    case projections
    case rebuild
    case health
    case metrics
    case page
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
    openJournal: @escaping ReadWorker.JournalOpener,
    hurry: @escaping @Sendable () -> Void,
    rebuild: @escaping @Sendable () -> Void
  ) throws {
    self.settings = settings
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
    router.add(.post, "/api/v1/score", handler: Route.score.rawValue)
    router.add(.post, "/api/v1/transactions", handler: Route.ingest.rawValue)
    router.add(.get, "/api/v1/transactions", handler: Route.list.rawValue)
    router.add(.get, "/api/v1/decisions/{id}", handler: Route.decision.rawValue)
    router.add(.post, "/api/v1/labels", handler: Route.label.rawValue)
    router.add(.post, "/api/v1/activities", handler: Route.activity.rawValue)
    router.add(.get, "/api/v1/quarantine", handler: Route.quarantine.rawValue)
    router.add(
      .post,
      "/api/v1/quarantine/{subject}/release",
      handler: Route.release.rawValue
    )
    router.add(.get, "/api/v1/projections", handler: Route.projections.rawValue)
    router.add(
      .post,
      "/api/v1/projections/{name}/rebuild",
      handler: Route.rebuild.rawValue
    )
    router.add(.get, "/health", handler: Route.health.rawValue)
    router.add(.get, "/metrics", handler: Route.metrics.rawValue)
    router.add(.get, "/", handler: Route.page.rawValue)
    reader.start { [loop] in loop.wake() }
  }

  /// Ends the reader's thread; after the loop has ended.
  package func stop() { reader.stop() }

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
      guard let route = Route(rawValue: number) else { break }
      switch route {
      case .health: health(&answer)
      case .metrics: writeMetrics(&answer)
      case .page:
        answer.start(200, type: "text/html; charset=utf-8")
        answer.append(settings.page)
      default:
        guard isAllowed(request, &answer) else { break }
        return serve(route, request, token, segments[0], &answer)
      }
    }
    return .answered
  }

  private func serve(
    _ route: Route,
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ segment: PathSegment,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    switch route {
    case .score: return score(request, token, &answer)
    case .ingest: return ingest(request, token, &answer)
    case .decision: return decision(request, token, request.text(of: segment), &answer)
    case .list: return list(request, token, &answer)
    case .label: return label(request, token, &answer)
    case .activity: return activity(request, token, &answer)
    case .quarantine: quarantine(&answer)
    case .projections: showProjections(&answer)
    case .rebuild: rebuild(request.text(of: segment), &answer)
    case .release: return release(token, request.text(of: segment), &answer)
    default: break
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
    _ answer: inout HTTPAnswer
  ) -> Bool {
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

  private func writeMetrics(_ answer: inout HTTPAnswer) {
    answer.start(200, type: "text/plain; version=0.0.4")
    let lag = Int(clamping: core.committed.bytes) - Int(clamping: reader.projected)
    answer.append(metrics.text(core: core, projectionLagBytes: max(0, lag)))
  }
}
