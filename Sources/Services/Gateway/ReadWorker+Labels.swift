import Engine
import HTTP
import Intake
import Journal
import Payments
import Pipeline
import Storage

extension ReadWorker {
  func label(
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
          if item.idHoldsCardNumber {
            throw InputError(.invalid, field: "transaction_id", CardNumber.idRefusal)
          }
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
