import Engine
import Journal
import Payments

extension Sequencer {
  /// Notes that work on an item starts; the answer where it is in quarantine.
  func board(
    _ kind: EntryKind,
    _ submission: Submission,
    _ item: Range<Int>
  ) -> Submission.Result? {
    if flight == nil, engine.quarantine.isEmpty { return nil }
    let bytes = submission.bytes
    let span = bytes.span
    let record = span.extracting(item)
    let id = record.extracting(TransactionRecord.text(Schema.Text.id, record))
    let policy = engine.source(TransactionRecord.source(record))?.source.identity ?? .id
    let key = IdentityIndex.key(of: record, policy)
    let subject = Sequencer.subject(record, key)
    let source = TransactionRecord.source(record)
    // An id with a card number is written down nowhere.
    if submission.notes[item.lowerBound]?.idHoldsCardNumber == true {
      return board(kind, subject, source: source, id: Span())
    }
    return board(kind, subject, source: source, id: id)
  }

  /// Notes that work on a subject starts; the answer where it is in quarantine.
  func board(
    _ kind: EntryKind,
    _ subject: UInt64,
    source: Int,
    id: borrowing Span<UInt8>
  ) -> Submission.Result? {
    if let entry = engine.quarantine[subject] {
      status?.countQuarantineRefusal()
      return .quarantined(entry.reason)
    }
    flight?.begin(subject, source: source, kind: kind, id: id)
    #if DEBUG
    fault?(String(decoding: id.array, as: UTF8.self))
    #endif
    return nil
  }

  /// What attempts at the same transaction have in common: the key of its id, or all but the id
  /// where that was made up.
  package static func subject(
    _ record: borrowing Span<UInt8>,
    _ key: UInt64
  ) -> UInt64 {
    guard TransactionRecord.flags(record).contains(.idIsSequence) else { return key }
    var hash = Fingerprint.chain(
      UInt64(TransactionRecord.source(record)),
      UInt64(bitPattern: TransactionRecord.amount(record).minorUnits)
    )
    if !TransactionRecord.flags(record).contains(.timeIsReceivedAt) {
      let time = TransactionRecord.time(record).microseconds
      hash = Fingerprint.chain(hash, UInt64(bitPattern: time))
    }
    let texts = TransactionRecord.text(Schema.Text.id, record).upperBound
    let rest = record.extracting(texts..<TransactionRecord.sealed(record).lowerBound)
    hash = Fingerprint.chain(hash, Fingerprint.of(rest))
    let numbers = TransactionRecord.headerSize + 8 * Int(record.load(at: 6, as: UInt8.self))
    let values = record.extracting(TransactionRecord.headerSize..<numbers)
    return Fingerprint.chain(hash, Fingerprint.of(values))
  }

  func publishQuarantine() {
    status?.quarantined = engine.quarantine.values.sorted {
      ($0.time, $0.subject) < ($1.time, $1.subject)
    }
  }
}
