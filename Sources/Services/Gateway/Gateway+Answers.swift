import HTTP
import Intake
import Journal
import Payments
import Pipeline

extension Gateway {
  /// Answers a request whose decisions are durable.
  func finish(_ submission: Submission, _ loop: HTTPLoop) {
    defer { release(submission) }
    guard let shape = Shape(rawValue: submission.context), shape != .fallback else { return }
    count(submission)
    let token = RequestToken(bits: submission.token)
    let slot = Int(token.slot)
    if !expiredAnswers.isEmpty, let answered = expiredAnswers.removeValue(forKey: token.bits) {
      logFallback(answered, submission)
      return
    }
    let isMine = pending[slot].token == token.bits
    let seconds = Double(Clocks.monotonicNanoseconds() - submission.submittedAt) / 1e9
    if ![.label, .activity, .release, .erasure, .clock].contains(shape) {
      metrics.note(seconds: seconds)
    }
    loop.answer(token) { answer in write(shape, submission, slot, &answer) }
    if isMine { pending[slot].token = 0 }
  }

  /// Answers a request none of whose items could be submitted.
  func finishNow(_ submission: Submission, _ slot: Int, _ answer: inout HTTPAnswer) {
    write(pending[slot].shape, submission, slot, &answer)
    pending[slot].token = 0
    release(submission)
  }

  private func count(_ submission: Submission) {
    let bytes = submission.bytes
    let decisions = submission.decisions
    let (span, decided) = (bytes.span, decisions.span)
    for (item, result) in zip(submission.items, submission.results) {
      switch result {
      case .decided(let position, let range):
        let record = span.extracting(item)
        let id = record.extracting(TransactionRecord.text(Schema.Text.id, record))
        recent.note(
          IdentityIndex.key(source: TransactionRecord.source(record), id),
          position
        )
        metrics.count(decided.extracting(range))
      case .duplicate: metrics.countDuplicate()
      case .unavailable(.diskFull): metrics.countFailed(.full_disk)
      case .unavailable(.clockStep): metrics.countFailed(.clock)
      case .unavailable(.unreadable): metrics.countFailed(.unreadable)
      case .conflict: metrics.countFailed(.conflict)
      case .quarantined: metrics.countFailed(.quarantined)
      case .future, .cardNumber, .refused: metrics.countFailed(.invalid)
      case .logged, .known: break
      }
    }
  }

  private func write(
    _ shape: Shape,
    _ submission: Submission,
    _ slot: Int,
    _ answer: inout HTTPAnswer
  ) {
    json.reset()
    var status = 200
    switch shape {
    case .score, .scoreExplained, .scoreForwarded: writeScores(submission, slot, shape)
    case .lines: writeLines(submission, slot)
    case .single, .singleExplained:
      status = writeSingle(submission, explained: shape == .singleExplained)
    case .label: status = writeLabels(submission)
    case .activity: status = writeActivities(submission)
    case .release: status = writeReleased(submission)
    case .clock: status = writeClock(submission)
    case .erasure: status = writeErasure(submission)
    case .shop: return writeShop(submission, &answer)
    case .ingested, .stored: status = writeTaken(submission, shape)
    case .fallback: break
    }
    // A request is refused as a whole, before any of it was decided.
    if case .unavailable(let obstacle) = submission.results.first {
      return Gateway.overloaded(&answer, because: obstacle)
    }
    answer.start(status)
    answer.append(json.bytes)
  }

  /// Visits the request's items in their order: submitted ones and those that were refused before.
  private func visit(
    _ submission: Submission,
    _ slot: Int,
    _ submitted: (Int) -> Void,
    _ refused: (String?, InputError) -> Void
  ) {
    var next = 0
    let errors = pending[slot].errors
    var error = 0
    for place in 0..<pending[slot].items {
      if error < errors.count, errors[error].place == place {
        refused(errors[error].id, errors[error].error)
        error += 1
      } else if next < submission.items.count {
        submitted(next)
        next += 1
      }
    }
  }

  private func writeScores(_ submission: Submission, _ slot: Int, _ shape: Shape) {
    let (bytes, decisions) = (submission.bytes, submission.decisions)
    json.open("{")
    json.key("results")
    json.open("[")
    visit(submission, slot) { index in
      let span = bytes.span
      let record = span.extracting(submission.items[index])
      let id = record.extracting(TransactionRecord.text(Schema.Text.id, record))
      json.open("{")
      json.key("transaction_id")
      json.id(id, of: submission.results[index])
      switch submission.results[index] {
      case .decided(_, let range), .duplicate(_, let range):
        let decided = decisions.span
        let decision = decided.extracting(range)
        let score = DecisionRecord.score(decision)
        json.key("risk")
        json.value(score)
        json.key("prediction")
        json.value(score >= 0.5 ? 1 : 0)
        json.key("confidence")
        json.value(max(score, 1 - score))
        json.key("outcome")
        json.value(DecisionRecord.outcome(decision).word)
        if case .duplicate = submission.results[index] {
          json.key("duplicate")
          json.value(true)
        }
        if shape == .scoreExplained {
          text.contributions(decision, catalog.program(of: decision), into: &json)
        }
      case let result: writeScoreError(Gateway.message(of: result))
      }
      json.close("}")
    } _: { id, error in
      json.open("{")
      json.key("transaction_id")
      if let id { json.value(id) } else { json.null() }
      writeScoreError("Invalid transaction data")
      json.key("detail")
      json.value(error.description)
      json.close("}")
    }
    json.close("]")
    json.key("processed_at")
    json.value(Timestamp(microseconds: submission.receivedAt).description)
    json.key("service")
    json.raw(#""Model Service""#)
    json.key("model_version")
    json.raw(#""1.0.0""#)
    if shape == .scoreForwarded {
      json.key("forwarded_by")
      json.raw(#""Ingest Service""#)
      json.key("forwarded_at")
      json.value(Timestamp(microseconds: Clocks.wallMicroseconds()).description)
    }
    json.close("}")
  }

  private func writeScoreError(_ message: String) {
    json.key("error")
    json.value(message)
    json.key("risk")
    json.null()
    json.key("prediction")
    json.null()
  }

  static func message(of result: Submission.Result) -> String {
    switch result {
    case .decided, .duplicate, .logged, .known: ""
    case .conflict: "transaction_id was used before for another content"
    case .cardNumber: "the id \(CardNumber.idRefusal)"
    case .future: "the time lies too far in the future"
    case .unavailable(let obstacle): "\(obstacle); try again later"
    case .quarantined(let why): why
    case .refused(let why): why
    }
  }

  static func status(of result: Submission.Result) -> Int {
    switch result {
    case .decided, .duplicate, .logged, .known: 200
    case .conflict: 409
    case .future, .cardNumber, .quarantined, .refused: 422
    case .unavailable: 503
    }
  }

  private func writeItem(_ submission: Submission, _ index: Int, explained: Bool) {
    let (bytes, decisions) = (submission.bytes, submission.decisions)
    let span = bytes.span
    let record = span.extracting(submission.items[index])
    json.open("{")
    switch submission.results[index] {
    case .decided(let position, let range), .duplicate(let position, let range):
      let decided = decisions.span
      text.fields(
        record: record,
        decision: decided.extracting(range),
        contributions: explained,
        into: &json
      )
      json.key("position")
      json.value(Int(clamping: position.bytes))
      if case .duplicate = submission.results[index] {
        json.key("duplicate")
        json.value(true)
      }
    case let result:
      let id = record.extracting(TransactionRecord.text(Schema.Text.id, record))
      json.key("transaction_id")
      json.id(id, of: result)
      json.key("error")
      json.value(Gateway.word(of: result))
      if case .cardNumber = result {
        let isKey = id.array.starts(with: Gateway.idempotencyPrefix.utf8)
        json.field("field", isKey ? "Idempotency-Key" : "transaction_id")
      }
      json.key("message")
      json.value(Gateway.message(of: result))
    }
    json.close("}")
  }

  /// The field that a result is about; nil where it is about none.
  static func field(of result: Submission.Result) -> String? {
    switch result {
    case .cardNumber: "transaction_id"
    case .future: "time"
    default: nil
    }
  }

  static func word(of result: Submission.Result) -> String {
    switch result {
    case .conflict: "conflict"
    case .unavailable: "unavailable"
    case .quarantined: "quarantined"
    default: "invalid"
    }
  }

  private func writeSingle(_ submission: Submission, explained: Bool) -> Int {
    guard let result = submission.results.first else { return 500 }
    writeItem(submission, 0, explained: explained)
    return Gateway.status(of: result)
  }

  private func writeLines(_ submission: Submission, _ slot: Int) {
    json.open("{")
    json.key("results")
    json.open("[")
    visit(submission, slot) { index in
      writeItem(submission, index, explained: false)
    } _: { id, error in
      json.open("{")
      json.key("transaction_id")
      if let id { json.value(id) } else { json.null() }
      json.key("error")
      json.value(error.code.rawValue)
      json.key("message")
      json.value(error.description)
      json.close("}")
    }
    json.close("]")
    json.close("}")
  }

  private func writeLabels(_ submission: Submission) -> Int {
    let logged = submission.results.count {
      if case .logged = $0 { true } else { false }
    }
    json.open("{")
    json.key("labels")
    json.value(logged)
    if case .quarantined(let why) = submission.results.first {
      json.key("error")
      json.value("quarantined")
      json.key("message")
      json.value(why)
    }
    json.close("}")
    guard let first = submission.results.first else { return 500 }
    return Gateway.status(of: first)
  }
}

// Deadlines.
extension Gateway {
  /// Answers as the source says where a decision does not come in time.
  func fallback(_ slot: Int, _ answer: inout HTTPAnswer) {
    metrics.countFallback()
    let outcome: Outcome?
    switch pending[slot].onDeadline {
    case .approve: outcome = .approve
    case .review: outcome = .review
    case .decline: outcome = .decline
    case .error: outcome = nil
    }
    let isFact = [.label, .activity, .erasure].contains(pending[slot].shape)
    if !isFact {
      expiredAnswers[pending[slot].token] = outcome?.rawValue ?? Gateway.answeredWithError
    }
    pending[slot].token = 0
    if pending[slot].shape == .shop {
      return Gateway.shopFailure("no durable answer in time", &answer)
    }
    guard let outcome, !isFact else {
      answer.start(504)
      answer.header("Retry-After", 1)
      answer.appendFailure(
        "Deadline exceeded",
        isFact ? "It may be logged yet" : "No decision was made in time; ask again"
      )
      return
    }
    json.reset()
    json.open("{")
    json.key("outcome")
    json.value(outcome.word)
    json.key("decided_by")
    json.value("fallback")
    json.key("score")
    json.null()
    json.key("items")
    json.value(pending[slot].items)
    if [.score, .scoreExplained, .scoreForwarded].contains(pending[slot].shape) {
      writeFallbackResults(outcome, pending[slot].items)
    }
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// As many results as were asked for, in the shape of `score`.
  private func writeFallbackResults(_ outcome: Outcome, _ count: Int) {
    json.key("results")
    json.open("[")
    for _ in 0..<count {
      json.open("{")
      json.key("risk")
      json.null()
      json.key("prediction")
      json.null()
      json.key("outcome")
      json.value(outcome.word)
      json.key("decided_by")
      json.value("fallback")
      json.close("}")
    }
    json.close("]")
  }

  /// Stands in a fallback entry where the source asks for an error.
  static let answeredWithError: UInt8 = 255

  /// Logs what was answered before the decision, with the decision's position.
  private func logFallback(_ answered: UInt8, _ submission: Submission) {
    let entry = Submission()
    entry.context = Shape.fallback.rawValue
    entry.kind = .entries(.fallback)
    for result in submission.results {
      guard case .decided(let position, _) = result else { continue }
      entry.add { bytes in
        bytes.append(little: position.bytes)
        bytes.append(answered)
      }
    }
    if !entry.items.isEmpty { unlogged.append(entry) }
  }
}

extension JSONText {
  /// An id as it was sent, unless it is refused for a card number in it, which is hidden.
  fileprivate mutating func id(_ id: borrowing Span<UInt8>, of result: Submission.Result) {
    guard case .cardNumber = result else { return value(id) }
    value(CardNumber.masked(String(decoding: id.array, as: UTF8.self)))
  }
}
