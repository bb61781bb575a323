import Alerts
import HTTP
import Payments
import Pipeline
import Storage

// The routes of alerts; the worker does what they ask.
extension Gateway {
  /// Hands a request over to the worker with its small body.
  func alert(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    manner: AlertWorker.Manner = .native,
    _ answer: inout HTTPAnswer,
    _ run: @escaping @Sendable (AlertWorker, RequestToken, RequestBody) throws -> Void
  ) -> Reception {
    let body = request.withBody { $0.byteCount <= RequestBody.bytesMax ? $0.array : nil }
    guard let body else {
      answer.fail(413, "too_large", "The body has up to 16 KiB")
      return .answered
    }
    let fields = RequestBody(body, from: nil)
    guard
      alertWorker.submit(
        token,
        manner,
        { worker in
          try fields.requireNoCard()
          try run(worker, token, fields)
        }
      )
    else {
      Gateway.overloaded(&answer)
      return .answered
    }
    return .later(milliseconds: AlertWorker.deadlineMilliseconds)
  }

  /// As `alert`, for the thing of a number in the path.
  func alert(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    numbered segment: PathSegment,
    _ answer: inout HTTPAnswer,
    _ run: @escaping @Sendable (AlertWorker, RequestToken, Int64, RequestBody) throws -> Void
  ) -> Reception {
    guard let id = request.text(of: segment).flatMap({ Int64($0) }), id > 0 else {
      answer.fail(404, "Not found", "There is nothing of that number")
      return .answered
    }
    return alert(request, token, &answer) { try run($0, $1, id, $2) }
  }

  /// As `alert`, for somebody who has signed in to S0's routes, by the user's number.
  func priceAlert(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer,
    _ run: @escaping @Sendable (AlertWorker, RequestToken, RequestBody, Int64) throws -> Void
  ) -> Reception {
    guard let owner = claims.flatMap({ clients.userID(email: $0.email) }) else {
      answer.start(401)
      answer.append(#"{"message":"Token Is Invalid!!"}"#)
      return .answered
    }
    return alert(request, token, manner: .prices, &answer) { try run($0, $1, $2, owner) }
  }

  /// `POST /alerts/fetch_all` (S0.8, S0.9), from memory where nothing has changed.
  func listPriceAlerts(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    filter: String?,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let owner = claims.flatMap({ clients.userID(email: $0.email) }) else {
      answer.start(401)
      answer.append(#"{"message":"Token Is Invalid!!"}"#)
      return .answered
    }
    let key: AlertListCache.Key
    do throws(QueryError) {
      let query = QueryReader(request)
      let limit = try query.number("limit", 1...AlertQuery.limitMax)
      let cursor = try query.number("cursor", 0...Int.max).map { Int64($0) }
      let page = try query.number("page", 1...1_000_000)
      key = AlertListCache.Key(
        owner: owner,
        filter: String((filter ?? "").prefix(16)),
        limit: limit ?? AlertQuery.limitMax,
        cursor: cursor,
        offset: ((page ?? 1) - 1) * (limit ?? AlertQuery.limitMax),
        isPaged: limit != nil || cursor != nil || page != nil
      )
    } catch {
      error.answer(&answer)
      return .answered
    }
    let revision = alertWorker.service.priceRevision(of: owner)
    if let body = alertLists.body(key, revision: revision) {
      answer.start(200)
      answer.append(body)
      return .answered
    }
    let stamp = AlertListCache.Stamp(key: key, revision: revision)
    guard alertWorker.submit(token, .prices, { try $0.listPrices(token, stamp) }) else {
      Gateway.overloaded(&answer)
      return .answered
    }
    return .later(milliseconds: AlertWorker.deadlineMilliseconds)
  }

  /// `GET /alerts` (S2.5).
  func listPaymentAlerts(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let (source, limit): (Source?, Int)
    do throws(QueryError) {
      let query = QueryReader(request)
      let payment = catalog.sources.first { $0.dialect == .payment }
      source = try query.source(catalog) ?? payment
      limit = try query.number("limit", 1...AlertQuery.limitMax) ?? AlertQuery.limitMax
    } catch {
      error.paymentAlerts(&answer)
      return .answered
    }
    let name = source?.name ?? ""
    return alert(request, token, manner: .list, &answer) { worker, token, _ in
      try worker.listPayments(token, name, limit)
    }
  }

  /// `GET /end` (S0.15).
  func endPrices(_ answer: inout HTTPAnswer) {
    alertWorker.service.endPrices()
    answer.start(200, type: "text/plain; charset=utf-8")
    answer.append("Process Ended")
  }

  /// `GET /api/v1/alerts`.
  func listAlerts(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    var wanted = AlertQuery(limit: 100)
    do throws(QueryError) {
      let query = QueryReader(request)
      wanted.limit = try query.number("limit", 1...AlertQuery.limitMax) ?? 100
      wanted.after = try query.number("cursor", 0...Int.max).map { Int64($0) }
      wanted.source = try query.source(catalog)?.name
      wanted.since = try query.span("since")?.lowerBound
      if let word = query.text("kind") {
        guard let kind = AlertKind(word: word) else {
          throw QueryError("kind", "kind is price, fraud or system")
        }
        wanted.kind = kind
      }
      if let word = query.text("state") {
        guard let state = AlertState(word: word) else {
          let words = AlertState.allCases.map(\.word).joined(separator: ", ")
          throw QueryError("state", "state is one of \(words)")
        }
        wanted.states = [state]
      }
    } catch {
      error.answer(&answer)
      return .answered
    }
    let query = wanted
    return alert(request, token, &answer) { worker, token, _ in
      try worker.listAlerts(token, query)
    }
  }

  /// A page of `limit` items behind `cursor`.
  func alertPage(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer,
    _ run: @escaping @Sendable (AlertWorker, RequestToken, Int64?, Int) throws -> Void
  ) -> Reception {
    let (limit, cursor): (Int, Int?)
    do throws(QueryError) {
      let query = QueryReader(request)
      limit = try query.number("limit", 1...AlertQuery.limitMax) ?? 100
      cursor = try query.number("cursor", 0...Int.max)
    } catch {
      error.answer(&answer)
      return .answered
    }
    return alert(request, token, &answer) { worker, token, _ in
      try run(worker, token, cursor.map { Int64($0) }, limit)
    }
  }

  /// The channel that a query names, webhooks where it names none.
  private func channel(of query: borrowing QueryReader) throws(QueryError) -> AlertChannel {
    let word = query.text("channel") ?? AlertChannel.webhook.word
    guard let channel = [AlertChannel.webhook, .mail].first(where: { $0.word == word }) else {
      throw QueryError("channel", "channel is webhook or mail")
    }
    return channel
  }

  /// `GET /api/v1/webhooks/dead-letters`.
  func deadLetters(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let channel: AlertChannel
    do throws(QueryError) {
      channel = try self.channel(of: QueryReader(request))
    } catch {
      error.answer(&answer)
      return .answered
    }
    return alertPage(request, token, &answer) { try $0.listDeadLetters($1, channel, $2, $3) }
  }

  /// `POST /api/v1/webhooks/dead-letters/replay`, of all or of one.
  func replayDeadLetters(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ name: String?,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let channel: AlertChannel
    do throws(QueryError) {
      channel = try self.channel(of: QueryReader(request))
    } catch {
      error.answer(&answer)
      return .answered
    }
    let id = name.map { Int64($0) ?? 0 }
    if let id, id <= 0 {
      answer.fail(404, "Not found", "There is no such dead letter")
      return .answered
    }
    return alert(request, token, &answer) { worker, token, _ in
      try worker.replay(token, channel, id)
    }
  }
}

extension QueryError {
  /// As S2 says it.
  func paymentAlerts(_ answer: inout HTTPAnswer) {
    var json = JSONText()
    json.open("{")
    json.field("values", "")
    json.field("message", message)
    json.close("}")
    answer.start(400)
    answer.append(json.bytes)
  }
}
