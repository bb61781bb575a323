package import Engine
package import Journal
import Payments

/// Puts submissions in order, decides on them, and makes the outcome durable: plain functions for
/// one thread.
///
/// Everything taken since the last commit goes into one batch, with one write and one sync. Nothing
/// may be answered before `commit` returns.
package final class Sequencer {
  package let engine: Engine
  let writer: JournalWriter
  let journal: any JournalDisk
  let now: () -> Int64
  /// Where the wall clock is watched: a clock that nobody sets, and what it says of the other.
  let boot: (() -> Int64)?
  var witness: ClockWitness?
  private(set) var obstacle: Obstacle?
  let flight: (any FlightRecorder)?
  let status: NodeStatus?
  #if DEBUG
  /// For tests of crashes only: called with a transaction's id while it is being worked on.
  package var fault: ((String) -> Void)?
  #endif
  package internal(set) var identity: IdentityIndex
  private(set) var batch = Batch()
  var lastReceivedAt: Int64
  private var sinceDigest = 0
  /// Whether the batch has an erasure.
  var erases = false
  /// Whether a look-up met a place that could not be read: an id may be known all the same.
  var isUnreadable = false
  /// The entry that was looked up last.
  var scratch: [UInt8] = []

  /// Bytes that one batch may reach before it is committed.
  package static let batchBytesMax = 8 << 20
  /// Bytes for which there must be room before payments are taken again.
  static let lookBytes = 64 << 10

  package init(
    engine: Engine,
    writer: JournalWriter,
    journal: any JournalDisk,
    identity: IdentityIndex,
    lastReceivedAt: Int64,
    flight: (any FlightRecorder)? = nil,
    status: NodeStatus? = nil,
    boot: (() -> Int64)? = nil,
    now: @escaping () -> Int64
  ) {
    self.boot = boot
    witness = boot.map { ClockWitness(wall: now(), boot: $0()) }
    self.engine = engine
    self.writer = writer
    self.journal = journal
    self.identity = identity
    self.lastReceivedAt = lastReceivedAt
    self.now = now
    self.flight = flight
    self.status = status
    publishQuarantine()
    publishAdoptions()
    publishScoring()
    status?.identityFloor = identity.floor
    status?.lastReceivedAt = lastReceivedAt
  }

  /// Everything before it is durable.
  package var committed: Position { writer.synced }
  package var syncs: Int { writer.syncs }
  package var lastSequence: UInt64 { writer.nextSequence - 1 }

  /// An upper bound of what a submission will add to the batch.
  private func bound(_ submission: Submission) -> Int {
    var size = Batch.headerSize + EntryHeader.size + 64
    let bytes = submission.bytes
    for item in submission.items {
      size += EntryHeader.size + item.count + 16
      if case .transactions = submission.kind {
        let number = TransactionRecord.source(bytes.span.extracting(item))
        if let state = engine.source(number) {
          size += EntryHeader.size + 8 + state.decisionBytesMax
        }
      }
    }
    return size
  }

  /// Takes a submission into the batch; `false` where the batch must be committed first.
  ///
  /// A full disk is answered in the submission itself, before the engine has seen any of it; any
  /// other failure of the disk is thrown, and the process must end.
  package func take(_ submission: Submission) throws(JournalError) -> Bool {
    if case .lookup = submission.kind {
      for item in submission.items { find(submission, item) }
      return true
    }
    if case .fill = submission.kind {
      submission.fill = engine.makeFill(UInt16(submission.context))
      return true
    }
    // Filled windows take in what is durable: nothing else may be under way.
    switch submission.kind {
    case .adopt, .entries(.clockReset): if !batch.isEmpty { return false }
    default: break
    }
    let time = now()
    if let refusal = clockRefusal(submission, time) {
      for _ in 0..<max(1, submission.items.count) { submission.results.append(refusal) }
      return true
    }
    let size = bound(submission)
    if !batch.isEmpty, batch.bytes.count + size > Sequencer.batchBytesMax { return false }
    do {
      try writer.reserve(batch.bytes.count + size)
    } catch {
      if !batch.isEmpty { return false }
      guard error.code == .noSpace || error.code == .limit else { throw error }
      if error.code == .noSpace { note(.diskFull) }
      let result: Submission.Result =
        error.code == .noSpace
        ? .unavailable(.diskFull) : .refused("too large for the journal")
      for _ in submission.items { submission.results.append(result) }
      return true
    }
    note(nil)
    if case .entries(.clockReset) = submission.kind {
      try resetClock(submission, time)
      return true
    }
    lastReceivedAt = max(lastReceivedAt, time)
    submission.receivedAt = lastReceivedAt
    status?.lastReceivedAt = lastReceivedAt
    if case .adopt(let entry) = submission.kind { try adopt(submission, entry) }
    for (index, item) in submission.items.enumerated() {
      switch submission.kind {
      case .transactions: decide(submission, item)
      case .past: takePast(submission.itemKinds[index], submission, item)
      case .entries(let kind): log(kind, submission, item)
      case .lookup, .fill, .adopt: break
      }
    }
    return true
  }

  /// The most log that windows may lack when they are put in force: what one transaction may wait.
  package static let adoptionLagMax: UInt64 = 256 << 10

  private func adopt(
    _ submission: Submission,
    _ entry: ControlEntry.Adoption
  ) throws(JournalError) {
    guard let fill = submission.fill else { return }
    guard writer.end.bytes - fill.position.bytes <= Sequencer.adoptionLagMax else {
      return submission.results.append(.refused("behind"))
    }
    guard engine.awaits(fill) else {
      return submission.results.append(.refused("the source's features or rules have changed"))
    }
    while try fill.step(upTo: writer.end) {}
    let position = append(.adoption) { $0.append(contentsOf: entry.encoded) }
    engine.adopt(fill, entry, at: position)
    publishAdoptions()
    submission.results.append(.logged(position))
  }

  func publishAdoptions() {
    status?.adoptions = engine.sources.values.compactMap(\.adoption)
  }

  private func publishScoring() {
    guard let status else { return }
    let known = status.scoring
    status.scoring = engine.sources.mapValues { state in
      var scoring = NodeStatus.Scoring(
        model: state.model?.name,
        features: state.featureNames,
        since: lastReceivedAt
      )
      if let before = known[state.source.id], before.model == scoring.model {
        scoring.since = before.since
      }
      return scoring
    }
  }

  package var hasWork: Bool { !batch.isEmpty }

  /// Nothing came of what was taken: it was known before, and is in flight no longer.
  package func rest() { if batch.isEmpty { flight?.landed() } }

  /// Makes the batch durable.
  ///
  /// An error means that the disk failed: the process must end.
  package func commit() throws(JournalError) {
    if batch.isEmpty { return }
    if sinceDigest >= Engine.digestInterval {
      sinceDigest = 0
      let digest = engine.digest
      append(.digest) { $0.append(little: digest) }
    }
    try writer.commit(&batch)
    batch.reset()
    flight?.landed()
    if erases { flight?.forget() }
    erases = false
    status?.identityFloor = identity.floor
  }

  /// Logs that the log was closed in order.
  package func close() throws(JournalError) {
    try commit()
    try writer.reserve(Batch.headerSize + EntryHeader.size)
    append(.closed) { _ in }
    try commit()
  }

  /// Tells others why nothing is taken, where that changes.
  func note(_ reason: Obstacle?) {
    switch (obstacle, reason) {
    case (nil, nil), (.diskFull, .diskFull), (.unreadable, .unreadable), (.clockStep, .clockStep):
      return
    default: break
    }
    obstacle = reason
    status?.obstacle = reason
  }

  @discardableResult
  func append(_ kind: EntryKind, _ write: (inout [UInt8]) -> Void) -> Position {
    let offset = batch.append(
      kind,
      sequence: writer.takeSequence(),
      receivedAt: lastReceivedAt,
      semanticsVersion: Engine.semanticsVersion,
      body: write
    )
    return Position(bytes: writer.end.bytes + UInt64(offset))
  }

  /// Stamps and checks the time; false where it lies too far in the future.
  private func admit(_ submission: Submission, _ item: Range<Int>, _ source: Source) -> Bool {
    var (time, flags) = Sequencer.timeAndFlags(submission.bytes, item)
    let limit = lastReceivedAt + source.futureTolerance
    if !flags.contains(.timeIsReceivedAt) {
      guard time.microseconds > limit else { return true }
      if source.futurePolicy == .refuse { return false }
      flags.insert(.timeClamped)
      submission.bytes.store(little: flags.rawValue, at: item.lowerBound + 32)
    }
    time = Timestamp(microseconds: lastReceivedAt)
    TransactionRecord.stamp(time, into: &submission.bytes, at: item.lowerBound)
    return true
  }

  private static func timeAndFlags(
    _ bytes: [UInt8],
    _ item: Range<Int>
  ) -> (Timestamp, TransactionRecord.Flags) {
    let span = bytes.span
    let record = span.extracting(item)
    return (TransactionRecord.time(record), TransactionRecord.flags(record))
  }

  private static func sourceNumber(_ bytes: [UInt8], _ item: Range<Int>) -> Int {
    let span = bytes.span
    return TransactionRecord.source(span.extracting(item))
  }

  /// Admits a transaction: its answer where it is known or refused, nil where it is to be logged.
  ///
  /// One that came without an id gets the number of its entry.
  private func answer(
    _ submission: Submission,
    _ item: Range<Int>,
    _ kind: EntryKind
  ) -> Submission.Result? {
    let number = Sequencer.sourceNumber(submission.bytes, item)
    guard let state = engine.source(number) else { return .refused("unknown source") }
    if let refusal = board(kind, submission, item) { return refusal }
    let (_, flags) = Sequencer.timeAndFlags(submission.bytes, item)
    isUnreadable = false
    let first =
      flags.contains(.idIsSequence) ? nil : known(submission, item, state.source.identity)
    if isUnreadable { return .unavailable(.unreadable) }
    if let first {
      if kind == .transaction { return answer(first, submission, item) }
      return isSame(first, submission, item) ? .known(first) : .conflict
    }
    if submission.notes[item.lowerBound]?.idHoldsCardNumber == true { return .cardNumber }
    guard admit(submission, item, state.source) else { return .future }
    if flags.contains(.idIsSequence) {
      TransactionRecord.stamp(
        sequence: writer.nextSequence,
        into: &submission.bytes,
        at: item
      )
    }
    return nil
  }

  private func decide(_ submission: Submission, _ item: Range<Int>) {
    defer { flight?.end() }
    if let answer = answer(submission, item, .transaction) {
      submission.results.append(answer)
      return
    }
    let bytes = submission.bytes
    let position = append(.transaction) { $0.append(contentsOf: bytes[item]) }
    let start = submission.decisions.count
    append(.decision) { body in
      let from = body.count
      let span = bytes.span
      engine.decide(span.extracting(item), into: &body)
      submission.decisions.append(contentsOf: body[from...])
    }
    note(bytes, item, position)
    submission.results.append(.decided(position, start..<submission.decisions.count))
  }

  private func takePast(_ kind: EntryKind, _ submission: Submission, _ item: Range<Int>) {
    if kind == .history { return learn(submission, item) }
    if kind == .label { land(labelIn: submission, item) }
    log(kind, submission, item)
  }

  private func learn(_ submission: Submission, _ item: Range<Int>) {
    defer { flight?.end() }
    if let answer = answer(submission, item, .history) {
      submission.results.append(answer)
      return
    }
    let bytes = submission.bytes
    let span = bytes.span
    let landed = engine.learn(span.extracting(item))
    let position = append(.history) { body in
      let span = bytes.span
      History.append(span.extracting(item), landed: landed, to: &body)
    }
    note(bytes, item, position)
    submission.results.append(.logged(position))
  }

  /// Keeps what identifies a logged transaction.
  private func note(_ bytes: [UInt8], _ item: Range<Int>, _ position: Position) {
    let span = bytes.span
    let record = span.extracting(item)
    let policy = engine.source(TransactionRecord.source(record))?.source.identity ?? .id
    identity.note(record, policy, at: position, receivedAt: lastReceivedAt)
    sinceDigest += 1
  }

  private func log(_ kind: EntryKind, _ submission: Submission, _ item: Range<Int>) {
    defer { flight?.end() }
    if let answer = answer(kind, submission, item) {
      submission.results.append(answer)
      return
    }
    let bytes = submission.bytes
    do {
      let span = bytes.span
      try engine.apply(kind, span.extracting(item))
    } catch {
      submission.results.append(.refused(error.description))
      return
    }
    let position = append(kind) { $0.append(contentsOf: bytes[item]) }
    submission.results.append(.logged(position))
    if kind == .activity {
      let span = bytes.span
      identity.note(activity: span.extracting(item), at: position, receivedAt: lastReceivedAt)
    }
    if kind == .quarantine { publishQuarantine() }
    if kind == .erasure { note(erasureIn: submission, item, position) }
    if [.source, .features, .rules, .model].contains(kind) { publishScoring() }
  }

  /// Admits an entry: its answer where it is known or refused, nil where it is to be logged.
  private func answer(
    _ kind: EntryKind,
    _ submission: Submission,
    _ item: Range<Int>
  ) -> Submission.Result? {
    if kind == .activity { return answer(activityIn: submission, item) }
    if kind == .erasure { return answer(erasureIn: submission, item) }
    guard kind == .label else { return nil }
    let bytes = submission.bytes
    let label = bytes.span.extracting(item)
    guard Label.isValid(label) else { return .refused("a damaged label") }
    let record = Label.record(label)
    let whole = item.lowerBound + record.lowerBound..<item.lowerBound + record.upperBound
    return board(.label, submission, whole)
  }
}
