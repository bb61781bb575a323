import HTTP
import Journal
import Payments
import Pipeline
import Storage

extension Gateway {
  /// `GET /api/v1/decisions/{id}`: a decision with its whole explanation.
  func decision(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ id: String?,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let id, !id.isEmpty, id.utf8.count <= TransactionRecord.textBytesMax else {
      answer.fail(404, "Not found", "There is no such decision")
      return .answered
    }
    var sources = catalog.sources
    do throws(QueryError) {
      if let source = try QueryReader(request).source(catalog) { sources = [source] }
    } catch {
      error.answer(&answer)
      return .answered
    }
    let bytes = Array(id.utf8)
    let keys = sources.map { IdentityIndex.key(source: Int($0.id), bytes.span) }
    let position = keys.lazy.compactMap { [recent] in recent.find($0) }.first
    let (numbers, committed) = (sources.map(\.id), core.committed)
    reader.submit(token) { try $0.decision(token, numbers, bytes, position, committed) }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// `GET /api/v1/transactions`: pages of decisions, newest first.
  func list(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    var query = DecisionQuery(limit: 100)
    do throws(QueryError) {
      let items = QueryReader(request)
      query.limit = try items.number("limit", 1...DecisionQuery.limitMax) ?? query.limit
      if let text = items.text("cursor") {
        guard let before = UInt64(text) else {
          throw QueryError("cursor", "cursor comes from the page before")
        }
        query.before = before
      }
      query.outcome = try items.outcome()
      query.minimumScore = try items.score("min_score")
      query.source = try items.source(catalog)?.id
      query.account = items.text("account")
    } catch {
      error.answer(&answer)
      return .answered
    }
    let (wanted, committed) = (query, core.committed)
    reader.submit(token) { try $0.list(token, wanted, committed) }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// `POST /api/v1/labels`: what became known of a transaction.
  func label(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let body = request.withBody { $0.array }
    guard body.count <= 1 << 20 else {
      answer.fail(413, "too_large", "Labels come in requests of up to 1 MiB")
      return .answered
    }
    begin(token, .error, .label)
    let submission = makeSubmission(token, .label)
    submission.kind = .entries(.label)
    let (recent, committed) = (recent, core.committed)
    reader.submit(token) { [self] reader in
      try reader.label(token, body, submission, self, recent, committed)
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }
}
