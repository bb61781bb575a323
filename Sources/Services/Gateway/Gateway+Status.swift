import Alerts
import HTTP
import Journal
import Monitoring
import Payments
import Pipeline

/// How the node is, for operators and load balancers.
extension Gateway {
  /// `GET /`: the page for people, a line of JSON (S0.1) for programs that ask for it.
  func root(_ request: borrowing HTTPRequest, _ answer: inout HTTPAnswer) {
    let accepted = request.header("Accept") ?? ""
    if accepted.contains("application/json"), !accepted.contains("text/html") {
      answer.start(200)
      return answer.append(#"{"message":"Assay decides whether a payment is fraud"}"#)
    }
    answer.start(200, type: "text/html; charset=utf-8")
    answer.header("Content-Security-Policy", Gateway.policy)
    answer.append(settings.page)
  }

  /// `GET /health`.
  func health(_ answer: inout HTTPAnswer) {
    json.reset()
    json.open("{")
    let problems = problems
    json.field("status", problems.isEmpty ? "healthy" : "degraded")
    json.key("problems")
    json.open("[")
    for problem in problems { json.value(problem) }
    json.close("]")
    json.key("service")
    json.value("API Gateway")
    json.key("version")
    // The version of S1's interface; the program's own stands beside it.
    json.value("1.0.0")
    json.field("assay_version", settings.version)
    json.key("timestamp")
    json.value(Timestamp(microseconds: Clocks.wallMicroseconds()).description)
    json.key("services")
    json.open("{")
    for service in monitor.watched {
      json.key(service.id)
      json.value(service.url)
    }
    json.close("}")
    json.key("sources")
    json.open("[")
    for source in catalog.sources { json.value(source.name) }
    json.close("]")
    json.key("quarantined")
    json.value(core.status.quarantined.count)
    json.key("verifiable_from")
    verifiableFrom()
    json.key("projections")
    projections()
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// What is not as it should be, in words; empty where all is well.
  private var problems: [String] {
    var found: [String] = []
    if let obstacle = core.status.obstacle { found.append("nothing is decided: \(obstacle)") }
    for part in core.status.parts {
      if let failure = part.failure { found.append("\(part.name) (\(part.file)): \(failure)") }
    }
    if found.isEmpty, identity.isFailing {
      found.append("identity: the store of users and keys cannot be read")
    }
    for projection in core.status.projections where projection.state != "following" {
      found.append("the projection '\(projection.name)' is \(projection.state)")
    }
    return found
  }

  /// `GET /ready`: whether payments are decided now, for load balancers.
  func ready(_ answer: inout HTTPAnswer) {
    json.reset()
    json.open("{")
    let obstacle = core.status.obstacle
    json.key("ready")
    json.value(obstacle == nil)
    if let obstacle { json.field("reason", "\(obstacle)") }
    json.close("}")
    answer.start(obstacle == nil ? 200 : 503)
    answer.append(json.bytes)
  }

  /// `GET /api/v1/clock`: whether the wall clock runs on as it should.
  func clock(_ answer: inout HTTPAnswer) {
    json.reset()
    json.open("{")
    if case .clockStep(let step) = core.status.obstacle {
      json.field("state", "stepped")
      json.field("step_seconds", Double(step) / 1e6)
    } else {
      json.field("state", "steady")
      json.field("step_seconds", 0.0)
    }
    json.field("time", Timestamp(microseconds: Clocks.wallMicroseconds()).description)
    json.field(
      "last_received_at",
      Timestamp(microseconds: core.status.lastReceivedAt).description
    )
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// `POST /api/v1/clock/reset`: confirms that the clock is right now, by a logged entry.
  func resetClock(_ token: RequestToken) -> Reception {
    let submission = makeSubmission(token, .clock)
    submission.kind = .entries(.clockReset)
    submission.add { _ in }
    begin(token, .error, .clock)
    send(submission)
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// The answer to a reset of the clock.
  func writeClock(_ submission: Submission) -> Int {
    json.open("{")
    json.field("received_at", Timestamp(microseconds: submission.receivedAt).description)
    json.close("}")
    return 200
  }

  /// The place from which the log can be folded again; null where no snapshot fits what is left.
  private func verifiableFrom() {
    let from = core.status.verifiableFrom
    guard from.position != .max else { return json.null() }
    json.open("{")
    json.key("position")
    json.value(Int(clamping: from.position))
    json.key("received_after")
    if from.position == 0 {
      json.null()
    } else {
      json.value(Timestamp(microseconds: from.receivedAt).description)
    }
    json.close("}")
  }

  private func projections() {
    json.open("[")
    let committed = core.committed.bytes
    for projection in core.status.projections {
      json.open("{")
      json.key("name")
      json.value(projection.name)
      json.key("state")
      json.value(projection.state)
      json.key("lag_bytes")
      json.value(Int(clamping: committed - min(projection.cursor ?? 0, committed)))
      json.close("}")
    }
    json.open("{")
    json.field("name", "alerts")
    let isFailing = core.status.parts.contains { $0.name == "alerts" && $0.failure != nil }
    json.field("state", isFailing ? "failing" : "following")
    json.field("lag_bytes", Int(clamping: alertWorker.service.lagBytes))
    json.close("}")
    json.close("]")
  }

  /// `GET /api/v1/projections`: what follows the log, and how far behind it is.
  func showProjections(_ answer: inout HTTPAnswer) {
    json.reset()
    json.open("{")
    json.key("projections")
    projections()
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// `POST /api/v1/projections/{name}/rebuild`: makes it again from what is kept of the log.
  func rebuild(_ name: String?, _ answer: inout HTTPAnswer) {
    guard name == Projector.name else {
      return answer.fail(404, "Not found", "There is no such projection")
    }
    rebuildProjection()
    answer.start(202)
    answer.append(#"{"rebuilding":true}"#)
  }
}
