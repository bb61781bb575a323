import Engine
import Journal
import Payments
import Pipeline
import TestSupport

/// Random work for a sequencer: transactions of every kind of lateness, repeats, conflicts, labels,
/// activities.
struct Traffic {
  static let minute: Int64 = 60_000_000
  static let hour = 60 * minute
  static let start: Int64 = 1_767_225_600_000_000

  static let features = """
    feature units = amount
    feature paid_1h = count() by account over 1h
    feature usual = mean(amount) by account over 1d before this
    feature risk = fraud_rate() by counterparty over 2h delayed 30m
    feature young_risk = fraud_rate() by counterparty over 6h where channel = web else 0
    feature pair_6h = sum(amount) by (account, counterparty) over 6h where channel = web
    feature logins_2h = count() by account over 2h where activity = login
    """
  static let rules = """
    rule burst: when count() by account over 10m >= 4 then decline
    rule risky: when fraud_rate() by counterparty over 6h > 0.5 then review
    score base: when amount >= 0 add -3
    score large: when amount > 2 * mean(amount) by account over 1d before this add 4
    """

  static var source: Source {
    var source = Source(
      id: 1,
      name: "simulated",
      dialect: .native,
      currency: Currency(code: "EUR", scale: 2)
    )
    source.lateBound = hour
    source.maturity = 3 * hour
    return source
  }

  var random: SeededGenerator
  private(set) var now = Traffic.start
  private var nextId = 1
  private var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// The simulated clock, some seconds later at every look.
  mutating func look() -> Int64 {
    now += Int64.random(in: 0...90_000_000, using: &random)
    return now
  }

  /// The entries that define the source, one submission each.
  static func definitions() -> [Submission] {
    [
      (EntryKind.source, ControlEntry.encoded(source)),
      (.features, ControlEntry.Program(source: 1, name: "sim", text: features).encoded),
      (.rules, ControlEntry.Program(source: 1, name: "sim", text: rules).encoded),
    ].map { kind, body in
      let submission = Submission()
      submission.kind = .entries(kind)
      submission.add { $0.append(contentsOf: body) }
      return submission
    }
  }

  /// A submission of what a client might send next, given what the log holds.
  mutating func submission(known: [Known]) -> Submission {
    let submission = Submission()
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1:
      guard let labelled = known.randomElement(using: &random) else { fallthrough }
      submission.kind = .entries(.label)
      let fraud = Bool.random(using: &random)
      submission.add { bytes in
        Label.append(
          verdict: fraud ? .fraud : .legitimate,
          origin: .explicit,
          landed: Timestamp(microseconds: labelled.landed),
          record: labelled.record.span,
          to: &bytes
        )
      }
    case 2:
      submission.kind = .past
      submission.add { append(fresh: &$0) }
      submission.itemKinds.append(.history)
    case 3:
      submission.kind = .entries(.activity)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let body = activity().encoded
        submission.add { $0.append(contentsOf: body) }
      }
    default:
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        if let earlier = known.randomElement(using: &random), one(in: 6) {
          let changed = one(in: 3)
          submission.add { append(earlier, changed: changed, to: &$0) }
        } else {
          submission.add { append(fresh: &$0) }
        }
      }
    }
    return submission
  }

  mutating func one(in count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

  /// An activity of now, of earlier, or without a time.
  private mutating func activity() -> Activity {
    let late = Int64.random(in: 0...2 * Traffic.hour, using: &random)
    return Activity(
      source: 1,
      kind: one(in: 3) ? .newDevice : .login,
      succeeded: !one(in: 4),
      time: one(in: 3) ? Activity.timeOfReceipt : Timestamp(microseconds: now - late),
      account: "a\(Int.random(in: 0..<5, using: &random))",
      device: ""
    )
  }

  private mutating func append(fresh bytes: inout [UInt8]) {
    builder.reset()
    builder.set(text: Schema.Text.id, "t\(nextId)")
    nextId += 1
    builder.set(text: Schema.Text.account, "a\(Int.random(in: 0..<5, using: &random))")
    builder.set(text: Schema.Text.counterparty, "c\(Int.random(in: 0..<3, using: &random))")
    builder.set(text: Schema.Text.channel, Bool.random(using: &random) ? "web" : "shop")
    builder.amount = Money(minorUnits: Int64.random(in: 0...50_000, using: &random))
    let late: Int64
    switch Int.random(in: 0..<12, using: &random) {
    case 0: builder.flags = [.timeIsReceivedAt]; late = 0
    case 1: late = -10 * Traffic.minute
    case 2: late = Int64.random(in: 0...3 * Traffic.hour, using: &random)
    case 3, 4: late = Int64.random(in: 0...Traffic.hour, using: &random)
    default: late = Int64.random(in: 0...Traffic.minute, using: &random)
    }
    builder.time = Timestamp(microseconds: now - late)
    builder.finish(into: &bytes)
  }

  /// An earlier transaction as its client would send it again, or with another amount.
  private func append(_ earlier: Known, changed: Bool, to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: earlier.record)
    if changed {
      bytes.store(little: earlier.content ^ 1, at: start + 24)
    }
  }
}

/// A transaction that the log holds.
struct Known {
  var position: Position
  var record: [UInt8]
  /// Nil where it was learned from, not decided on.
  var decision: [UInt8]?
  /// Where a past transaction landed, as its entry has it.
  var landedPast: Int64?

  var id: [UInt8] {
    let span = record.span
    let range = TransactionRecord.text(Schema.Text.id, span)
    return Array(record[range])
  }

  var content: UInt64 {
    let span = record.span
    return TransactionRecord.content(span)
  }

  var landed: Int64 {
    guard let decision else {
      let span = record.span
      return landedPast ?? TransactionRecord.time(span).microseconds
    }
    let span = decision.span
    return DecisionRecord.landed(span).microseconds
  }
}
