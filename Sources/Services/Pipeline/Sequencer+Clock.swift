import Engine
import Journal
import Payments

extension Sequencer {
  /// Logs that the clock is right as it is; the batch is empty, and has room.
  ///
  /// Where the log lies ahead of it, windows are made again without what came at later times.
  func resetClock(_ submission: Submission, _ time: Int64) throws(JournalError) {
    let entry = ControlEntry.ClockReset(time: time, before: lastReceivedAt)
    let before = lastReceivedAt
    lastReceivedAt = time
    let position = append(.clockReset) { $0.append(contentsOf: entry.encoded) }
    do throws(EngineError) {
      try engine.resetClock(entry, at: position, from: journal)
    } catch {
      // The log can be read, or the process would not be here.
      throw JournalError(.corrupt, "the clock was put from \(before) to \(time): \(error)")
    }
    acceptClock(time)
    submission.receivedAt = time
    status?.lastReceivedAt = time
    for _ in submission.items { submission.results.append(.logged(position)) }
  }

  /// Refuses what comes while the wall clock has a step that nobody has confirmed.
  func clockRefusal(_ submission: Submission, _ time: Int64) -> Submission.Result? {
    guard let boot, let step = witness?.step(wall: time, boot: boot()), step != 0 else {
      return nil
    }
    if case .entries(.clockReset) = submission.kind { return nil }
    if case .clockStep = obstacle {} else { status?.countClockStep() }
    note(.clockStep(step))
    return .unavailable(.clockStep(step))
  }

  /// Takes the wall clock for right.
  private func acceptClock(_ time: Int64) {
    if let boot { witness = ClockWitness(wall: time, boot: boot()) }
  }
}
