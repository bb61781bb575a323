import Features
import Models
import Payments
import Rules

/// Shows a decision as JSON, with its reasons and, where asked for, its contributions.
struct DecisionText {
  private let catalog: Catalog
  private var attributors: [UInt64: Attributor] = [:]
  private var scorers: [UInt64: Scorer] = [:]

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
    for (feature, value) in zip(program.features, values) {
      json.key(feature.name)
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
    replayed: Bool? = nil,
    into json: inout JSONText
  ) {
    let program = catalog.program(of: decision)
    json.open("{")
    fields(record: record, decision: decision, contributions: true, into: &json)
    json.key("transaction")
    transaction(record, program?.source, into: &json)
    json.key("features")
    json.open("{")
    let features = program?.features.prefix(DecisionRecord.featureCount(decision)) ?? []
    for (number, feature) in features.enumerated() {
      json.key(feature.name)
      json.value(DecisionRecord.feature(number, decision))
    }
    json.close("}")
    json.key("expressions")
    json.open("{")
    for feature in features {
      json.key(feature.name)
      json.value(feature.expression)
    }
    json.close("}")
    json.key("margin")
    json.value(DecisionRecord.margin(decision))
    if let model = catalog.model(DecisionRecord.model(decision)) {
      json.key("link")
      json.value(model.link.word)
    }
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
    verified(decision, replayed, into: &json)
    json.close("}")
  }

  /// What was computed again from the log just now, and whether it came out as it was logged; null
  /// where it was not or cannot be.
  private mutating func verified(
    _ decision: borrowing Span<UInt8>,
    _ replayed: Bool?,
    into json: inout JSONText
  ) {
    json.key("verified")
    json.open("{")
    json.key("vector")
    let end = DecisionRecord.headerSize + 4 * DecisionRecord.featureCount(decision)
    let hash = Fingerprint.of(decision.extracting(DecisionRecord.headerSize..<end))
    json.value(hash == DecisionRecord.featureHash(decision))
    json.key("score")
    if let same = scoreIsSame(decision) { json.value(same) } else { json.null() }
    json.key("replay")
    if let replayed { json.value(replayed) } else { json.null() }
    json.close("}")
  }

  /// Whether the model gives the logged vector the logged margin and score, to the bit; nil where
  /// there was none or it is not here.
  private mutating func scoreIsSame(_ decision: borrowing Span<UInt8>) -> Bool? {
    let fingerprint = DecisionRecord.model(decision)
    guard let model = catalog.model(fingerprint) else { return nil }
    let vector = DecisionRecord.vector(decision)
    guard vector.count == model.trees.featureCount else { return false }
    let scorer = scorers[fingerprint] ?? Scorer(model.trees)
    scorers[fingerprint] = scorer
    let margin = scorer.margin(of: vector.span)
    return margin.bitPattern == DecisionRecord.margin(decision).bitPattern
      && model.link.score(margin).bitPattern == DecisionRecord.score(decision).bitPattern
  }

  /// The fields of a transaction as its source names them.
  func transaction(
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
      if source.schema.textSlot("currency") == nil {
        json.key("currency")
        json.value(source.currency.code)
      }
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
