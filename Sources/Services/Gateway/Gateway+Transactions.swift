import HTTP
import Intake
import Payments
import Pipeline

extension Gateway {
  /// Transactions that one request may carry.
  static let itemsMax = 1000

  /// `POST /api/v1/score`: the shapes of S1.6 and S1.11; paysim's fields unless `source` names
  /// another source.
  func score(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    as forwarded: Shape? = nil,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let decoder = decoder(request.value(of: "source") ?? "paysim", &answer) else {
      return .answered
    }
    do throws(InputError) {
      try parse(request, with: decoder)
    } catch {
      metrics.countFailed(.invalid)
      Gateway.refuse(error, &answer)
      return .answered
    }
    guard let count = decoder.openArray("transactions") else {
      answer.fail(400, "Invalid request", "The body is an object with an array 'transactions'")
      return .answered
    }
    guard count > 0, count <= Gateway.itemsMax else {
      answer.fail(400, "Invalid transactions", "'transactions' holds 1 to 1000 transactions")
      return .answered
    }
    let explained = request.value(of: "explain") == "1"
    let shape = forwarded ?? (explained ? .scoreExplained : .score)
    let submission = makeSubmission(token, shape)
    let slot = begin(token, decoder.source.onDeadline, shape)
    for place in 0..<count {
      do throws(InputError) {
        guard try decoder.advance() else { break }
        try submission.add(from: decoder)
      } catch {
        metrics.countFailed(.invalid)
        pending[slot].errors.append((place, decoder.clientId, error))
      }
    }
    pending[slot].items = count
    return hand(over: submission, slot, &answer)
  }

  /// `POST /api/v1/transactions`: one native transaction, an array of them, or NDJSON.
  func ingest(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let decoder = decoder(request.value(of: "source") ?? "native", &answer) else {
      return .answered
    }
    let isLines =
      request.withHeader("Content-Type") { $0.array }.map {
        String(decoding: $0, as: UTF8.self).lowercased().contains("ndjson")
      } ?? false
    if isLines { return ingestLines(request, token, decoder, &answer) }
    let explain = request.value(of: "explain")
    guard [nil, "0", "1", "false", "true"].contains(explain) else {
      QueryError("explain", "explain is 1 or 0").answer(&answer)
      return .answered
    }
    let explained = explain == "1" || explain == "true"
    let shape: Shape
    let idempotencyKey: [UInt8]?
    do throws(InputError) {
      try parse(request, with: decoder)
      idempotencyKey = try Gateway.idempotencyKey(request)
      if decoder.rootKind == .array {
        shape = .lines
        let count = decoder.openRootArray() ?? 0
        guard (1...Gateway.itemsMax).contains(count) else {
          throw InputError(
            count == 0 ? .malformed : .tooLarge,
            "a request holds 1 to \(Gateway.itemsMax) transactions"
          )
        }
      } else {
        shape = explained ? .singleExplained : .single
      }
    } catch {
      metrics.countFailed(.invalid)
      Gateway.refuse(error, &answer)
      return .answered
    }
    let submission = makeSubmission(token, shape)
    let slot = begin(token, decoder.source.onDeadline, shape)
    var place = 0
    do throws(InputError) {
      while try decoder.advance(root: shape != .lines) {
        do throws(InputError) {
          try submission.add(
            from: decoder,
            fallbackId: shape == .lines ? nil : idempotencyKey
          )
        } catch {
          if shape != .lines { throw error }
          metrics.countFailed(.invalid)
          pending[slot].errors.append((place, decoder.clientId, error))
        }
        place += 1
        if shape != .lines { break }
      }
    } catch {
      metrics.countFailed(.invalid)
      Gateway.refuse(error, &answer)
      release(submission)
      return .answered
    }
    pending[slot].items = place
    return hand(over: submission, slot, &answer)
  }

  private func ingestLines(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ decoder: TransactionDecoder,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let submission = makeSubmission(token, .lines)
    let slot = begin(token, decoder.source.onDeadline, .lines)
    var tooMany = false
    request.withBody { body in
      var start = 0
      while start < body.byteCount {
        var end = start
        while end < body.byteCount, body.byte(at: end) != UInt8(ascii: "\n") { end += 1 }
        let line = body.extracting(start..<end)
        start = end + 1
        if line.isBlank { continue }
        guard pending[slot].items < Gateway.itemsMax else {
          tooMany = true
          return
        }
        do throws(InputError) {
          try decoder.parse(line)
          guard try decoder.advance(root: true) else { continue }
          try submission.add(from: decoder)
        } catch {
          metrics.countFailed(.invalid)
          pending[slot].errors.append((pending[slot].items, nil, error))
        }
        pending[slot].items += 1
      }
    }
    if tooMany || pending[slot].items == 0 {
      release(submission)
      answer.fail(
        tooMany ? 413 : 400,
        "Invalid request",
        "A request holds 1 to 1000 transactions"
      )
      return .answered
    }
    return hand(over: submission, slot, &answer)
  }

  func parse(
    _ request: borrowing HTTPRequest,
    with decoder: TransactionDecoder
  ) throws(InputError) {
    let result: Result<Void, InputError> = request.withBody { body in
      do throws(InputError) {
        guard body.byteCount > 0 else { throw InputError(.malformed, "the body is empty") }
        return .success(try decoder.parse(body))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  func decoder(
    _ name: String,
    _ answer: inout HTTPAnswer
  ) -> TransactionDecoder? {
    if let decoder = decoders.first(where: { $0.source.name == name }) { return decoder }
    let known = catalog.sources.map(\.name).joined(separator: ", ")
    Gateway.refuse(
      InputError(.invalid, field: "source", "is one of \(known)"),
      &answer
    )
    return nil
  }

  /// How ids begin that come from an `Idempotency-Key`.
  static let idempotencyPrefix = "key-"

  /// The id of what has none of its own: the client's `Idempotency-Key`.
  static func idempotencyKey(
    _ request: borrowing HTTPRequest
  ) throws(InputError) -> [UInt8]? {
    guard let key = request.withHeader("Idempotency-Key", { $0.array }) else { return nil }
    guard (1...128).contains(key.count), key.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw InputError(
        .invalid,
        field: "Idempotency-Key",
        "is 1 to 128 printable characters without blanks"
      )
    }
    return Array(idempotencyPrefix.utf8) + key
  }

  /// Notes a deferred request; the slot of its bookkeeping.
  @discardableResult
  func begin(_ token: RequestToken, _ onDeadline: DeadlinePolicy, _ shape: Shape) -> Int {
    let slot = Int(token.slot)
    pending[slot].token = token.bits
    pending[slot].startedAt = Clocks.monotonicNanoseconds()
    pending[slot].onDeadline = onDeadline
    pending[slot].shape = shape
    pending[slot].items = 0
    if !pending[slot].errors.isEmpty { pending[slot].errors = [] }
    if !pending[slot].ids.isEmpty { pending[slot].ids = [] }
    return slot
  }

  func hand(
    over submission: Submission,
    _ slot: Int,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    if submission.items.isEmpty {
      finishNow(submission, slot, &answer)
      return .answered
    }
    send(submission)
    let number = submission.items.first.map {
      let bytes = submission.bytes
      return TransactionRecord.source(bytes.span.extracting($0))
    }
    let source = number.flatMap { catalog.source($0) }
    return .later(milliseconds: Int(source?.deadlineMilliseconds ?? 250))
  }

  /// An input error with its status: 413, 422 for fields, else 400.
  static func refuse(_ error: InputError, _ answer: inout HTTPAnswer) {
    let status =
      switch error.code {
      case .tooLarge: 413
      case .invalid, .forbidden: 422
      case .malformed, .unreadable: 400
      }
    answer.start(status)
    var json = JSONText()
    json.open("{")
    json.key("error")
    json.value(error.code.rawValue)
    if let field = error.field {
      json.key("field")
      json.value(field)
    }
    json.key("message")
    json.value(error.description)
    json.close("}")
    answer.append(json.bytes)
  }
}
