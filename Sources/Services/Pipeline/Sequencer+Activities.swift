import Engine
import Journal
import Payments

extension Sequencer {
  /// Admits an activity: its answer where it is refused, nil where it is to be logged.
  ///
  /// One without a time gets the time of receipt, and one too far in the future what its source's
  /// policy says.
  func refusal(activityIn submission: Submission, _ item: Range<Int>) -> Submission.Result? {
    let body = Array(submission.bytes[item])
    var activity: Activity
    do {
      activity = try Activity(body)
    } catch {
      return .refused(error.description)
    }
    guard let source = engine.source(Int(activity.source))?.source else {
      return .refused("unknown source")
    }
    // It has no id: what it says, as it was sent, tells it from others.
    let name = Array((activity.account.isEmpty ? activity.device : activity.account).utf8)
    let subject = Fingerprint.of(body.span, seed: UInt64(EntryKind.activity.rawValue))
    if let refusal = board(.activity, subject, source: Int(activity.source), id: name.span) {
      return refusal
    }
    if activity.time != Activity.timeOfReceipt {
      let limit = submission.receivedAt + source.futureTolerance
      guard activity.time.microseconds > limit else { return nil }
      if source.futurePolicy == .refuse { return .future }
    }
    activity.time = Timestamp(microseconds: submission.receivedAt)
    submission.bytes.replaceSubrange(item, with: activity.encoded)
    return nil
  }
}
