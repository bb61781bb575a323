import HTTP
import Journal
import Payments

/// What one client of the live stream wants to see, and how.
struct LiveSubscription: Sendable {
  /// How a message looks.
  enum Shape: Int, Sendable, CaseIterable {
    /// A decision with its reasons, as `GET /api/v1/transactions` has it and more.
    case native
    /// S3.2.
    case crypto
    /// S4.3.
    case retail
  }

  var shape = Shape.native
  var kind: StreamKind
  /// Decisions of this source; nil for all.
  var source: UInt16?
  var outcome: Outcome?
  var fraudOnly = false
  var minimumScore: Float?
  /// The newest so many of the past come first.
  var history = 0
  /// The place behind which the client goes on; nil where it starts with what is new.
  var resume: LivePlace?

  func wants(_ item: LiveItem) -> Bool {
    if let source, item.source != source { return false }
    if let outcome, item.outcome != outcome { return false }
    if fraudOnly, !item.isFraud { return false }
    if let minimumScore, !(item.score >= minimumScore) { return false }
    return true
  }
}

/// Where a client stands in the log: an entry, and a batch at or before it from which the log can
/// be read.
struct LivePlace: Sendable, Hashable {
  var batch: UInt64
  var entry: UInt64

  init(batch: UInt64, entry: UInt64) {
    self.batch = batch
    self.entry = entry
  }

  /// The form that clients are given and send back, such as `1184-1520`; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let batch = UInt64(parts[0]), let entry = UInt64(parts[1]),
      batch <= entry, entry <= UInt64(Int64.max)
    else { return nil }
    self.init(batch: batch, entry: entry)
  }

  var text: String { "\(batch)-\(entry)" }
}

/// A decided transaction on its way to clients.
struct LiveItem: Sendable {
  var place: LivePlace
  var source: UInt16
  var outcome: Outcome
  var score: Float
  var isFraud: Bool
  var record: [UInt8]
  var decision: [UInt8]

  init(_ place: LivePlace, record: [UInt8], decision: [UInt8]) {
    self.place = place
    self.record = record
    self.decision = decision
    let span = decision.span
    source = UInt16(DecisionRecord.source(span))
    outcome = DecisionRecord.outcome(span)
    score = DecisionRecord.score(span)
    isFraud = DialectText.isFraud(span)
  }
}
