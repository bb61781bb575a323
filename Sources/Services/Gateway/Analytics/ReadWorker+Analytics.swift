import Payments
import Storage

extension ReadWorker {
  /// Sums by period, and how the amounts of the span's days are spread.
  func trends(_ query: AnalyticsQuery) throws -> JSONText {
    let groups = try store.rollups(
      RollupQuery(
        source: query.source.id,
        grain: query.grain,
        periods: query.periods,
        byPeriod: true,
        dimension: query.dimension
      )
    )
    let amounts = try store.amounts(source: query.source.id, days: query.days)
    var json = JSONText()
    json.open("{")
    json.head(query)
    json.field("by", query.grain == .hour ? "hour" : "day")
    json.field("periods", JSONText.array) { json in
      for group in groups {
        json.open("{")
        json.field("start", query.grain.start(of: group.period).description)
        if let channel = group.channel { json.field("channel", channel) }
        if let outcome = group.outcome { json.field("outcome", outcome.word) }
        json.sums(group.sums, query.source)
        json.close("}")
      }
    }
    let unit = query.source.currency.unit
    json.field("amounts", JSONText.array) { json in
      for (channel, histogram) in amounts {
        json.open("{")
        json.field("channel", channel)
        json.field("count", histogram.total)
        for (name, share) in AmountHistogram.percentiles {
          json.field(name, histogram.quantile(share).map { $0 / unit })
        }
        json.close("}")
      }
    }
    json.close("}")
    return json
  }

  /// Precision and recall of decisions and of thresholds, over the span and by day.
  func quality(_ query: AnalyticsQuery) throws -> JSONText {
    let sums = try store.rollups(
      RollupQuery(source: query.source.id, grain: query.grain, periods: query.periods)
    )
    let days = try store.scores(source: query.source.id, days: query.days)
    var whole = ScoreHistogram()
    for (_, histogram) in days { whole.merge(histogram) }
    var json = JSONText()
    json.open("{")
    json.head(query)
    json.field("decisions", JSONText.object) { json in
      json.sums(sums.first?.sums ?? Rollup(), query.source)
    }
    json.field("thresholds", JSONText.array) { $0.thresholds(of: whole, query.source) }
    json.field("days", JSONText.array) { json in
      for (day, histogram) in days {
        json.open("{")
        json.field("date", RollupGrain.day.start(of: day).date)
        json.field("thresholds", JSONText.array) { $0.thresholds(of: histogram, query.source) }
        json.close("}")
      }
    }
    json.close("}")
    return json
  }
}

extension JSONText {
  fileprivate mutating func head(_ query: AnalyticsQuery) {
    field("source", query.source.name)
    field("currency", query.source.currency.code)
    field("from", query.span.from.description)
    field("until", query.span.until.description)
  }

  /// The fields of what decisions add up to.
  fileprivate mutating func sums(_ sums: Rollup, _ source: Source) {
    let (count, unit) = (Double(sums.count), source.currency.unit)
    func known(_ value: Double?) -> Double? { sums.count > 0 ? value : nil }
    field("count", sums.count)
    field("flagged", sums.flagged)
    field("flagged_rate", known(sums.flaggedRate))
    field("amount", JSONText.object) { json in
      json.field("sum", sums.amount.sum / unit)
      json.field("mean", known(sums.amount.sum / count / unit))
      json.field("deviation", sums.amount.deviation(of: sums.count).map { $0 / unit })
      json.field("least", known(sums.amount.least / unit))
      json.field("most", known(sums.amount.most / unit))
    }
    field("score", JSONText.object) { json in
      json.field("mean", known(sums.score.sum / count))
      json.field("deviation", sums.score.deviation(of: sums.count))
    }
    let labelled = sums.labelled
    field("labelled", JSONText.object) { json in
      json.field("fraud", labelled.fraud)
      json.field("legitimate", labelled.legitimate)
      json.judgement(
        caught: labelled.caught,
        falseAlarms: labelled.falseAlarms,
        fraud: labelled.fraud
      )
      json.field("fraud_amount", labelled.fraudAmount / unit)
      json.field("caught_amount", labelled.caughtAmount / unit)
      json.field("false_alarm_amount", labelled.falseAlarmAmount / unit)
    }
  }

  /// How well flagged decisions agree with labels.
  private mutating func judgement(caught: Int, falseAlarms: Int, fraud: Int) {
    let judged = caught + falseAlarms
    field("caught", caught)
    field("missed", fraud - caught)
    field("false_alarms", falseAlarms)
    field("precision", judged > 0 ? Double(caught) / Double(judged) : nil)
    field("recall", fraud > 0 ? Double(caught) / Double(fraud) : nil)
  }

  /// What it would mean to flag every decision from a score on, at .1 to .9.
  fileprivate mutating func thresholds(of scores: ScoreHistogram, _ source: Source) {
    let unit = source.currency.unit
    let fraud = Int(scores.fraud.reduce(0, +))
    for tenth in 1...9 {
      let bins = 10 * tenth..<ScoreHistogram.bins
      open("{")
      field("threshold", Double(tenth) / 10)
      field("flagged", bins.reduce(0) { $0 + scores.count($1) })
      judgement(
        caught: Int(scores.fraud[bins].reduce(0, +)),
        falseAlarms: Int(scores.legitimate[bins].reduce(0, +)),
        fraud: fraud
      )
      field("caught_amount", scores.fraudAmounts[bins].reduce(0, +) / unit)
      field("false_alarm_amount", scores.legitimateAmounts[bins].reduce(0, +) / unit)
      close("}")
    }
  }
}
