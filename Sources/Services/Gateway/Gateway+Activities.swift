import HTTP
import Intake
import Journal
import Payments
import Pipeline

extension Gateway {
  /// `POST /api/v1/activities`: what happened on accounts besides payments.
  ///
  /// All of a request is refused where one of its activities cannot be read.
  func activity(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let body = request.withBody { $0.array }
    guard body.count <= 1 << 20 else {
      answer.fail(413, "too_large", "Activities come in requests of up to 1 MiB")
      return .answered
    }
    let activities: [Activity]
    do throws(InputError) {
      let key = try Gateway.idempotencyKey(request)
      activities = try activityDecoder.decode(
        body,
        fallbackId: key.map { String(decoding: $0, as: UTF8.self) }
      )
    } catch {
      Gateway.refuse(error, &answer)
      return .answered
    }
    let submission = makeSubmission(token, .activity)
    submission.kind = .entries(.activity)
    for activity in activities {
      submission.add { $0.append(contentsOf: activity.encoded) }
      submission.add(activity.note)
    }
    begin(token, .error, .activity)
    send(submission)
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// The answer to activities; an error only where the log has none of them.
  func writeActivities(_ submission: Submission) -> Int {
    let logged = submission.results.count { Gateway.place(of: $0) != nil }
    json.open("{")
    json.key("activities")
    json.value(logged)
    json.key("results")
    json.open("[")
    for result in submission.results {
      json.open("{")
      json.key("status")
      if let position = Gateway.place(of: result) {
        json.value("logged")
        json.key("position")
        json.value(Int(clamping: position.bytes))
        if case .known = result {
          json.key("duplicate")
          json.value(true)
        }
      } else {
        json.value("refused")
        writeRefusal(result)
      }
      json.close("}")
    }
    json.close("]")
    guard let first = submission.results.first else { return 500 }
    if logged == 0 { writeRefusal(first) }
    json.close("}")
    return logged > 0 ? 200 : Gateway.status(of: first)
  }

  /// Where the log has an activity, now or from before; nil where it was refused.
  private static func place(of result: Submission.Result) -> Position? {
    switch result {
    case .logged(let position), .known(let position): position
    default: nil
    }
  }

  private func writeRefusal(_ result: Submission.Result) {
    json.key("error")
    json.value(Gateway.word(of: result))
    if case .cardNumber = result { json.field("field", "activity_id") }
    json.key("message")
    if case .conflict = result {
      json.value("activity_id was used before for another content")
    } else {
      json.value(Gateway.message(of: result))
    }
  }
}
