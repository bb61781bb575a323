package import Payments
import Storage

/// Which decisions are worth an alert.
package struct FraudPolicy: Sendable {
  /// S1's threshold of a high risk.
  package static let thresholdDefault: Float = 0.8
  /// S2's rule: a payment of more units than these is an alert.
  package static let paymentUnitsMax: Int64 = 500
  /// What S2 says of it.
  package static let paymentText = "Fraudulent transaction detected!"

  /// The score from which on a decision is an alert.
  package var threshold = FraudPolicy.thresholdDefault
  /// By a source's name, instead of `threshold`.
  package var thresholds: [String: Float] = [:]
  /// Outcomes that are alerts: a decline always, a milder one where a rule led to it.
  package var outcomes: Set<Outcome> = [.decline, .review]

  package init() {}

  /// Whether a decision is worth an alert.
  package func alerts(
    _ record: borrowing Span<UInt8>,
    _ decision: borrowing Span<UInt8>,
    _ source: Source
  ) -> Bool {
    if DecisionRecord.score(decision) >= thresholds[source.name] ?? threshold { return true }
    let outcome = DecisionRecord.outcome(decision)
    if outcome == .decline { return outcomes.contains(.decline) }
    if source.dialect == .payment {
      let units = source.currency.minorUnitsPerUnit * FraudPolicy.paymentUnitsMax
      return TransactionRecord.amount(record).minorUnits > units
    }
    guard outcomes.contains(outcome) else { return false }
    return DecisionRecord.hits(decision).contains { $0.kind == .rule }
  }

  /// The hit that a decided transaction is.
  func hit(
    _ record: borrowing Span<UInt8>,
    _ decision: borrowing Span<UInt8>,
    _ source: Source,
    position: UInt64,
    reasons: [String],
    at time: Int64
  ) -> AlertHit {
    func text(_ slot: Int) -> String {
      record.extracting(TransactionRecord.text(slot, record)).text
    }
    let subject = AlertSubject(
      transactionID: text(Schema.Text.id),
      channel: text(Schema.Text.channel),
      amount: AmountText.decimal(
        TransactionRecord.amount(record).minorUnits,
        scale: source.currency.scale
      ),
      score: Double(DecisionRecord.score(decision)),
      account: text(Schema.Text.account),
      counterparty: text(Schema.Text.counterparty),
      time: TransactionRecord.time(record).microseconds,
      position: position
    )
    let outcome = DecisionRecord.outcome(decision)
    let why = ([outcome.word] + reasons.prefix(3)).joined(separator: "; ")
    let isPayment = source.dialect == .payment
    let about =
      subject.account.isEmpty
      ? "transaction/\(source.name)/\(subject.transactionID)"
      : "account/\(source.name)/\(subject.account)"
    return AlertHit(
      kind: .fraud,
      key: about,
      source: source.name,
      severity: outcome == .decline ? .critical : .warning,
      type: "fraud_alert",
      message: isPayment ? FraudPolicy.paymentText : String(why.prefix(Alert.textBytesMax / 4)),
      subject: subject,
      at: time
    )
  }
}

/// Amounts as people read them.
package enum AmountText {
  /// Minor units as an exact decimal.
  package static func decimal(_ minorUnits: Int64, scale: UInt8) -> String {
    var digits = Array(String(minorUnits.magnitude).utf8)
    while digits.count <= Int(scale) { digits.insert(UInt8(ascii: "0"), at: 0) }
    let whole = String(decoding: digits.dropLast(Int(scale)), as: UTF8.self)
    let sign = minorUnits < 0 ? "-" : ""
    guard scale > 0 else { return sign + whole }
    return sign + whole + "." + String(decoding: digits.suffix(Int(scale)), as: UTF8.self)
  }
}
