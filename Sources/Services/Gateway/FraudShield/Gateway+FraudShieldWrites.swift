import HTTP
import Intake
import Payments
import Pipeline

extension Gateway {
  /// `POST /api/v1/ingest/ingest` (S1.17) and `/api/v1/database/transactions` (S1.23): one
  /// transaction, under `transaction` or bare, is decided on and durable when it is answered.
  func takeOne(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ shape: Shape,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let source = fraudShieldSource(request, &answer),
      let decoder = decoder(source.name, &answer)
    else { return .answered }
    let submission = makeSubmission(token, shape)
    do throws(InputError) {
      try parse(request, with: decoder)
      guard decoder.rootKind == .object else {
        throw InputError(.malformed, "the body is an object")
      }
      _ = decoder.enter("transaction")
      guard try decoder.advance(root: true) else {
        throw InputError(.malformed, "the body is an object with an object 'transaction'")
      }
      try submission.add(from: decoder)
    } catch {
      release(submission)
      Gateway.fraudShieldRefusal(error, &answer)
      return .answered
    }
    let slot = begin(token, .error, shape)
    pending[slot].items = 1
    return hand(over: submission, slot, &answer)
  }

  static func fraudShieldRefusal(_ error: InputError, _ answer: inout HTTPAnswer) {
    var json = JSONText()
    json.open("{")
    json.field("error", "Invalid request")
    if let field = error.field { json.field("field", field) }
    json.field("message", error.description)
    json.close("}")
    answer.start(error.code == .tooLarge ? 413 : 400)
    answer.append(json.bytes)
  }

  /// The answer to one transaction that was taken, in the shape of its service; its status.
  func writeTaken(_ submission: Submission, _ shape: Shape) -> Int {
    guard let result = submission.results.first, let item = submission.items.first else {
      return 500
    }
    json.open("{")
    switch result {
    case .decided, .duplicate: break
    default:
      json.field("error", Gateway.word(of: result))
      if case .cardNumber = result { json.field("field", "transaction_id") }
      json.field("message", Gateway.message(of: result))
      json.close("}")
      let status = Gateway.status(of: result)
      return status == 422 ? 400 : status
    }
    let bytes = submission.bytes
    let record = bytes.span.extracting(item)
    json.field("status", "success")
    if shape == .stored { json.field("message", "Transaction stored successfully") }
    json.key("transaction_id")
    json.value(record.extracting(TransactionRecord.text(Schema.Text.id, record)))
    if shape == .ingested {
      json.field("ingested_at", Timestamp(microseconds: submission.receivedAt).description)
      json.field("service", "Ingest Service")
    }
    json.close("}")
    return 200
  }

  /// `POST /api/v1/database/predictions` (S1.25): predictions are the log's own, so that one of a
  /// decided transaction is acknowledged and nothing is stored.
  func takePrediction(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let source = fraudShieldSource(request, &answer) else { return .answered }
    let body = request.withBody { $0.array }
    let id: [UInt8]
    do throws(InputError) {
      id = try Gateway.predictionId(body)
    } catch {
      Gateway.fraudShieldRefusal(error, &answer)
      return .answered
    }
    let committed = core.committed
    reader.submit(token) { reader in
      guard try reader.find([source.id], id, nil, committed) != nil else {
        return reader.fail(token, 404, "Not found", "There is no such transaction")
      }
      var json = JSONText()
      json.open("{")
      json.field("status", "success")
      json.field("message", "The prediction is the decision in the log; nothing else is stored")
      json.field("transaction_id", String(decoding: id, as: UTF8.self))
      json.close("}")
      reader.reply(token, 200, json)
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  private static let predictionBytesMax = 64 << 10

  private static func predictionId(_ body: [UInt8]) throws(InputError) -> [UInt8] {
    guard body.count <= predictionBytesMax else {
      throw InputError(.tooLarge, "a prediction has up to 64 KiB")
    }
    let reader = JSONReader(names: [("transaction_id", 0)], bytesMax: predictionBytesMax)
    let padded = body + [UInt8](repeating: 0, count: JSONReader.padding)
    try reader.parse(padded: padded.span, count: body.count)
    _ = reader.rootKind == .object && reader.enter("prediction")
    guard case .object = reader.next(root: true) else {
      throw InputError(.malformed, "the body is an object with an object 'prediction'")
    }
    let id: [UInt8]
    switch reader.kind(0) {
    case .text: id = reader.withText(0) { $0.array }
    case .integer: id = Array(String(reader.integer(0)).utf8)
    default: throw InputError(.invalid, field: "transaction_id", "is a text, and is missing")
    }
    guard (1...TransactionRecord.textBytesMax).contains(id.count) else {
      throw InputError(.invalid, field: "transaction_id", "has 1 to 256 bytes")
    }
    return id
  }
}
