import HTTP
import Payments
import Pipeline
import Storage

/// A table that a client asked for.
struct ExportJob: Sendable {
  var source: Source
  /// Of which decisions; its limit is not used.
  var query: DecisionQuery
  /// Whether the body comes in chunks; HTTP/1.0 knows none, there it ends with the connection.
  var isChunked: Bool
}

extension Gateway {
  /// `GET /api/v1/ingest/export` and `/api/v1/database/export` (S1.21, S1.54): a CSV file, newest
  /// rows first, written as the client takes it.
  func export(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let source = fraudShieldSource(request, &answer) else { return .answered }
    var query = DecisionQuery(limit: DecisionQuery.limitMax)
    query.source = source.id
    do throws(QueryError) {
      let items = QueryReader(request)
      let day = try items.day("date")
      query.receivedFrom = try items.span("start_date")?.lowerBound ?? day?.lowerBound
      query.receivedBefore = try items.span("end_date")?.upperBound ?? day?.upperBound
    } catch {
      error.answer(&answer, status: 400)
      return .answered
    }
    guard exports.hasRoom else {
      Gateway.overloaded(&answer)
      return .answered
    }
    let job = ExportJob(source: source, query: query, isChunked: request.minorVersion > 0)
    let committed = core.committed
    reader.submit(token) { reader in
      // An export of half the rows would be taken for the whole.
      guard try reader.waitForProjection(committed) else {
        return reader.fail(token, 503, "Unavailable", "The store is behind the log; try again")
      }
      var one = job.query
      one.limit = 1
      guard try !reader.store.decisions(one).isEmpty else {
        return reader.fail(token, 404, "Not found", "There are no transactions to export")
      }
      reader.reply(token, job)
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// Sends the head of an export and hands its connection over.
  func begin(_ job: ExportJob, _ token: RequestToken, _ loop: HTTPLoop) {
    let name = Timestamp(microseconds: Clocks.wallMicroseconds()).plain
      .filter { $0.isNumber || $0 == " " }.replacing(" ", with: "_")
    let stream = exports.expect(job)
    let isBegun = loop.handOver(token, to: exports.streams, .body, as: stream) { answer in
      answer.startStream(200, type: "text/csv; charset=utf-8")
      answer.header("Content-Disposition", "attachment; filename=\"transactions_\(name).csv\"")
      answer.header("Cache-Control", "no-store")
      if job.isChunked { answer.header("Transfer-Encoding", "chunked") }
      answer.header("Connection", "close")
    }
    if !isBegun { exports.forget(stream) }
  }
}
