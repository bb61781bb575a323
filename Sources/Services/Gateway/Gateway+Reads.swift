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
    if let name = request.value(of: "source") { sources = sources.filter { $0.name == name } }
    let bytes = Array(id.utf8)
    let keys = sources.map { IdentityIndex.key(source: Int($0.id), bytes.span) }
    let position = keys.lazy.compactMap { [recent] in recent.find($0) }.first
    reader.submit(
      .decision(
        token,
        sources: sources.map(\.id),
        id: bytes,
        position: position,
        committed: core.committed
      )
    )
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// `GET /api/v1/transactions`: pages of decisions, newest first.
  func list(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    var query = DecisionQuery(limit: 100)
    func refuse(_ field: StaticString, _ expected: StaticString) {
      answer.start(422)
      answer.append(#"{"error":"invalid","field":""#)
      answer.append(field)
      answer.append(#"","message":""#)
      answer.append(expected)
      answer.append("\"}")
    }
    if let text = request.value(of: "limit") {
      guard let limit = Int(text), (1...DecisionQuery.limitMax).contains(limit) else {
        refuse("limit", "limit is a number from 1 to 1000")
        return .answered
      }
      query.limit = limit
    }
    if let text = request.value(of: "cursor") {
      guard let before = UInt64(text) else {
        refuse("cursor", "cursor comes from the page before")
        return .answered
      }
      query.before = before
    }
    if let text = request.value(of: "outcome") {
      guard let outcome = Outcome(word: text) else {
        refuse("outcome", "outcome is approve, challenge, review or decline")
        return .answered
      }
      query.outcome = outcome
    }
    if let text = request.value(of: "min_score") {
      guard let score = Float(text), (0...1).contains(score) else {
        refuse("min_score", "min_score is a number from 0 to 1")
        return .answered
      }
      query.minimumScore = score
    }
    if let name = request.value(of: "source") {
      guard let source = catalog.source(named: name) else {
        refuse("source", "there is no such source")
        return .answered
      }
      query.source = source.id
    }
    query.account = request.value(of: "account")
    reader.submit(.list(token, query, committed: core.committed))
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
    reader.submit(
      .label(token, body, submission, owner: self, recent: recent, committed: core.committed)
    )
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }
}
