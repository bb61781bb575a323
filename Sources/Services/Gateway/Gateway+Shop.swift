import HTTP
import Intake
import Journal
import Payments
import Pipeline
import Storage

// The shop's form (S4): its own shapes and statuses.
extension Gateway {
  /// `POST /api/transaction` (S4.1): decided in line, answered as one that was sent on.
  func shopTransaction(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let decoder = decoders.first(where: { $0.source.dialect == .retail }) else {
      Gateway.shopFailure("there is no source for it", &answer)
      return .answered
    }
    let submission = makeSubmission(token, .shop)
    do throws(InputError) {
      try parse(request, with: decoder)
      guard try decoder.advance(root: true) else {
        throw InputError(.malformed, "the body is a JSON object")
      }
      try submission.add(from: decoder)
    } catch {
      release(submission)
      Gateway.shopRefusal(error.field, error.description, &answer)
      return .answered
    }
    begin(token, .error, .shop)
    pending[Int(token.slot)].items = 1
    send(submission)
    return .later(milliseconds: Int(decoder.source.deadlineMilliseconds))
  }

  /// The answer to a transaction that is decided on and durable.
  func writeShop(_ submission: Submission, _ answer: inout HTTPAnswer) {
    guard let result = submission.results.first, let item = submission.items.first else {
      return Gateway.shopFailure("nothing was taken", &answer)
    }
    switch result {
    case .decided, .duplicate: break
    case .future, .conflict, .cardNumber, .refused, .quarantined, .logged, .known:
      return Gateway.shopRefusal(
        Gateway.field(of: result),
        Gateway.message(of: result),
        &answer
      )
    case .unavailable: return Gateway.shopFailure(Gateway.message(of: result), &answer)
    }
    let bytes = submission.bytes
    let record = bytes.span.extracting(item)
    json.reset()
    json.open("{")
    json.key("status")
    json.value("transaction sent to Kafka")
    json.key("transaction")
    json.open("{")
    json.key("amount")
    let scale = catalog.source(TransactionRecord.source(record))?.currency.scale ?? 2
    json.money(TransactionRecord.amount(record).minorUnits, scale: scale)
    json.key("location")
    json.value(record.extracting(TransactionRecord.text(Schema.Text.location, record)))
    json.key("user_id")
    json.value(record.extracting(TransactionRecord.text(Schema.Text.account, record)))
    json.key("time")
    json.value(TransactionRecord.time(record).description)
    json.close("}")
    json.close("}")
    answer.start(settings.shopStatus)
    answer.append(json.bytes)
  }

  /// Says that nothing durable came in time; the transaction may be taken yet.
  static func shopFailure(_ why: String, _ answer: inout HTTPAnswer) {
    var json = JSONText()
    json.open("{")
    json.key("detail")
    json.value("Failed to process transaction: \(why)")
    json.close("}")
    answer.start(500)
    answer.append(json.bytes)
  }

  static func shopRefusal(
    _ field: String?,
    _ message: String,
    in place: String = "body",
    _ answer: inout HTTPAnswer
  ) {
    var json = JSONText()
    json.open("{")
    json.key("detail")
    json.open("[")
    json.open("{")
    json.key("loc")
    json.open("[")
    json.value(place)
    if let field { json.value(field) }
    json.close("]")
    json.key("msg")
    json.value(message)
    json.key("type")
    json.value("value_error")
    json.close("}")
    json.close("]")
    json.close("}")
    answer.start(422)
    answer.append(json.bytes)
  }

  /// `GET /api/transactions` (S4.2): the newest rows, oldest of them first.
  func shopTransactions(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    rows(of: .retail, request, token, limit: 1000, &answer) { reader, rows, json in
      json.open("[")
      try reader.show(rows.reversed()) { row, record, source in
        DialectText.retail(record, isFraud: row.isFlagged, source, into: &json)
      }
      json.close("]")
    }
  }

  /// `GET /latest` (S3.8): the newest transfers between wallets, newest first.
  func latestTransfers(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    rows(of: .crypto, request, token, limit: 50, &answer) { reader, rows, json in
      json.open("[")
      try reader.show(rows) { row, record, source in
        DialectText.crypto(record, isFraud: row.isFlagged, source, into: &json)
      }
      json.close("]")
    }
  }

  /// `GET` and `POST /api/fetch` (S0.27): what was decided on anonymised payments, newest first.
  func fetchEntries(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    rows(of: .anonymised, request, token, limit: 1000, &answer) { reader, rows, json in
      json.open("{")
      json.key("entries")
      json.open("[")
      try reader.show(rows) { row, record, source in
        DialectText.anonymised(record, isFraud: row.isFlagged, source, into: &json)
      }
      json.close("]")
      json.close("}")
    }
  }

  /// Reads the newest decisions of a dialect's source and shows them as it has them.
  private func rows(
    of dialect: Dialect,
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    limit: Int,
    _ answer: inout HTTPAnswer,
    _ write: @escaping @Sendable (ReadWorker, [DecisionRow], inout JSONText) throws -> Void
  ) -> Reception {
    var query = DecisionQuery(limit: limit)
    do throws(QueryError) {
      query.limit =
        try QueryReader(request).number("limit", 1...DecisionQuery.limitMax) ?? limit
    } catch {
      Gateway.shopRefusal(error.field, error.message, in: "query", &answer)
      return .answered
    }
    query.source = catalog.sources.first { $0.dialect == dialect }?.id
    let (wanted, committed) = (query, core.committed)
    reader.submit(token) { reader in
      try reader.requireProjection(committed)
      var json = JSONText()
      try write(reader, reader.store.decisions(wanted), &json)
      reader.reply(token, 200, json)
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }
}

extension ReadWorker {
  /// Shows the transactions of rows, those that are still kept.
  func show(
    _ rows: some Sequence<DecisionRow>,
    _ show: (DecisionRow, borrowing Span<UInt8>, Source) -> Void
  ) throws {
    for row in rows where try loadKept(Position(bytes: row.position)) {
      guard let source = catalog.source(Int(row.source)) else { continue }
      let bytes = entry
      let span = bytes.span
      show(row, span.extracting(EntryHeader.size..<bytes.count), source)
    }
  }
}
