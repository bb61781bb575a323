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
}
