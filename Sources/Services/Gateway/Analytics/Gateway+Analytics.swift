import HTTP
import Payments
import Pipeline
import Storage

extension Endpoint {
  /// What decisions add up to.
  static let analytics = [
    Endpoint(
      .get,
      "/api/v1/analytics/trends",
      .needs(.read),
      query: ["source", "by", "from", "to", "dimension"]
    ) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.trends(request, token, &answer)
    },
    Endpoint(
      .get,
      "/api/v1/analytics/quality",
      .needs(.read),
      query: ["source", "by", "from", "to"]
    ) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.quality(request, token, &answer)
    },
  ]
}

/// What an analytics request asks for.
struct AnalyticsQuery: Sendable {
  /// Hours or days that one answer shows.
  static let periodsMax: [RollupGrain: Int64] = [.hour: 31 * 24, .day: 2 * 366]

  var source: Source
  /// Hour or day; `all` where periods are not told apart.
  var grain: RollupGrain
  /// Hours or days, as the span is counted.
  var periods: Range<Int64>
  var dimension: RollupQuery.Dimension?

  /// The days that the span touches.
  var days: Range<Int64> {
    guard grain == .hour else { return periods }
    return RollupGrain.day(
      ofHour: periods.lowerBound
    )..<RollupGrain
      .day(ofHour: periods.upperBound - 1) + 1
  }

  /// The instants of the span.
  var span: (from: Timestamp, until: Timestamp) {
    let unit = grain == .hour ? RollupGrain.hour : .day
    return (unit.start(of: periods.lowerBound), unit.start(of: periods.upperBound))
  }
}

extension Gateway {
  /// `GET /api/v1/analytics/trends`: counts, amounts, scores and labels by hour or day.
  func trends(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    analytics(request, token, &answer) { try $0.trends($1) }
  }

  /// `GET /api/v1/analytics/quality`: what labels say so far of decisions and thresholds.
  func quality(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    analytics(request, token, &answer) { try $0.quality($1) }
  }

  private func analytics(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer,
    _ read: @escaping @Sendable (ReadWorker, AnalyticsQuery) throws -> JSONText
  ) -> Reception {
    let wanted: AnalyticsQuery
    do throws(QueryError) {
      wanted = try analyticsQuery(QueryReader(request))
    } catch {
      error.answer(&answer)
      return .answered
    }
    let committed = core.committed
    reader.submit(token) { reader in
      try reader.requireProjection(committed)
      reader.reply(token, 200, try read(reader, wanted))
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  private func analyticsQuery(_ query: borrowing QueryReader) throws(QueryError) -> AnalyticsQuery {
    guard let source = try query.source(catalog) else {
      throw QueryError("source", "source is needed")
    }
    let grain: RollupGrain
    switch query.text("by") {
    case nil, "day": grain = .day
    case "hour": grain = .hour
    case _: throw QueryError("by", "by is hour or day")
    }
    let dimension: RollupQuery.Dimension?
    switch query.text("dimension") {
    case nil: dimension = nil
    case "channel": dimension = .channel
    case "outcome": dimension = .outcome
    case _: throw QueryError("dimension", "dimension is channel or outcome")
    }
    let now = Clocks.wallMicroseconds()
    let last = grain.period(of: try query.span("to").map { $0.upperBound - 1 } ?? now)
    // A day, or thirty.
    let first =
      try query.span("from").map { grain.period(of: $0.lowerBound) }
      ?? last - (grain == .hour ? 23 : 29)
    let most = AnalyticsQuery.periodsMax[grain] ?? 0
    guard first <= last, last - first < most else {
      throw QueryError("from", "from lies before to, by at most \(most) periods")
    }
    return AnalyticsQuery(
      source: source,
      grain: grain,
      periods: first..<last + 1,
      dimension: dimension
    )
  }
}
