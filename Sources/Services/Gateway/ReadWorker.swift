import Engine
import Foundation
import HTTP
import Intake
package import Journal
import Payments
import Pipeline
import Storage
import Synchronization

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

  enum Job: Sendable {
    case decision(
      RequestToken,
      sources: [UInt16],
      id: [UInt8],
      position: Position?,
      committed: Position
    )
    case list(RequestToken, DecisionQuery, committed: Position)
    case label(
      RequestToken,
      [UInt8],
      Submission,
      owner: any SubmissionOwner,
      recent: RecentRing,
      committed: Position
    )
  }

  struct Answer: Sendable {
    var token: RequestToken
    var status: Int
    var body: [UInt8]
  }

  private let jobs = Mutex<(list: [Job], stopping: Bool)>(([], false))
  private let answers = Mutex<[Answer]>([])
  private let doorbell = Doorbell()
  private let finished = DispatchSemaphore(value: 0)
  private let projectedBytes = Atomic<UInt64>(0)
  private let catalog: Catalog
  private let core: CoreThread
  private let journal: any JournalDisk
  private let store: any DecisionReader
  private let labels: LabelDecoder
  private let hurry: @Sendable () -> Void
  private var text: DecisionText
  private var entry: [UInt8] = []

  init(
    catalog: Catalog,
    tokenizer: @escaping CardTokenizer,
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
    labels = LabelDecoder(sources: catalog.sources, tokenizer: tokenizer)
    text = DecisionText(catalog)
  }

  /// Bytes of the log that the store had followed when it was last asked.
  var projected: UInt64 { projectedBytes.load(ordering: .relaxed) }

  func submit(_ job: Job) {
    jobs.withLock { jobs in
      if jobs.list.count < ReadWorker.queueMax { jobs.list.append(job) }
    }
    doorbell.ring()
  }

  /// Writes the answers that are ready; on the loop's thread.
  func takeAnswers(_ answer: (RequestToken, (inout HTTPAnswer) -> Void) -> Bool) {
    let ready = answers.withLock { answers in
      defer { answers.removeAll(keepingCapacity: true) }
      return answers
    }
    for item in ready {
      _ = answer(item.token) {
        $0.start(item.status)
        $0.append(item.body)
      }
    }
  }

  func start(wake: @escaping @Sendable () -> Void) {
    let thread = Thread { [self] in
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

  private func reply(_ token: RequestToken, _ status: Int, _ json: JSONText) {
    answers.withLock { $0.append(Answer(token: token, status: status, body: json.bytes)) }
  }

  private func fail(_ token: RequestToken, _ status: Int, _ code: String, _ message: String) {
    var json = JSONText()
    json.open("{")
    json.key("error")
    json.value(code)
    json.key("message")
    json.value(message)
    json.close("}")
    reply(token, status, json)
  }

  private func serve(_ job: Job) {
    let token: RequestToken
    switch job {
    case .decision(let t, _, _, _, _), .list(let t, _, _), .label(let t, _, _, _, _, _): token = t
    }
    do {
      switch job {
      case .decision(_, let sources, let id, let position, let committed):
        try decision(token, sources, id, position, committed)
      case .list(_, let query, let committed): try list(token, query, committed)
      case .label(_, let body, let submission, let owner, let recent, let committed):
        try label(token, body, submission, owner, recent, committed)
      }
    } catch let error as InputError {
      let status = error.code == .malformed ? 400 : error.code == .tooLarge ? 413 : 422
      fail(token, status, error.code.rawValue, error.description)
    } catch {
      fail(token, 500, "internal", "the read failed")
    }
  }

  /// Waits until the store has followed the log up to a position, one second at the most; whether
  /// it has.
  @discardableResult
  private func waitForProjection(_ committed: Position) throws -> Bool {
    if try store.cursor().position >= committed.bytes { return true }
    if core.status.isDetached(Projector.name) { return false }
    hurry()
    for _ in 0..<ReadWorker.projectionWaitMilliseconds / 5 {
      if try store.cursor().position >= committed.bytes { return true }
      Thread.sleep(forTimeInterval: 0.005)
    }
    return false
  }

  /// The position of a transaction by its id; its entry is then in `entry`.
  ///
  /// The store knows decisions of any age; the core thread knows past transactions too, and what is
  /// not projected yet.
  private func find(
    _ sources: [UInt16],
    _ id: [UInt8],
    _ position: Position?,
    _ committed: Position
  ) throws -> Position? {
    if let position, load(position, id) { return position }
    if let found = try findInStore(sources, id) ?? findInCore(sources, id) { return found }
    try waitForProjection(committed)
    return try findInStore(sources, id)
  }

  private func findInStore(_ sources: [UInt16], _ id: [UInt8]) throws -> Position? {
    for source in sources {
      let key = IdentityIndex.key(source: Int(source), id.span)
      for place in try store.positions(idKey: Int64(bitPattern: key)) {
        let position = Position(bytes: place)
        if load(position, id) { return position }
      }
    }
    return nil
  }

  private func findInCore(_ sources: [UInt16], _ id: [UInt8]) -> Position? {
    let lookup = Submission()
    lookup.kind = .lookup
    for source in sources {
      lookup.add { bytes in
        bytes.append(little: source)
        bytes.append(contentsOf: id)
      }
    }
    guard core.submitAndWait(lookup) else { return nil }
    for case .logged(let position) in lookup.results where load(position, id) { return position }
    return nil
  }

  /// Brings the entry at a position into `entry`, if its transaction has this id.
  private func load(_ position: Position, _ id: [UInt8]) -> Bool {
    entry.removeAll(keepingCapacity: true)
    // A position that cannot be read any more is as good as none.
    guard (try? JournalLookup.entry(at: position, on: journal, into: &entry)) != nil else {
      return false
    }
    let bytes = entry
    let span = bytes.span
    let record = span.extracting(EntryHeader.size..<bytes.count)
    guard TransactionRecord.isValid(record) || bytes.count > EntryHeader.size else { return false }
    return record.extracting(TransactionRecord.text(Schema.Text.id, record)).equals(id.span)
  }

  private func decision(
    _ token: RequestToken,
    _ sources: [UInt16],
    _ id: [UInt8],
    _ known: Position?,
    _ committed: Position
  ) throws {
    guard let position = try find(sources, id, known, committed) else {
      return fail(token, 404, "Not found", "There is no such decision")
    }
    let transaction = entry
    guard transaction.span.load(at: 24, as: UInt8.self) == EntryKind.transaction.rawValue else {
      return fail(token, 404, "Not found", "That transaction is history: it was never decided on")
    }
    let size = UInt64(transaction.span.load(at: 0, as: UInt32.self))
    entry.removeAll(keepingCapacity: true)
    try JournalLookup.entry(
      at: Position(bytes: position.bytes + size),
      on: journal,
      into: &entry
    )
    let decided = entry
    let span = transaction.span
    let record = span.extracting(EntryHeader.size..<transaction.count)
    let idText = record.extracting(TransactionRecord.text(Schema.Text.id, record))
    let key = IdentityIndex.key(source: TransactionRecord.source(record), idText)
    try waitForProjection(committed)
    let label = try store.label(idKey: Int64(bitPattern: key))
    var json = JSONText()
    let decision = decided.span
    text.whole(
      record: record,
      decision: decision.extracting(EntryHeader.size..<decided.count),
      receivedAt: span.load(at: 16, as: Int64.self),
      position: position.bytes,
      label: label?.fraud,
      into: &json
    )
    reply(token, 200, json)
  }

  /// Brings the entry at a position into `entry`; false where retention removed it.
  private func loadKept(_ position: Position) throws -> Bool {
    entry.removeAll(keepingCapacity: true)
    do {
      try JournalLookup.entry(at: position, on: journal, into: &entry)
      return true
    } catch  where error.code == .limit {
      return false
    }
  }

  private func list(
    _ token: RequestToken,
    _ query: DecisionQuery,
    _ committed: Position
  ) throws {
    let isComplete = try waitForProjection(committed)
    let rows = try store.decisions(query)
    var json = JSONText()
    json.open("{")
    json.key("transactions")
    json.open("[")
    for row in rows where try loadKept(Position(bytes: row.position)) {
      let bytes = entry
      let span = bytes.span
      let record = span.extracting(EntryHeader.size..<bytes.count)
      let source = catalog.source(Int(row.source))
      json.open("{")
      json.key("transaction_id")
      json.value(record.extracting(TransactionRecord.text(Schema.Text.id, record)))
      json.key("source")
      json.value(source?.name ?? "\(row.source)")
      json.key("time")
      json.value(Timestamp(microseconds: row.time).description)
      json.key("account")
      json.value(row.account)
      json.key("amount")
      json.money(row.amount, scale: source?.currency.scale ?? 2)
      json.key("outcome")
      json.value(row.outcome.word)
      json.key("score")
      json.value(row.score)
      json.key("position")
      json.value(Int(clamping: row.position))
      json.close("}")
    }
    json.close("]")
    if !isComplete {
      json.key("incomplete")
      json.value(true)
    }
    json.key("next_cursor")
    if rows.count == query.limit, let last = rows.last {
      json.value(String(last.position))
    } else {
      json.null()
    }
    json.close("}")
    reply(token, 200, json)
  }

  private func label(
    _ token: RequestToken,
    _ body: [UInt8],
    _ submission: Submission,
    _ owner: any SubmissionOwner,
    _ recent: RecentRing,
    _ committed: Position
  ) throws {
    for item in try labels.decode(body) {
      var record = item.record
      var landed = record.map { TransactionRecord.time($0.span) }
      if record == nil {
        let sources = catalog.sources.filter { item.source == nil || $0.name == item.source }
        let keys = sources.map { IdentityIndex.key(source: Int($0.id), item.id.span) }
        let known = keys.lazy.compactMap { recent.find($0) }.first
        guard let position = try find(sources.map(\.id), item.id, known, committed) else {
          let shown = String(decoding: item.id.prefix(80), as: UTF8.self)
          return fail(token, 404, "Not found", "There is no transaction '\(shown)'")
        }
        landed = try self.landed(position)
        let body = entry
        let size = TransactionRecord.size(body.span.extracting(EntryHeader.size..<body.count))
        record = Array(body[EntryHeader.size..<EntryHeader.size + size])
      }
      guard let record, let landed else { continue }
      submission.add { bytes in
        Label.append(
          verdict: item.verdict,
          origin: .explicit,
          landed: landed,
          record: record.span,
          to: &bytes
        )
      }
    }
    if !core.submit([submission], owner: owner) {
      fail(token, 503, "Overloaded", "The queue is full; try again")
    }
  }

  /// Where the transaction in `entry` landed in the windows.
  private func landed(_ position: Position) throws -> Timestamp {
    let bytes = entry
    let record = bytes.span.extracting(EntryHeader.size..<bytes.count)
    guard bytes.span.load(at: 24, as: UInt8.self) == EntryKind.transaction.rawValue else {
      return History.landed(record)
    }
    var decided: [UInt8] = []
    let size = UInt64(bytes.span.load(at: 0, as: UInt32.self))
    try JournalLookup.entry(
      at: Position(bytes: position.bytes + size),
      on: journal,
      into: &decided
    )
    let span = decided.span
    return DecisionRecord.landed(span.extracting(EntryHeader.size..<decided.count))
  }
}
