import Features
import Journal
import Payments

extension Profile {
  /// Folds a label, an activity or a disposition into the windows of its source, if it is known:
  /// live, in replay and where windows are filled again.
  static func fold(
    _ kind: EntryKind,
    _ body: borrowing Span<UInt8>,
    into profile: (_ source: Int) -> Profile?
  ) throws(DecodingFailure) {
    switch kind {
    case .label:
      guard Label.isValid(body) else { throw DecodingFailure("a damaged label", at: 0) }
      let source = TransactionRecord.source(body.extracting(Label.record(body)))
      profile(source)?.fold(label: body)
    case .activity:
      let activity = try Activity(body.array)
      profile(Int(activity.source))?.record(activity)
    case .disposition:
      let disposition = try Disposition(body.array)
      let record = disposition.record.span
      profile(TransactionRecord.source(record))?
        .dispose(record, disposition.kind, landed: disposition.landed.microseconds)
    default: break
    }
  }

  /// Folds a valid label entry's body.
  func fold(label body: borrowing Span<UInt8>) {
    label(
      body.extracting(Label.record(body)),
      fraud: Label.verdict(body) == .fraud,
      landed: Label.landed(body).microseconds
    )
  }
}
