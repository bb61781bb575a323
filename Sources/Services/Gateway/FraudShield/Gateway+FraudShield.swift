import HTTP
import Payments
import Pipeline
import Storage

// What S1's clients ask of its services; bad requests answer 400, as there.
extension Gateway {
  static let offsetMax = 100_000
  static let trendDaysMax = 3650

  /// The source that a request of S1's clients is about: paysim, or the one it names.
  func fraudShieldSource(
    _ request: borrowing HTTPRequest,
    _ answer: inout HTTPAnswer
  ) -> Source? {
    do throws(QueryError) {
      let named = try QueryReader(request).source(catalog)
      if let source = named ?? catalog.source(named: Dialect.paysim.word) { return source }
      throw QueryError("source", "there is no source of mobile money")
    } catch {
      error.answer(&answer, status: 400)
      return nil
    }
  }

  /// Answers from what the projection has added up or kept of a source.
  func fraudShieldRead(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer,
    _ read: @escaping @Sendable (ReadWorker, Source) throws -> (status: Int, body: JSONText)
  ) -> Reception {
    guard let source = fraudShieldSource(request, &answer) else { return .answered }
    let committed = core.committed
    reader.submit(token) { reader in
      try reader.requireProjection(committed)
      let (status, body) = try read(reader, source)
      reader.reply(token, status, body)
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// `GET /api/v1/analytics/fraud-trends?days=30` (S1.29).
  func fraudTrends(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    do throws(QueryError) {
      let days = try QueryReader(request).number("days", 1...Gateway.trendDaysMax) ?? 30
      return fraudShieldRead(request, token, &answer) { reader, source in
        (200, try reader.fraudTrends(source, days: days))
      }
    } catch {
      error.answer(&answer, status: 400)
      return .answered
    }
  }

  /// A page as S1's lists have it: `limit`, `offset`.
  private func page(_ query: borrowing QueryReader) throws(QueryError) -> DecisionQuery {
    var page = DecisionQuery(limit: 100)
    page.limit = try query.number("limit", 1...DecisionQuery.limitMax) ?? page.limit
    page.offset = try query.number("offset", 0...Gateway.offsetMax) ?? 0
    return page
  }

  /// `GET /api/v1/ingest/transactions?limit&offset&date` (S1.19).
  func ingestedTransactions(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    do throws(QueryError) {
      let query = QueryReader(request)
      var page = try page(query)
      let day = try query.day("date")
      page.receivedFrom = day?.lowerBound
      page.receivedBefore = day?.upperBound
      let wanted = page
      return fraudShieldRead(request, token, &answer) { reader, source in
        (200, try reader.ingested(source, wanted))
      }
    } catch {
      error.answer(&answer, status: 400)
      return .answered
    }
  }

  /// `GET /api/v1/database/transactions?limit&offset&start_date&end_date` (S1.24).
  func storedTransactions(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    do throws(QueryError) {
      let query = QueryReader(request)
      var page = try page(query)
      page.receivedFrom = try query.span("start_date")?.lowerBound
      page.receivedBefore = try query.span("end_date")?.upperBound
      let wanted = page
      return fraudShieldRead(request, token, &answer) { reader, source in
        (200, try reader.stored(source, wanted))
      }
    } catch {
      error.answer(&answer, status: 400)
      return .answered
    }
  }

  /// `GET /api/v1/database/predictions?transaction_id&limit` (S1.26).
  func predictions(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    do throws(QueryError) {
      let query = QueryReader(request)
      let page = try page(query)
      let id = query.text("transaction_id").map { Array($0.utf8) }
      return fraudShieldRead(request, token, &answer) { reader, source in
        (200, try reader.predictions(source, page, id: id))
      }
    } catch {
      error.answer(&answer, status: 400)
      return .answered
    }
  }

  /// `GET /api/v1/database/health` (S1.27).
  func databaseHealth(_ token: RequestToken, _ answer: inout HTTPAnswer) -> Reception {
    reader.submit(token) { reader in
      let (status, body) = reader.databaseHealth()
      reader.reply(token, status, body)
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// `GET /api/v1/model/health` (S1.10): 503 and `degraded` while the scorecard scores.
  func modelHealth(
    _ request: borrowing HTTPRequest,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let source = fraudShieldSource(request, &answer) else { return .answered }
    let isLoaded = core.status.scoring[source.id]?.model != nil
    var json = JSONText.service("Model Service", status: isLoaded ? "healthy" : "degraded")
    json.key("model_loaded")
    json.value(isLoaded)
    json.close("}")
    answer.start(isLoaded ? 200 : 503)
    answer.append(json.bytes)
    return .answered
  }

  /// `GET /api/v1/model/model/info` (S1.13).
  func modelInformation(
    _ request: borrowing HTTPRequest,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let source = fraudShieldSource(request, &answer) else { return .answered }
    let scoring = core.status.scoring[source.id]
    let features = scoring?.features ?? []
    var json = JSONText()
    json.open("{")
    json.field("model_type", scoring?.model ?? "scorecard")
    json.field("feature_columns", JSONText.array) { json in features.forEach { json.value($0) } }
    json.key("loaded_at")
    json.value(Timestamp(microseconds: scoring?.since ?? 0).description)
    json.field("service", "Model Service")
    json.field("n_features", features.count)
    json.field("classes", JSONText.array) { json in
      json.value(0)
      json.value(1)
    }
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
    return .answered
  }
}

extension JSONText {
  /// The beginning of a service's health.
  static func service(_ name: String, status: String) -> JSONText {
    var json = JSONText()
    json.open("{")
    json.field("status", status)
    json.field("service", name)
    json.field("version", "1.0.0")
    json.field("timestamp", Timestamp(microseconds: Clocks.wallMicroseconds()).description)
    return json
  }
}
