import Journal
import Payments
import Pipeline
import Storage

// What S1's stores hold (S1.16, S1.19, S1.20, S1.24, S1.26, S1.27), from the log and the store.
extension ReadWorker {
  func ingestHealth(_ source: Source) throws -> JSONText {
    let count = try store.rollups(RollupQuery(source: source.id)).first?.sums.count ?? 0
    var json = JSONText.service("Ingest Service", status: "healthy")
    json.key("model_service_available")
    json.value(true)
    json.field("transactions_stored", count)
    json.close("}")
    return json
  }

  func ingested(_ source: Source, _ page: DecisionQuery) throws -> JSONText {
    var query = RollupQuery(source: source.id, grain: .day)
    if let from = page.receivedFrom {
      let day = RollupGrain.day.period(of: from)
      query.periods = day..<day + 1
    }
    let total = try store.rollups(query).first?.sums.count ?? 0
    var json = JSONText()
    json.open("{")
    try writeTransactions(source, page, stored: false, into: &json)
    json.field("total", total)
    json.field("limit", page.limit)
    json.field("offset", page.offset)
    json.field("service", "Ingest Service")
    json.close("}")
    return json
  }

  func stored(_ source: Source, _ page: DecisionQuery) throws -> JSONText {
    var json = JSONText()
    json.open("{")
    let count = try writeTransactions(source, page, stored: true, into: &json)
    json.field("count", count)
    json.field("limit", page.limit)
    json.field("offset", page.offset)
    json.close("}")
    return json
  }

  /// Writes a page of transactions, newest first; how many.
  @discardableResult
  private func writeTransactions(
    _ source: Source,
    _ page: DecisionQuery,
    stored: Bool,
    into json: inout JSONText
  ) throws -> Int {
    var query = page
    query.source = source.id
    var count = 0
    try json.field("transactions", JSONText.array) { json in
      try show(store.decisions(query)) { row, record, source in
        let received = Timestamp(microseconds: row.receivedAt).description
        json.open("{")
        if stored { json.field("id", Int(clamping: row.position)) }
        DialectText.paysim(record, source, into: &json)
        if stored {
          json.field("created_at", received)
          json.field("source", "api")
        } else {
          json.field("ingested_at", received)
        }
        json.close("}")
        count += 1
      }
    }
    return count
  }

  /// Writes the transaction at a position, unless retention removed it.
  func writeTransaction(
    at position: UInt64,
    _ source: Source,
    into json: inout JSONText
  ) throws {
    guard try loadKept(Position(bytes: position)) else { return }
    let bytes = entry
    json.open("{")
    let record = bytes.span.extracting(EntryHeader.size..<bytes.count)
    DialectText.paysim(record, source, into: &json)
    json.close("}")
  }

  func ingestStatistics(_ source: Source) throws -> JSONText {
    let types = try store.rollups(RollupQuery(source: source.id, dimension: .channel))
    var (sums, amounts) = (Rollup(), AmountHistogram())
    for type in types { sums.merge(type.sums) }
    for (_, histogram) in try store.amounts(source: source.id, days: nil) {
      amounts.merge(histogram)
    }
    let unit = source.currency.unit
    func units(_ value: Double?) -> Double { sums.count > 0 ? (value ?? 0) / unit : 0 }
    var json = JSONText()
    json.open("{")
    json.field("total_transactions", sums.count)
    json.field("transaction_types", JSONText.object) { json in
      for type in types {
        json.key(type.channel ?? "")
        json.value(type.sums.count)
      }
    }
    json.field("date_range", JSONText.object) { json in json.rangeOrNulls(of: sums) }
    json.field("amount_stats", JSONText.object) { json in
      json.field("mean", units(sums.amount.sum / Double(max(1, sums.count))))
      json.field("median", units(amounts.quantile(0.5)))
      json.field("min", units(sums.amount.least))
      json.field("max", units(sums.amount.most))
      json.field("total", units(sums.amount.sum))
    }
    json.field("service", "Ingest Service")
    json.close("}")
    return json
  }

  func databaseStatistics(_ source: Source) throws -> JSONText {
    let types = try store.rollups(RollupQuery(source: source.id, dimension: .channel))
    var sums = Rollup()
    for type in types { sums.merge(type.sums) }
    let (count, unit) = (Double(sums.count), source.currency.unit)
    func known(_ value: Double) -> Double? { sums.count > 0 ? value : nil }
    var json = JSONText()
    json.open("{")
    json.field("statistics", JSONText.object) { json in
      json.field("transactions", JSONText.object) { json in
        json.field("total_transactions", sums.count)
        json.field("unique_types", types.count)
        json.field("avg_amount", known(sums.amount.sum / count / unit))
        json.field("min_amount", known(sums.amount.least / unit))
        json.field("max_amount", known(sums.amount.most / unit))
        json.rangeOrNulls(of: sums)
      }
      json.field("predictions", JSONText.object) { json in
        json.field("total_predictions", sums.count)
        json.field("avg_risk_score", known(sums.score.sum / count))
        json.field("fraud_predictions", sums.flagged)
        json.field("legitimate_predictions", sums.count - sums.flagged)
      }
      json.field("transaction_types", JSONText.array) { json in
        for type in types.sorted(by: { $0.sums.count > $1.sums.count }) {
          json.open("{")
          json.field("type", type.channel ?? "")
          json.field("count", type.sums.count)
          json.close("}")
        }
      }
    }
    json.field("timestamp", Timestamp(microseconds: Clocks.wallMicroseconds()).description)
    json.close("}")
    return json
  }

  func databaseHealth() -> (status: Int, body: JSONText) {
    do {
      let footprint = try store.footprint()
      var json = JSONText.service("Database Service", status: "healthy")
      json.field("database_path", footprint.name)
      json.field("database_size", footprint.bytes)
      json.close("}")
      return (200, json)
    } catch {
      var json = JSONText.service("Database Service", status: "unhealthy")
      json.field("error", "\(error)")
      json.close("}")
      return (503, json)
    }
  }

  func predictions(_ source: Source, _ page: DecisionQuery, id: [UInt8]?) throws -> JSONText {
    var positions: [UInt64]
    if let id {
      let key = IdentityIndex.key(source: Int(source.id), id.span)
      positions = try store.positions(idKey: Int64(bitPattern: key)).reversed()
      positions = Array(positions.dropFirst(page.offset).prefix(page.limit))
    } else {
      var query = page
      query.source = source.id
      positions = try store.decisions(query).map(\.position)
    }
    var (json, count) = (JSONText(), 0)
    json.open("{")
    try json.field("predictions", JSONText.array) { json in
      for position in positions where try writePrediction(at: position, into: &json) { count += 1 }
    }
    json.field("count", count)
    json.close("}")
    return json
  }

  /// Writes the decision on a transaction; false where retention removed it.
  private func writePrediction(at position: UInt64, into json: inout JSONText) throws -> Bool {
    guard try loadKept(Position(bytes: position)) else { return false }
    let transaction = entry
    let size = UInt64(transaction.span.load(at: 0, as: UInt32.self))
    guard try loadKept(Position(bytes: position + size)) else { return false }
    let decided = entry
    let record = transaction.span.extracting(EntryHeader.size..<transaction.count)
    let decision = decided.span.extracting(EntryHeader.size..<decided.count)
    let score = DecisionRecord.score(decision)
    let model = DecisionRecord.model(decision)
    let received = Timestamp(microseconds: transaction.span.load(at: 16, as: Int64.self))
    json.open("{")
    json.field("id", Int(clamping: position))
    json.key("transaction_id")
    json.value(record.extracting(TransactionRecord.text(Schema.Text.id, record)))
    json.key("risk_score")
    json.value(score)
    json.field("prediction", DialectText.isFraud(decision) ? 1 : 0)
    json.key("confidence")
    json.value(max(score, 1 - score))
    json.field(
      "model_version",
      model == 0 ? "scorecard" : catalog.model(model)?.name ?? String(model, radix: 16)
    )
    json.field("service_used", "Model Service")
    json.field("created_at", received.description)
    json.close("}")
    return true
  }
}

extension JSONText {
  /// The first and last event time of some decisions; nulls of none.
  fileprivate mutating func rangeOrNulls(of sums: Rollup) {
    if sums.count > 0 { return range(of: sums) }
    key("earliest")
    null()
    key("latest")
    null()
  }
}
