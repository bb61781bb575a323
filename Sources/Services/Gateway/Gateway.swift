package import Alerts
package import Batch
import Engine
package import HTTP
import Intake
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
    case scoreForwarded
    case ingested
    case stored
    case erasure
    case clock
  }

  let settings: Settings
  let core: CoreThread
  let catalog: Catalog
  package let metrics = Metrics()
  let loop: HTTPLoop
  /// The routes of all surfaces, one after the other.
  let endpoints: [Endpoint]
  /// By the surfaces' numbers.
  let routers: [Router]
  /// What each of the loop's ports serves, by the surfaces' numbers.
  let surfaces: [Int]
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
  let identity: IdentityWorker
  let clients: ClientTable
  let crossOrigin: CrossOrigin
  /// Who makes the request that is being received.
  var caller: Client
  private let nobody = Client("nobody")
  /// What the access log will say of the request in each of the loop's slots; empty without one.
  var traces: [RequestTrace] = []
  /// The endpoint of the request that is being received; -1 where none fits.
  private var endpoint = -1
  /// Where that is; for a request that was relayed, where it came from first.
  var peer = PeerAddress(0, 0, 0, 0)
  /// What the caller's token says, where it came by one.
  var claims: TokenClaims?
  let exports: ExportHub
  let alertWorker: AlertWorker
  var alertLists = AlertListCache()
  let batch: BatchService
  let jobText: JobText
  let jobHub: JobHub
  let uploads: UploadHub
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
    identityStore: any IdentityStore,
    batch: BatchService,
    alerts: AlertService,
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
    (endpoints, routers) = Gateway.routes()
    caller = nobody
    text = DecisionText(catalog)
    decoders = catalog.sources.map {
      TransactionDecoder(
        source: $0,
        numericIds: settings.numericIds.contains($0.name),
        tokenizer: settings.tokenizer
      )
    }
    activityDecoder = ActivityDecoder(
      sources: catalog.sources,
      tokenizer: settings.tokenizer
    )
    pending = [Pending](repeating: Pending(), count: loop.limits.slots)
    reader = try ReadWorker(
      catalog: catalog,
      tokenizer: settings.tokenizer,
      numericIds: settings.numericIds,
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
    identity = IdentityWorker(store: identityStore, secrets: settings.secrets)
    clients = ClientTable(secrets: settings.secrets)
    crossOrigin = CrossOrigin(settings.origins)
    for client in settings.clients {
      clients.add(client.key, Client("key:" + client.name, client.permissions))
    }
    for changes in identity.takeChanges() { clients.apply(changes) }
    exports = try ExportHub(
      store: store,
      erasures: core.status.erasures,
      openJournal: openJournal
    )
    surfaces = settings.surfaces.map(\.number)
    alertWorker = AlertWorker(alerts)
    self.batch = batch
    jobText = JobText(catalog: catalog)
    jobHub = try JobHub(batch, jobText)
    uploads = UploadHub(batch, catalog)
    reader.start { [loop] in loop.wake() }
    live.start()
    identity.start { [loop] in loop.wake() }
    exports.start()
    alertWorker.start { [loop] in loop.wake() }
    jobHub.start()
  }

  /// Ends the threads of reads and streams; after the loop has ended.
  package func stop() {
    live.stop()
    exports.stop()
    jobHub.stop()
    uploads.stop()
    reader.stop()
    identity.stop()
    alertWorker.stop()
  }

  // MARK: HTTPApplication

  package func receive(
    _ request: borrowing HTTPRequest,
    token: RequestToken,
    answer: inout HTTPAnswer
  ) -> Reception {
    (peer, caller, endpoint) = (request.peer, nobody, -1)
    let name = requestName(request, &answer)
    if traces.isEmpty { return route(request, token, &answer) }
    let startedAt = Clocks.monotonicNanoseconds()
    let reception = route(request, token, &answer)
    traces[Int(token.slot)] = RequestTrace(
      token: token.bits,
      startedAt: startedAt,
      endpoint: endpoint,
      method: request.method,
      client: caller,
      peer: peer,
      name: name,
      traceParent: settings.traces ? request.header("traceparent") : nil
    )
    return reception
  }

  private func route(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    var surface = surfaces[request.listener]
    if let key = settings.serviceKey, !trace(request, key, &surface, &answer) { return .answered }
    let router = routers[surface]
    if crossOrigin.isOpen, crossOrigin.answer(request, router, &answer) { return .answered }
    switch router.match(request) {
    case .notFound:
      answer.fail(404, "Not found", "The requested endpoint does not exist")
    case .methodNotAllowed(let allow):
      answer.start(405)
      answer.header("Allow", allow)
      answer.appendFailure("Method not allowed", "This path knows other methods")
    case .found(let number, let segments):
      self.endpoint = number
      let endpoint = endpoints[number]
      guard isAllowed(request, endpoint, segments, &answer),
        isReadable(request, endpoint, &answer)
      else { break }
      if endpoint.needsJobs, batch.failure != nil {
        answer.fail(503, "Unavailable", "The list of jobs cannot be read; see /health")
        break
      }
      return serve(request, endpoint, token, segments, &answer)
    }
    return .answered
  }

  package func roundEnded(_ loop: HTTPLoop) {
    if outgoing.isEmpty { return }
    if !core.submit(outgoing, owner: self) {
      for submission in outgoing {
        for _ in submission.items { metrics.countFailed(.overloaded) }
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
    reader.takeAnswers { token, write in
      loop.answer(token, write)
    } export: { token, job in
      begin(job, token, loop)
    }
    let changes = identity.takeChanges()
    for change in changes { clients.apply(change) }
    if !changes.isEmpty { reviewStreams() }
    for item in identity.takeAnswers() {
      loop.answer(item.token) {
        $0.start(item.status)
        if let seconds = item.retryAfter { $0.header("Retry-After", seconds) }
        $0.append(item.body)
      }
    }
    answerAlerts(loop)
  }

  /// Writes the answers of the worker of alerts that are ready.
  private func answerAlerts(_ loop: HTTPLoop) {
    for item in alertWorker.takeAnswers() {
      if let memory = item.memory { alertLists.remember(memory, item.body) }
      loop.answer(item.token) {
        $0.start(item.status)
        $0.append(item.body)
      }
    }
  }

  package func expired(_ token: RequestToken, answer: inout HTTPAnswer) {
    let slot = Int(token.slot)
    guard pending[slot].token == token.bits else { return Gateway.overloaded(&answer) }
    fallback(slot, &answer)
  }

  package func abandoned(_ token: RequestToken) {}

  // MARK: what routes share

  /// The routes of all surfaces, and what finds them by their place.
  private static func routes() -> ([Endpoint], [Router]) {
    var endpoints: [Endpoint] = []
    let routers = Surface.all.map { surface in
      var router = Router()
      for endpoint in surface.endpoints {
        router.add(endpoint.method, endpoint.path, handler: endpoints.count)
        endpoints.append(endpoint)
      }
      return router
    }
    return (endpoints, routers)
  }

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

  /// Requests whose bodies the gateway reads itself, piece by piece: uploads, on the whole surface
  /// and on that of the batch service.
  package static let bodiesApart: [StaticString] = ["/api/v1/batch/uploads", "/uploads"]

  static func overloaded(_ answer: inout HTTPAnswer) {
    answer.start(503)
    answer.header("Retry-After", 1)
    answer.appendFailure("Overloaded", "The queue is full; try again")
  }

  /// Nothing is taken at present, for a reason that a person may have to mend.
  static func overloaded(_ answer: inout HTTPAnswer, because obstacle: Obstacle) {
    answer.start(503)
    answer.header("Retry-After", 1)
    var json = JSONText()
    json.open("{")
    json.field("error", "Overloaded")
    json.field("message", "\(obstacle); try again later")
    json.close("}")
    answer.append(json.bytes)
  }

  func writeMetrics(_ answer: inout HTTPAnswer) {
    answer.start(200, type: "text/plain; version=0.0.4")
    let lag = Int(clamping: core.committed.bytes) - Int(clamping: reader.projected)
    answer.append(
      metrics.text(
        core: core,
        projectionLagBytes: max(0, lag),
        streams: live.streams.count,
        auditLost: identity.lostEntries.load(ordering: .relaxed),
        machine: monitor.samples(1).last
      ) + AlertMetrics.text(alertWorker.service, listsFromMemory: alertLists.hits)
    )
  }
}
