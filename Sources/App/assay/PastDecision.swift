import FileJournal
import Foundation
import Journal
import Payments
import Pipeline
import SQLiteStore
import Shell
import Storage

/// A decision found in a data directory, beside a live server or without one.
struct PastDecision {
  var position: Position
  /// Header and body of the transaction's entry.
  var transaction: [UInt8]
  /// Header and body of the decision's entry.
  var decision: [UInt8]
  var label: Bool?

  /// Where the decision's own entry stands.
  var decisionAt: Position {
    Position(bytes: position.bytes + UInt64(transaction.span.load(at: 0, as: UInt32.self)))
  }

  /// Looks an id up in the store, then in the part of the log that the store has not followed.
  static func find(
    _ id: String,
    sources: [Source],
    in directory: DataDirectory
  ) throws -> PastDecision? {
    let disk = try FileDisk(directory: directory.journal, readOnly: true)
    let id = Array(id.utf8)
    let reader = openStore(directory)
    var found: PastDecision?
    var keys: [Int64] = []
    for source in sources {
      let key = Int64(bitPattern: IdentityIndex.key(source: Int(source.id), id.span))
      keys.append(key)
      for place in try reader?.positions(idKey: key) ?? [] where found == nil {
        found = try read(Position(bytes: place), id, on: disk)
        if found != nil { found?.label = try reader?.label(idKey: key)?.fraud }
      }
    }
    let cursor = try reader?.cursor() ?? StoreCursor(position: 0, sequence: 1)
    try scan(disk, from: cursor, id, Set(sources.map { Int($0.id) }), &found)
    return found
  }

  /// The store's reader; none where there is no store or it cannot be read: the log has it all.
  private static func openStore(_ directory: DataDirectory) -> (any DecisionReader)? {
    guard FileManager.default.fileExists(atPath: directory.database) else { return nil }
    return try? SQLiteReader(path: directory.database)  // The log is read instead.
  }

  private static func read(
    _ position: Position,
    _ id: [UInt8],
    on disk: FileDisk
  ) throws -> PastDecision? {
    var transaction: [UInt8] = []
    // A row may stand a moment longer than its entry, which retention removed.
    guard (try? JournalLookup.entry(at: position, on: disk, into: &transaction)) != nil else {
      return nil
    }
    let record = transaction.span.extracting(EntryHeader.size..<transaction.count)
    guard transaction.span.load(at: 24, as: UInt8.self) == EntryKind.transaction.rawValue,
      record.extracting(TransactionRecord.text(Schema.Text.id, record)).equals(id.span)
    else { return nil }
    var past = PastDecision(position: position, transaction: transaction, decision: [])
    try JournalLookup.entry(at: past.decisionAt, on: disk, into: &past.decision)
    return past
  }

  /// Whose transaction it is, as an erasure of it would say; nil where it names no account.
  private static func holder(_ record: borrowing Span<UInt8>) -> Erasure? {
    let account = record.extracting(TransactionRecord.text(Schema.Text.account, record)).text
    if account.isEmpty { return nil }
    return Erasure(source: UInt16(TransactionRecord.source(record)), account: account)
  }

  /// Follows the log behind a cursor for the label, and for the transaction if it is not found yet;
  /// one that was erased there is none.
  private static func scan(
    _ disk: FileDisk,
    from cursor: StoreCursor,
    _ id: [UInt8],
    _ sources: Set<Int>,
    _ found: inout PastDecision?
  ) throws {
    var place: Position?
    var label: Bool?
    var holder: Erasure?
    if let entry = found?.transaction {
      holder = PastDecision.holder(entry.span.extracting(EntryHeader.size..<entry.count))
    }
    var known = found
    let first = try Recovery.segments(on: disk).found.first?.base.bytes ?? 0
    let isKept = cursor.position >= Retention.firstBatch(first).bytes
    _ = try Recovery.run(
      on: disk,
      from: isKept ? Position(bytes: cursor.position) : Retention.firstBatch(first),
      startSequence: isKept ? cursor.sequence : 0,
      newLog: 0,
      repair: false
    ) { header, body, position throws(JournalError) in
      let record: Range<Int>
      switch header.kind {
      case .transaction where known == nil && place == nil: record = 0..<body.count
      case .label: record = Label.record(body)
      case .erasure:
        // What cannot be read erases nothing, and ends the server's start.
        if let erasure = try? Erasure(body.array), erasure == holder {
          (known, place, label, holder) = (nil, nil, nil, nil)
        }
        return
      default: return
      }
      let entry = body.extracting(record)
      guard entry.extracting(TransactionRecord.text(Schema.Text.id, entry)).equals(id.span),
        sources.contains(TransactionRecord.source(entry))
      else { return }
      if header.kind == .label {
        label = Label.verdict(body) == .fraud
      } else {
        (place, holder) = (position, PastDecision.holder(entry))
      }
    }
    found = known
    if let place { found = try read(place, id, on: disk) }
    if let label { found?.label = label }
  }
}
