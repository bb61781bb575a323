import Engine
import Journal
import Payments

extension Sequencer {
  /// Answers where an id was seen first.
  func find(_ submission: Submission, _ item: Range<Int>) {
    let bytes = submission.bytes
    let source = Int(bytes.span.load(at: item.lowerBound, as: UInt16.self))
    let id = Array(bytes[item.dropFirst(2)])
    isUnreadable = false
    let position = identity.find(IdentityIndex.key(source: source, id.span)) { position in
      guard loadTransaction(position) else { return false }
      let logged = scratch
      let span = logged.span
      let first = span.extracting(EntryHeader.size..<logged.count)
      return TransactionRecord.source(first) == source
        && first.extracting(TransactionRecord.text(Schema.Text.id, first)).equals(id.span)
    }
    let unknown: Submission.Result =
      isUnreadable ? .unavailable(.unreadable) : .refused("unknown id")
    submission.results.append(position.map { .logged($0) } ?? unknown)
  }

  /// The place where this transaction, as its source's policy has it, was seen first.
  func known(
    _ submission: Submission,
    _ item: Range<Int>,
    _ policy: IdentityPolicy
  ) -> Position? {
    let bytes = submission.bytes
    let content = TransactionRecord.content(bytes.span.extracting(item))
    let first = known(submission, item, policy, content)
    guard first == nil, policy == .idAndContent,
      let earlier = submission.notes[item.lowerBound]?.earlierContent
    else { return first }
    return known(submission, item, policy, earlier)
  }

  private func known(
    _ submission: Submission,
    _ item: Range<Int>,
    _ policy: IdentityPolicy,
    _ content: UInt64
  ) -> Position? {
    let bytes = submission.bytes
    let span = bytes.span
    let key = IdentityIndex.key(of: span.extracting(item), policy, content: content)
    return identity.find(key) { position in
      guard loadTransaction(position) else { return false }
      let (bytes, logged) = (submission.bytes, scratch)
      let (span, loggedSpan) = (bytes.span, logged.span)
      let record = span.extracting(item)
      let first = loggedSpan.extracting(EntryHeader.size..<logged.count)
      guard TransactionRecord.source(first) == TransactionRecord.source(record),
        policy == .id || TransactionRecord.content(first) == content
      else { return false }
      let id = record.extracting(TransactionRecord.text(Schema.Text.id, record))
      return first.extracting(TransactionRecord.text(Schema.Text.id, first)).equals(id)
    }
  }

  /// Brings the entry at a position, header and body, into `scratch`.
  func load(_ position: Position) -> Bool {
    scratch.removeAll(keepingCapacity: true)
    if position >= writer.end {
      let start = Int(position.bytes - writer.end.bytes)
      let bytes = batch.bytes
      let span = bytes.span
      guard start <= bytes.count,
        let header = EntryHeader(unchecked: span.extracting(start..<bytes.count))
      else {
        return false
      }
      scratch.append(contentsOf: bytes[start..<start + EntryHeader.size + header.bodySize])
      return true
    }
    do throws(JournalError) {
      try JournalLookup.entry(at: position, on: journal, into: &scratch)
      return true
    } catch {
      // A place that is no longer kept matches nothing; of one that cannot be read nobody knows.
      if error.code != .limit { isUnreadable = true }
      return false
    }
  }

  /// Brings the transaction of a position into `scratch`; false where another entry stands there.
  private func loadTransaction(_ position: Position) -> Bool {
    guard load(position), let kind = loadedKind else { return false }
    return kind == .transaction || kind == .history
  }

  /// The activity of a position; nil where another entry stands there.
  func loadActivity(_ position: Position) -> Activity? {
    guard load(position), loadedKind == .activity else { return nil }
    // What cannot be read is no activity.
    return try? Activity(Array(scratch[EntryHeader.size...]))
  }

  private var loadedKind: EntryKind? { EntryKind(rawValue: scratch[24]) }

  func isSame(_ first: Position, _ submission: Submission, _ item: Range<Int>) -> Bool {
    guard load(first) else { return false }
    let (bytes, logged) = (submission.bytes, scratch)
    let (span, loggedSpan) = (bytes.span, logged.span)
    let content = TransactionRecord.content(
      loggedSpan.extracting(EntryHeader.size..<logged.count)
    )
    return content == TransactionRecord.content(span.extracting(item))
      || content == submission.notes[item.lowerBound]?.earlierContent
  }

  private var unreadableOrConflict: Submission.Result {
    isUnreadable ? .unavailable(.unreadable) : .conflict
  }

  /// The answer to an id that was seen before.
  func answer(
    _ first: Position,
    _ submission: Submission,
    _ item: Range<Int>
  ) -> Submission.Result {
    guard isSame(first, submission, item) else { return unreadableOrConflict }
    let entry = scratch
    let kind = entry.span.load(at: 24, as: UInt8.self)
    guard kind == EntryKind.transaction.rawValue else {
      return .refused("the id belongs to a past transaction that was never decided on")
    }
    let size = UInt64(entry.span.load(at: 0, as: UInt32.self))
    guard load(Position(bytes: first.bytes + size)) else { return unreadableOrConflict }
    let start = submission.decisions.count
    submission.decisions.append(contentsOf: scratch[EntryHeader.size...])
    return .duplicate(first, start..<submission.decisions.count)
  }

  /// Writes into a label of the past where its transaction landed, if it says that this was not at
  /// its own time: the one who sent it cannot know of what the log had before.
  func land(labelIn submission: Submission, _ item: Range<Int>) {
    let bytes = submission.bytes
    let label = bytes.span.extracting(item)
    guard Label.isValid(label) else { return }
    let part = Label.record(label)
    let record = label.extracting(part)
    guard Label.landed(label) != TransactionRecord.time(record),
      let state = engine.source(TransactionRecord.source(record))
    else { return }
    let place = item.lowerBound + part.lowerBound..<item.lowerBound + part.upperBound
    guard let first = known(submission, place, state.source.identity),
      let landed = landed(first)
    else { return }
    submission.bytes.store(little: landed.microseconds, at: item.lowerBound + 8)
  }

  /// Where the transaction of an entry landed in the windows; nil where it cannot be read.
  private func landed(_ position: Position) -> Timestamp? {
    guard load(position) else { return nil }
    let entry = scratch
    let body = entry.span.extracting(EntryHeader.size..<entry.count)
    if entry.span.load(at: 24, as: UInt8.self) == EntryKind.history.rawValue {
      return History.landed(body)
    }
    let size = UInt64(entry.span.load(at: 0, as: UInt32.self))
    guard load(Position(bytes: position.bytes + size)) else { return nil }
    let decision = scratch
    return DecisionRecord.landed(decision.span.extracting(EntryHeader.size..<decision.count))
  }
}
