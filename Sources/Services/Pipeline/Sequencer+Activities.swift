import Engine
import Journal
import Payments

extension Sequencer {
  /// Admits an activity: its answer where it is known or refused, nil where it is to be logged.
  ///
  /// One without a time gets the time of receipt, and one too far in the future what its source's
  /// policy says.
  func answer(activityIn submission: Submission, _ item: Range<Int>) -> Submission.Result? {
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
    // It may have no id: what it says, as it was sent, tells it from others.
    let name = Array((activity.account.isEmpty ? activity.device : activity.account).utf8)
    let subject = Fingerprint.of(body.span, seed: UInt64(EntryKind.activity.rawValue))
    if let refusal = board(.activity, subject, source: Int(activity.source), id: name.span) {
      return refusal
    }
    let note = submission.notes[item.lowerBound]
    if let answer = known(activity, or: note?.earlierContent) { return answer }
    if note?.idHoldsCardNumber == true { return .cardNumber }
    if activity.time != Activity.timeOfReceipt {
      let limit = submission.receivedAt + source.futureTolerance
      guard activity.time.microseconds > limit else { return nil }
      if source.futurePolicy == .refuse { return .future }
    }
    activity.time = Timestamp(microseconds: submission.receivedAt)
    submission.bytes.replaceSubrange(item, with: activity.encoded)
    return nil
  }

  /// The answer to an activity whose id was used before, with its content as it is read now or was
  /// read by earlier versions; nil where it has none, or a new one.
  private func known(_ activity: Activity, or earlier: UInt64?) -> Submission.Result? {
    if activity.id.isEmpty { return nil }
    var isSame = false
    isUnreadable = false
    let first = identity.find(IdentityIndex.key(of: activity)) { position in
      guard let logged = loadActivity(position), logged.source == activity.source,
        logged.id.utf8.elementsEqual(activity.id.utf8)
      else { return false }
      isSame = logged.content == activity.content || logged.content == earlier
      return true
    }
    if isUnreadable { return .unavailable(.unreadable) }
    return first.map { isSame ? .known($0) : .conflict }
  }
}
