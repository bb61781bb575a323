import Models
import Payments
import Rules

/// Shows a decision as JSON, with its reasons and, where asked for, its contributions.
struct DecisionText {
  private let catalog: Catalog
  private var attributors: [UInt64: Attributor] = [:]

  init(_ catalog: Catalog) { self.catalog = catalog }

  /// What a reply says of a decision, as the fields of an open object.
  mutating func fields(
    record: borrowing Span<UInt8>,
    decision: borrowing Span<UInt8>,
    contributions: Bool,
    into json: inout JSONText
  ) {
    let program = catalog.program(of: decision)
    json.key("transaction_id")
    json.value(record.extracting(TransactionRecord.text(Schema.Text.id, record)))
    json.key("source")
    json.value(program?.source.name ?? "\(TransactionRecord.source(record))")
    json.key("outcome")
    json.value(DecisionRecord.outcome(decision).word)
    json.key("score")
    json.value(DecisionRecord.score(decision))
    json.key("reasons")
    json.open("[")
    for reason in program?.rules.reasons(for: DecisionRecord.hits(decision)) ?? [] {
      json.open("{")
      json.key("name")
      json.value(reason.name)
      json.key("text")
      json.value(reason.text)
      if let outcome = reason.outcome {
        json.key("outcome")
        json.value(outcome.word)
      }
      if let points = reason.points {
        json.key("points")
        json.value(points)
      }
      json.close("}")
    }
    json.close("]")
    json.key("decided_by")
    json.value("engine")
    model(decision, into: &json)
    if contributions { self.contributions(decision, program, into: &json) }
  }

  private func model(_ decision: borrowing Span<UInt8>, into json: inout JSONText) {
    let fingerprint = DecisionRecord.model(decision)
    let flags = DecisionRecord.flags(decision)
    json.key("model")
    if fingerprint == 0 {
      json.null()
    } else {
      json.value(catalog.model(fingerprint)?.name ?? String(fingerprint, radix: 16))
    }
    if flags.contains(.noModel) {
      json.key("degraded")
      json.value("no model")
    }
    for (flag, name) in [
      (DecisionRecord.Flags.tooLate, "too_late"), (.approximate, "approximate"),
      (.warming, "warming"),
    ] as [(DecisionRecord.Flags, String)] where flags.contains(flag) {
      json.key(name)
      json.value(true)
    }
  }

  /// Exact TreeSHAP contributions to the margin, in log-odds, by feature; `base` is their origin.
  mutating func contributions(
    _ decision: borrowing Span<UInt8>,
    _ program: Catalog.Program?,
    into json: inout JSONText
  ) {
    let fingerprint = DecisionRecord.model(decision)
    guard let model = catalog.model(fingerprint), let program,
      model.attribution.featureCount == DecisionRecord.featureCount(decision)
    else { return }
    let attributor = attributors[fingerprint] ?? Attributor(model.attribution)
    attributors[fingerprint] = attributor
    let vector = DecisionRecord.vector(decision)
    let values = attributor.contributions(of: vector.span)
    json.key("contributions")
    json.open("{")
    for (name, value) in zip(program.featureNames, values) {
      json.key(name)
      json.value(value)
    }
    json.key("base")
    json.value(model.attribution.baseValue)
    json.close("}")
  }

  /// All that is known of a decision: transaction, features, reasons, contributions, versions.
  mutating func whole(
    record: borrowing Span<UInt8>,
    decision: borrowing Span<UInt8>,
    receivedAt: Int64,
    position: UInt64,
    label: Bool?,
    into json: inout JSONText
  ) {
    let program = catalog.program(of: decision)
    json.open("{")
    fields(record: record, decision: decision, contributions: true, into: &json)
    json.key("transaction")
    transaction(record, program?.source, into: &json)
    json.key("features")
    json.open("{")
    for (number, name) in (program?.featureNames ?? []).enumerated()
    where number < DecisionRecord.featureCount(decision) {
      json.key(name)
      json.value(DecisionRecord.feature(number, decision))
    }
    json.close("}")
    json.key("margin")
    json.value(DecisionRecord.margin(decision))
    json.key("feature_hash")
    json.value(String(DecisionRecord.featureHash(decision), radix: 16))
    json.key("feature_set")
    json.value(String(DecisionRecord.featureSet(decision), radix: 16))
    json.key("rule_set")
    json.value(String(DecisionRecord.ruleSet(decision), radix: 16))
    json.key("received_at")
    json.value(Timestamp(microseconds: receivedAt).description)
    json.key("position")
    json.value(Int(clamping: position))
    json.key("label")
    if let label { json.value(label ? "fraud" : "legitimate") } else { json.null() }
    json.close("}")
  }

  private func transaction(
    _ record: borrowing Span<UInt8>,
    _ source: Source?,
    into json: inout JSONText
  ) {
    json.open("{")
    json.key("time")
    json.value(TransactionRecord.time(record).description)
    json.key("amount")
    let scale = source?.currency.scale ?? 2
    json.money(TransactionRecord.amount(record).minorUnits, scale: scale)
    if let source {
      json.key("currency")
      json.value(source.currency.code)
      for (slot, name) in source.schema.texts.enumerated().dropFirst() {
        let range = TransactionRecord.text(slot, record)
        if range.isEmpty { continue }
        json.key(name)
        json.value(record.extracting(range))
      }
      for (slot, field) in source.schema.numbers.enumerated() {
        let bits = TransactionRecord.bits(slot, record)
        json.key(field.name)
        if field.kind == .number {
          json.value(Double(bitPattern: bits))
        } else if Int64(bitPattern: bits) == Money.missing.minorUnits {
          json.null()
        } else {
          json.money(Int64(bitPattern: bits), scale: scale)
        }
      }
    }
    json.close("}")
  }
}
