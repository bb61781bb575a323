import Engine
import Foundation
import Journal
import Payments
import Pipeline

/// The state behind a place of the log, privately: rows fold into it and nothing leaves it.
///
/// It decides as the sequencer does, so the results are those that live rows would have.
/// Memory: a second set of all windows and ids, and 16 bytes on the disk for each row.
final class ScoringView {
  /// What became of a row.
  enum Verdict {
    /// The decision stands in `decision`.
    case decided
    /// It was decided before this job; the decision stands in `decision`.
    case known
    /// An earlier row of this job says the same; its result stands here in the file.
    case repeated(UInt64, bytes: Int, isHigh: Bool)
    case refused(Submission.Result)
  }

  private let engine: Engine
  private var identity: IdentityIndex
  private let journal: any JournalDisk
  private let receivedAt: Int64
  /// The end of the log: places from here on are numbers of rows.
  private let base: UInt64
  /// Of each row that was decided on: its content; place and size of its result, and whether its
  /// score is high.
  private let notes: RowFile
  /// The content of the row that was decided on last.
  private var content: UInt64 = 0
  private var noted: UInt64 = 0
  private var entry: [UInt8] = []
  private(set) var decision: [UInt8] = []

  init(
    _ startup: Startup,
    _ journal: any JournalDisk,
    receivedAt: Int64,
    notes path: String
  ) throws {
    engine = startup.engine
    identity = startup.identity
    self.journal = journal
    base = startup.log.end.bytes
    self.receivedAt = max(receivedAt, startup.lastReceivedAt)
    // What stands there is of another run.
    try? FileManager.default.removeItem(atPath: path)
    notes = try RowFile(path, kept: 0, again: false)
  }

  /// Decides on a record; where a decision is made, `note` must follow.
  func decide(_ record: inout [UInt8], _ said: RecordNote?) throws -> Verdict {
    let bytes = record
    let span = bytes.span
    guard let state = engine.source(TransactionRecord.source(span)) else {
      return .refused(.refused("unknown source"))
    }
    let policy = state.source.identity
    let key = IdentityIndex.key(of: span, policy)
    if let entry = engine.quarantine[Sequencer.subject(span, key)] {
      return .refused(.quarantined(entry.reason))
    }
    let content = TransactionRecord.content(span)
    if let known = try find(key, span, policy, content, said) { return known }
    if policy == .idAndContent, let earlier = said?.earlierContent {
      let key = IdentityIndex.key(of: span, policy, content: earlier)
      if let known = try find(key, span, policy, earlier, said) { return known }
    }
    if said?.idHoldsCardNumber == true { return .refused(.cardNumber) }
    guard admit(&record, state.source) else { return .refused(.future) }
    decision.removeAll(keepingCapacity: true)
    let stamped = record
    engine.decide(stamped.span, into: &decision)
    let position = Position(bytes: base + noted)
    identity.note(stamped.span, policy, at: position, receivedAt: receivedAt)
    self.content = content
    noted += 1
    return .decided
  }

  /// Notes where the result of the row that was decided on last stands.
  func note(result place: UInt64, bytes: UInt64, isHigh: Bool) throws {
    notes.append { note in
      note.append(little: content)
      note.append(little: place << 20 | bytes << 1 | (isHigh ? 1 : 0))
    }
    if notes.isFull { try notes.flush() }
  }

  /// Stamps and checks the time; false where it lies too far in the future.
  private func admit(_ record: inout [UInt8], _ source: Source) -> Bool {
    var flags = TransactionRecord.flags(record.span)
    if !flags.contains(.timeIsReceivedAt) {
      let time = TransactionRecord.time(record.span).microseconds
      guard time > receivedAt + source.futureTolerance else { return true }
      if source.futurePolicy == .refuse { return false }
      flags.insert(.timeClamped)
      record.store(little: flags.rawValue, at: 32)
    }
    TransactionRecord.stamp(Timestamp(microseconds: receivedAt), into: &record, at: 0)
    return true
  }

  /// What is known of a transaction with this key; nil where there is none.
  private func find(
    _ key: UInt64,
    _ record: borrowing Span<UInt8>,
    _ policy: IdentityPolicy,
    _ content: UInt64,
    _ said: RecordNote?
  ) throws -> Verdict? {
    let id = record.extracting(TransactionRecord.text(Schema.Text.id, record)).array
    let source = TransactionRecord.source(record)
    let found = identity.find(key) { position in
      // Rows of this job have the whole key in common.
      position.bytes >= base || isLogged(position, id, source, policy == .id ? nil : content)
    }
    guard let found else { return nil }
    if found.bytes >= base {
      let note = try notes.read(at: (found.bytes - base) * 16, count: 16)
      guard note.count == 16 else { throw BatchRefusal(.invalid, "the notes of rows are cut off") }
      guard note.span.load(at: 0, as: UInt64.self) == content else { return .refused(.conflict) }
      let result = note.span.load(at: 8, as: UInt64.self)
      let bytes = Int(result >> 1 & 0x7FFFF)
      return .repeated(result >> 20, bytes: bytes, isHigh: result & 1 == 1)
    }
    return recall(found, content, or: said?.earlierContent)
  }

  /// Whether a transaction of this id, and this content where it is given, is logged at a place.
  private func isLogged(
    _ position: Position,
    _ id: [UInt8],
    _ source: Int,
    _ content: UInt64?
  ) -> Bool {
    guard load(position), let kind = EntryKind(rawValue: entry[24]),
      kind == .transaction || kind == .history
    else { return false }
    let logged = entry
    let first = logged.span.extracting(EntryHeader.size..<logged.count)
    guard TransactionRecord.source(first) == source,
      content == nil || content == TransactionRecord.content(first)
    else { return false }
    return first.extracting(TransactionRecord.text(Schema.Text.id, first)).equals(id.span)
  }

  /// The first decision on what is logged at a place, as the sequencer would answer it.
  private func recall(_ position: Position, _ content: UInt64, or earlier: UInt64?) -> Verdict {
    guard load(position) else { return .refused(.conflict) }
    let logged = entry
    let first = logged.span.extracting(EntryHeader.size..<logged.count)
    let loggedContent = TransactionRecord.content(first)
    guard loggedContent == content || loggedContent == earlier else { return .refused(.conflict) }
    guard logged[24] == EntryKind.transaction.rawValue else { return .refused(.known(position)) }
    let size = UInt64(logged.span.load(at: 0, as: UInt32.self))
    guard load(Position(bytes: position.bytes + size)) else { return .refused(.conflict) }
    decision = Array(entry[EntryHeader.size...])
    return .known
  }

  private func load(_ position: Position) -> Bool {
    entry.removeAll(keepingCapacity: true)
    // A place that cannot be read any more matches nothing.
    return (try? JournalLookup.entry(at: position, on: journal, into: &entry)) != nil
  }
}
