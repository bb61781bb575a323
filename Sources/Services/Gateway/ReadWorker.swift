import Engine
import Foundation
import HTTP
import Intake
package import Journal
import Payments
import Pipeline
import Storage
import Synchronization
import Threads

/// Serves reads that touch the store or the journal, on a thread of its own.
///
/// A read that came after a write finds it: what is not projected yet is waited for, one second at
/// the most.
package final class ReadWorker: @unchecked Sendable {
  // Safety: the queues are locked; everything else belongs to the worker's thread.

  package static let deadlineMilliseconds = 3000
  static let projectionWaitMilliseconds = 1000
  static let queueMax = 4096

  /// Opens the journal for reading.
  package typealias JournalOpener = @Sendable () throws -> any JournalDisk

  /// What is asked of the worker; it answers by `reply` or `fail`, or hands a submission over.
  struct Job: Sendable {
    var token: RequestToken
    var run: @Sendable (ReadWorker) throws -> Void
  }

  struct Answer: Sendable {
    var token: RequestToken
    var status: Int
    var body: [UInt8]
    /// What is sent instead of a body.
    var export: ExportJob?
  }

  /// Asks for something; `run` is called on the worker's thread.
  func submit(_ token: RequestToken, _ run: @escaping @Sendable (ReadWorker) throws -> Void) {
    jobs.withLock { jobs in
      if jobs.list.count < ReadWorker.queueMax { jobs.list.append(Job(token: token, run: run)) }
    }
    doorbell.ring()
  }

  private let jobs = Mutex<(list: [Job], stopping: Bool)>(([], false))
  private let answers = Mutex<[Answer]>([])
  private let doorbell = Doorbell()
  private let finished = DispatchSemaphore(value: 0)
  private let projectedBytes = Atomic<UInt64>(0)
  let catalog: Catalog
  let core: CoreThread
  let journal: any JournalDisk
  let store: any DecisionReader
  let labels: LabelDecoder
  private let hurry: @Sendable () -> Void
  var text: DecisionText
  /// When the job at hand stops waiting for the store, by the monotonic clock, ns.
  private var patienceEnds: Int64 = 0
  /// The entry that was loaded last.
  var entry: [UInt8] = []

  init(
    catalog: Catalog,
    tokenizer: @escaping CardTokenizer,
    numericIds: Set<String>,
    core: CoreThread,
    store: any DecisionStore,
    openJournal: JournalOpener,
    hurry: @escaping @Sendable () -> Void
  ) throws {
    self.hurry = hurry
    self.catalog = catalog
    self.core = core
    journal = try openJournal()
    self.store = try store.reader()
    labels = LabelDecoder(
      sources: catalog.sources,
      numericIds: numericIds,
      tokenizer: tokenizer
    )
    text = DecisionText(catalog)
  }

  /// Bytes of the log that the store had followed when it was last asked.
  var projected: UInt64 { projectedBytes.load(ordering: .relaxed) }

  /// Writes the answers that are ready, or begins to export; on the loop's thread.
  func takeAnswers(
    _ answer: (RequestToken, (inout HTTPAnswer) -> Void) -> Bool,
    export: (RequestToken, ExportJob) -> Void
  ) {
    let ready = answers.withLock { answers in
      defer { answers.removeAll(keepingCapacity: true) }
      return answers
    }
    for item in ready {
      if let job = item.export {
        export(item.token, job)
        continue
      }
      _ = answer(item.token) {
        $0.start(item.status)
        if item.status == 503 { $0.header("Retry-After", 1) }
        $0.append(item.body)
      }
    }
  }

  func start(wake: @escaping @Sendable () -> Void) {
    let thread = WorkThread { [self] in
      while true {
        let (work, stopping) = jobs.withLock { jobs in
          defer { jobs.list.removeAll() }
          return (jobs.list, jobs.stopping)
        }
        if let cursor = try? store.cursor() {  // Only for the lag metric: a failed look is none.
          projectedBytes.store(cursor.position, ordering: .relaxed)
        }
        if work.isEmpty {
          if stopping { break }
          doorbell.wait(milliseconds: 1000)
          continue
        }
        for job in work {
          serve(job)
          wake()
        }
      }
      finished.signal()
    }
    thread.start()
  }

  func stop() {
    jobs.withLock { $0.stopping = true }
    doorbell.ring()
    finished.wait()
  }

  func reply(_ token: RequestToken, _ status: Int, _ json: JSONText) {
    answers.withLock { $0.append(Answer(token: token, status: status, body: json.bytes)) }
  }

  func reply(_ token: RequestToken, _ export: ExportJob) {
    answers.withLock { $0.append(Answer(token: token, status: 200, body: [], export: export)) }
  }

  func fail(
    _ token: RequestToken,
    _ status: Int,
    _ code: String,
    _ message: String,
    field: String? = nil
  ) {
    var json = JSONText()
    json.open("{")
    json.key("error")
    json.value(code)
    json.key("message")
    json.value(message)
    if let field { json.field("field", field) }
    json.close("}")
    reply(token, status, json)
  }

  private func serve(_ job: Job) {
    patienceEnds =
      Clocks.monotonicNanoseconds() + Int64(ReadWorker.projectionWaitMilliseconds) * 1_000_000
    do {
      try job.run(self)
    } catch let error as InputError {
      let status = error.code == .malformed ? 400 : error.code == .tooLarge ? 413 : 422
      fail(job.token, status, error.code.rawValue, error.description, field: error.field)
    } catch is StoreError {
      fail(job.token, 503, "unavailable", "the store of decisions cannot be read now; see /health")
    } catch is JournalError {
      fail(job.token, 503, "unavailable", "the log cannot be read now")
    } catch {
      fail(job.token, 500, "internal", "the read failed")
    }
  }

  /// Waits until the store has followed the log up to a position; whether it has.
  ///
  /// A job waits one second at the most, and not at all while the store cannot be written.
  @discardableResult
  func waitForProjection(_ committed: Position) throws -> Bool {
    if try store.cursor().position >= committed.bytes { return true }
    hurry()
    while core.status.follows(Projector.name), Clocks.monotonicNanoseconds() < patienceEnds {
      if try store.cursor().position >= committed.bytes { return true }
      Thread.sleep(forTimeInterval: 0.005)
    }
    return false
  }

  /// The same for answers that have no word for what is missing: a store that does not follow the
  /// log is an error, not an empty one.
  func requireProjection(_ committed: Position) throws {
    guard try !waitForProjection(committed), !core.status.follows(Projector.name) else { return }
    throw StoreError(.inputOutput, "follow the log", "")
  }

  /// The position of a transaction by its id; its entry is then in `entry`.
  ///
  /// The store knows decisions of any age; the core thread knows past transactions too, and what is
  /// not projected yet.
  func find(
    _ sources: [UInt16],
    _ id: [UInt8],
    _ position: Position?,
    _ committed: Position
  ) throws -> Position? {
    if let position, try load(position, id) { return position }
    if let found = try findInStore(sources, id) ?? (try findInCore(sources, id)) { return found }
    try waitForProjection(committed)
    return try findInStore(sources, id)
  }

  private func findInStore(_ sources: [UInt16], _ id: [UInt8]) throws -> Position? {
    for source in sources {
      let key = IdentityIndex.key(source: Int(source), id.span)
      // Where ids come again the newest is meant, as the core has it.
      for place in try store.positions(idKey: Int64(bitPattern: key)).reversed() {
        let position = Position(bytes: place)
        if try load(position, id) { return position }
      }
    }
    return nil
  }

  private func findInCore(_ sources: [UInt16], _ id: [UInt8]) throws -> Position? {
    let lookup = Submission()
    lookup.kind = .lookup
    for source in sources {
      lookup.add { bytes in
        bytes.append(little: source)
        bytes.append(contentsOf: id)
      }
    }
    guard core.submitAndWait(lookup) else { return nil }
    for case .logged(let position) in lookup.results where try load(position, id) {
      return position
    }
    for case .unavailable(let obstacle) in lookup.results {
      throw JournalError(.inputOutput, "\(obstacle)")
    }
    return nil
  }

  /// Brings the entry at a position into `entry`, if its transaction has this id.
  private func load(_ position: Position, _ id: [UInt8]) throws -> Bool {
    entry.removeAll(keepingCapacity: true)
    do throws(JournalError) {
      try JournalLookup.entry(at: position, on: journal, into: &entry)
    } catch {
      // A position that is no longer kept is as good as none; one that cannot be read is not.
      guard error.code == .limit else { throw error }
      return false
    }
    let bytes = entry
    let span = bytes.span
    let record = span.extracting(EntryHeader.size..<bytes.count)
    guard TransactionRecord.isValid(record) || bytes.count > EntryHeader.size,
      !core.status.erasures.covers(record, at: position)
    else { return false }
    return record.extracting(TransactionRecord.text(Schema.Text.id, record)).equals(id.span)
  }

  /// Brings the entry at a position into `entry`; false where retention removed it, or where it is
  /// a transaction that was erased.
  func loadKept(_ position: Position) throws -> Bool {
    entry.removeAll(keepingCapacity: true)
    do {
      try JournalLookup.entry(at: position, on: journal, into: &entry)
    } catch  where error.code == .limit {
      return false
    }
    guard entry[24] == EntryKind.transaction.rawValue else { return true }
    let bytes = entry
    let record = bytes.span.extracting(EntryHeader.size..<bytes.count)
    return !core.status.erasures.covers(record, at: position)
  }
}
