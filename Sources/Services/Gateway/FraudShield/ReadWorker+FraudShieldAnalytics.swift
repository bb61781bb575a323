import Payments
import Pipeline
import Storage

// What S1's analytics say (S1.29 to S1.33), from rollups.
extension ReadWorker {
  /// Bounds of the risk levels, in hundredths.
  private static let levels = [("low", 0..<50), ("medium", 50..<80), ("high", 80..<100)]

  static func nothing(_ what: String) -> JSONText {
    var json = JSONText()
    json.open("{")
    json.field("error", "No \(what) data available")
    json.close("}")
    return json
  }

  func fraudTrends(_ source: Source, days: Int) throws -> JSONText {
    let today = RollupGrain.day.period(of: Clocks.wallMicroseconds())
    // Event times may lie a few minutes ahead, in the next day.
    let query = RollupQuery(
      source: source.id,
      grain: .day,
      periods: today - Int64(days) + 1..<today + 2,
      byPeriod: true
    )
    let groups = try store.rollups(query)
    guard !groups.isEmpty else { return ReadWorker.nothing("prediction") }
    var json = JSONText()
    json.open("{")
    json.field("trends", JSONText.array) { json in
      for group in groups {
        let sums = group.sums
        json.open("{")
        json.field("date", RollupGrain.day.start(of: group.period).date)
        json.field("avg_risk_score", sums.score.sum / Double(sums.count))
        json.field("risk_std", sums.score.deviation(of: sums.count))
        json.field("total_transactions", sums.count)
        json.field("fraud_count", sums.flagged)
        json.field("fraud_rate", sums.flaggedRate)
        json.close("}")
      }
    }
    let rates = groups.map(\.sums.flaggedRate)
    let (count, total) = (Double(groups.count), groups.reduce(0) { $0 + $1.sums.count })
    json.field("summary", JSONText.object) { json in
      json.field("total_days", groups.count)
      json.field("avg_daily_transactions", Double(total) / count)
      json.field("avg_fraud_rate", rates.reduce(0, +) / count)
      json.field("peak_fraud_rate", rates.max())
      json.field("lowest_fraud_rate", rates.min())
    }
    json.close("}")
    return json
  }

  func patterns(_ source: Source) throws -> (status: Int, body: JSONText) {
    let types = try store.rollups(RollupQuery(source: source.id, dimension: .channel))
    guard !types.isEmpty else { return (200, ReadWorker.nothing("transaction")) }
    let histograms = try store.amounts(source: source.id, days: nil)
    let unit = source.currency.unit
    var (all, sums) = (AmountHistogram(), Rollup())
    for (_, histogram) in histograms { all.merge(histogram) }
    for type in types { sums.merge(type.sums) }
    var json = JSONText()
    json.open("{")
    json.field("transaction_types", JSONText.object) { json in
      for type in types {
        let histogram = histograms.first { $0.channel == type.channel }?.histogram
        json.key(type.channel ?? "")
        write(type.sums, median: histogram?.quantile(0.5), unit, into: &json)
      }
    }
    json.field("amount_distribution", JSONText.object) { json in
      json.field("percentiles", JSONText.object) { json in
        for (name, share) in AmountHistogram.percentiles {
          json.field(name, all.quantile(share).map { $0 / unit })
        }
      }
      json.field("mean", sums.amount.sum / Double(sums.count) / unit)
      json.field("std", sums.amount.deviation(of: sums.count).map { $0 / unit })
    }
    let threshold = all.quantile(0.99) ?? 0
    try json.field("anomalies", JSONText.object) { json in
      json.field("high_amount_threshold", threshold / unit)
      json.field("high_amount_count", all.count(above: threshold))
      try json.field("high_amount_transactions", JSONText.array) { json in
        for decision in try store.largest(source: source.id)
        where Double(decision.amount) > threshold {
          try writeTransaction(at: decision.position, source, into: &json)
        }
      }
    }
    json.field("summary", JSONText.object) { json in
      json.field("total_transactions", sums.count)
      json.field("unique_types", types.count)
      json.field("date_range", JSONText.object) { json in json.range(of: sums) }
    }
    json.close("}")
    return (200, json)
  }

  private func write(
    _ sums: Rollup,
    median: Double?,
    _ unit: Double,
    into json: inout JSONText
  ) {
    let balances = Double(sums.balances) * unit
    json.open("{")
    json.field("avg_amount", sums.amount.sum / Double(sums.count) / unit)
    json.field("median_amount", median.map { $0 / unit })
    json.field("amount_std", sums.amount.deviation(of: sums.count).map { $0 / unit })
    json.field("count", sums.count)
    json.field("avg_old_balance", balances > 0 ? sums.balanceBefore / balances : nil)
    json.field("avg_new_balance", balances > 0 ? sums.balanceAfter / balances : nil)
    json.close("}")
  }

  func riskDistribution(_ source: Source) throws -> JSONText {
    guard let sums = try store.rollups(RollupQuery(source: source.id)).first?.sums,
      let scores = try store.scores(source: source.id, days: nil).first?.histogram
    else { return ReadWorker.nothing("prediction") }
    func count(_ bins: Range<Int>) -> Int { bins.reduce(0) { $0 + scores.count($1) } }
    var json = JSONText()
    json.open("{")
    json.field("distribution", JSONText.object) { json in
      json.field("bins", JSONText.array) { json in
        for tenth in 0..<10 {
          json.open("{")
          let end = tenth == 9 ? "1.0" : "0.\(tenth + 1)"
          json.field("range", "0.\(tenth)-\(end)")
          json.field("count", count(10 * tenth..<10 * tenth + 10))
          json.close("}")
        }
      }
      json.field("total_predictions", sums.count)
    }
    json.field("risk_levels", JSONText.object) { json in
      for (name, bins) in ReadWorker.levels {
        let (found, total) = (count(bins), bins.reduce(0) { $0 + scores.scores[$1] })
        json.key(name)
        json.open("{")
        json.field("count", found)
        json.field("percentage", 100 * Double(found) / Double(sums.count))
        json.field("avg_score", found > 0 ? total / Double(found) : 0)
        json.close("}")
      }
    }
    json.field("statistics", JSONText.object) { json in
      json.field("mean_risk_score", sums.score.sum / Double(sums.count))
      json.field("median_risk_score", scores.quantile(0.5))
      json.field("std_risk_score", sums.score.deviation(of: sums.count))
      json.field("min_risk_score", sums.score.least)
      json.field("max_risk_score", sums.score.most)
    }
    json.close("}")
    return json
  }

  func modelPerformance(_ source: Source) throws -> JSONText {
    guard let sums = try store.rollups(RollupQuery(source: source.id)).first?.sums,
      let scores = try store.scores(source: source.id, days: nil).first?.histogram
    else { return ReadWorker.nothing("prediction") }
    var json = JSONText()
    json.open("{")
    json.field("total_predictions", sums.count)
    json.field("fraud_predictions", sums.flagged)
    json.field("legitimate_predictions", sums.count - sums.flagged)
    json.field("fraud_rate", sums.flaggedRate)
    json.field("risk_statistics", JSONText.object) { json in
      json.field("average_risk_score", sums.score.sum / Double(sums.count))
      for (name, bins) in ReadWorker.levels.reversed() {
        json.key("\(name)_risk_count")
        json.value(bins.reduce(0) { $0 + scores.count($1) })
      }
      let high = (80..<100).reduce(0) { $0 + scores.count($1) }
      json.field("high_risk_percentage", 100 * Double(high) / Double(sums.count))
    }
    json.field("service_usage", JSONText.object) { $0.field("Model Service", sums.count) }
    json.field("timestamp", Timestamp(microseconds: Clocks.wallMicroseconds()).description)
    json.close("}")
    return json
  }

  func dashboard(_ source: Source) throws -> JSONText {
    var json = JSONText()
    json.open("{")
    json.key("fraud_trends")
    json.raw(try fraudTrends(source, days: 7).bytes)
    json.key("risk_distribution")
    json.raw(try riskDistribution(source).bytes)
    json.key("model_performance")
    json.raw(try modelPerformance(source).bytes)
    json.field("generated_at", Timestamp(microseconds: Clocks.wallMicroseconds()).description)
    json.close("}")
    return json
  }
}

extension AmountHistogram {
  static let percentiles: [(StaticString, Double)] = [
    ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99),
  ]
}

extension Rollup {
  /// The share of decisions that take their transaction for fraud; of none, 0.
  var flaggedRate: Double { count > 0 ? Double(flagged) / Double(count) : 0 }
}

extension Currency {
  /// Minor units of one unit.
  var unit: Double { (0..<scale).reduce(1) { unit, _ in unit * 10 } }
}

extension Timestamp {
  /// `YYYY-MM-DD` in UTC.
  var date: String { String(description.prefix(10)) }
}

extension JSONText {
  /// The first and last event time of some decisions.
  mutating func range(of sums: Rollup) {
    field("earliest", Timestamp(microseconds: sums.first).description)
    field("latest", Timestamp(microseconds: sums.last).description)
  }
}
