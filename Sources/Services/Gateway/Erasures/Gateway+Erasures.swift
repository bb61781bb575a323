import Alerts
import HTTP
import Intake
import Journal
import Payments
import Pipeline
import Storage

/// Erasing what is kept of an account besides the log.
extension Gateway {
  /// `POST /api/v1/erasures`: logs the erasure, which everything that follows the log carries out.
  func erase(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let body = request.withBody { $0.byteCount <= RequestBody.bytesMax ? $0.array : nil }
    guard let body else {
      answer.fail(413, "too_large", "The body has up to 16 KiB")
      return .answered
    }
    let (source, account): (Source, String)
    do throws(AccountRefusal) {
      (source, account) = try holder(RequestBody(body, from: nil))
    } catch {
      answer.start(error.status)
      answer.append(error.json.bytes)
      return .answered
    }
    // The audit log names the account by a token that only this directory's key makes of it: an
    // account that stood there for good would not be erased.
    let subject = alertWorker.service.secrets.subject(source: source.name, account: account)
    let entry = AuditEntry(by: actor(request), "account.erase", "\(source.name) \(subject)")
    guard identity.submit(nil, { try $0.store.record([entry]) }) else {
      Gateway.overloaded(&answer)
      return .answered
    }
    let submission = makeSubmission(token, .erasure)
    submission.kind = .entries(.erasure)
    let erasure = Erasure(source: source.id, account: account).encoded
    submission.add { $0.append(contentsOf: erasure) }
    begin(token, .error, .erasure)
    send(submission)
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// Whose data is to go; a card's number becomes its token here, as in transactions.
  private func holder(_ body: RequestBody) throws(AccountRefusal) -> (Source, String) {
    let fields = try body.fields("source", "account")
    let limit = TransactionRecord.textBytesMax
    guard let name = RequestBody.text(fields["source"], bytesMax: 64),
      // Whatever was ever stored can be erased: older versions took control characters from files.
      let account = fields["account"] as? String,
      (1...limit).contains(account.utf8.count)
    else {
      throw AccountRefusal(
        422,
        "invalid",
        "source and account are texts; an account has up to \(limit) bytes",
        field: RequestBody.text(fields["source"], bytesMax: 64) == nil ? "source" : "account"
      )
    }
    guard let source = catalog.sources.first(where: { $0.name == name }) else {
      throw AccountRefusal(404, "Not found", "There is no such source")
    }
    let bytes = Array(account.utf8)
    return (source, CardNumber.entityToken(bytes, settings.tokenizer)?.text ?? account)
  }

  /// The answer to an erasure; its status.
  func writeErasure(_ submission: Submission) -> Int {
    guard let result = submission.results.first, let item = submission.items.first,
      case .logged(let position) = result,
      // It was logged, so it can be read.
      let erasure = try? Erasure(Array(submission.bytes[item]))
    else {
      let result = submission.results.first ?? .unavailable(.diskFull)
      json.open("{")
      json.field("error", Gateway.word(of: result))
      json.field("message", Gateway.message(of: result))
      json.close("}")
      return Gateway.status(of: result)
    }
    ErasureProgress(core.status, alertWorker.service, position)
      .write(catalog.source(Int(erasure.source))?.name ?? "", into: &json)
    return 202
  }

  /// `GET /api/v1/erasures/{position}`: whether everything has followed it.
  func erasure(
    _ token: RequestToken,
    _ position: String?,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let number = position.flatMap({ UInt64($0) }), number < core.committed.bytes else {
      answer.fail(404, "Not found", "There is no erasure at that position")
      return .answered
    }
    let (place, alerts) = (Position(bytes: number), alertWorker.service)
    reader.submit(token) { try $0.erasure(token, place, alerts) }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }
}

extension ReadWorker {
  func erasure(_ token: RequestToken, _ position: Position, _ alerts: AlertService) throws {
    entry.removeAll(keepingCapacity: true)
    // What is no entry, or was removed by retention, is no erasure either.
    guard (try? JournalLookup.entry(at: position, on: journal, into: &entry)) != nil,
      entry[24] == EntryKind.erasure.rawValue,
      // What was logged can be read.
      let erasure = try? Erasure(Array(entry[EntryHeader.size...]))
    else { return fail(token, 404, "Not found", "There is no erasure at that position") }
    var json = JSONText()
    ErasureProgress(core.status, alerts, position)
      .write(catalog.source(Int(erasure.source))?.name ?? "", into: &json)
    reply(token, 200, json)
  }
}

/// How far what follows the log has carried out an erasure.
private struct ErasureProgress {
  private let position: Position
  private let decisions: NodeStatus.Projection?
  private let hasAlerts: Bool

  init(_ status: NodeStatus, _ alerts: AlertService, _ position: Position) {
    self.position = position
    decisions = status.projections.first { $0.name == Projector.name }
    hasAlerts = alerts.hasErased(before: position)
  }

  private var hasDecisions: Bool {
    guard let decisions, !decisions.isDetached, !decisions.isErasing else { return false }
    return decisions.cursor ?? 0 > position.bytes
  }

  func write(_ source: String, into json: inout JSONText) {
    json.open("{")
    json.field("source", source)
    json.field("position", Int(clamping: position.bytes))
    json.key("done")
    json.value(hasDecisions && hasAlerts)
    json.field("projections", JSONText.array) { json in
      ErasureProgress.write(
        Projector.name,
        ["decisions", "labels"],
        decisions?.state ?? "following",
        hasDecisions,
        &json
      )
      ErasureProgress.write(
        "alerts",
        ["alerts", "deliveries", "contact"],
        "following",
        hasAlerts,
        &json
      )
    }
    json.close("}")
  }

  private static func write(
    _ name: String,
    _ what: [String],
    _ state: String,
    _ isDone: Bool,
    _ json: inout JSONText
  ) {
    json.open("{")
    json.field("name", name)
    json.field("erases", JSONText.array) { json in for word in what { json.value(word) } }
    json.field("state", state)
    json.key("done")
    json.value(isDone)
    json.close("}")
  }
}
