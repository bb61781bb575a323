import Engine
import HTTP
import Journal
import Payments
import Pipeline

/// What is in quarantine, for people.
extension Gateway {
  /// `GET /api/v1/quarantine`: what is not taken any more, and why.
  func quarantine(_ answer: inout HTTPAnswer) {
    json.reset()
    json.open("{")
    json.key("quarantined")
    json.open("[")
    for entry in core.status.quarantined { show(entry) }
    json.close("]")
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  private func show(_ entry: Quarantine) {
    json.open("{")
    json.key("subject")
    json.value(String(entry.subject, radix: 16))
    json.key("source")
    json.value(catalog.source(Int(entry.source))?.name ?? "\(entry.source)")
    json.key("transaction_id")
    json.value(entry.id)
    json.key("work")
    json.value(entry.kind == .transaction ? "decision" : "\(entry.kind)")
    json.key("since")
    json.value(Timestamp(microseconds: entry.time).description)
    json.key("reason")
    json.value(entry.reason)
    json.close("}")
  }

  /// `POST /api/v1/quarantine/{subject}/release`: takes it again from now on, by a logged entry.
  func release(
    _ token: RequestToken,
    _ subject: String?,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let number = subject.flatMap({ UInt64($0, radix: 16) }),
      var entry = core.status.quarantined.first(where: { $0.subject == number })
    else {
      answer.fail(404, "Not found", "That is not in quarantine")
      return .answered
    }
    entry.action = .release
    entry.time = Clocks.wallMicroseconds()
    let submission = makeSubmission(token, .release)
    submission.kind = .entries(.quarantine)
    let body = entry.encoded
    submission.add { $0.append(contentsOf: body) }
    begin(token, .error, .release)
    send(submission)
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// The answer to a release.
  func writeReleased(_ submission: Submission) -> Int {
    json.open("{")
    json.key("released")
    json.value(submission.results.count)
    json.close("}")
    return 200
  }
}
