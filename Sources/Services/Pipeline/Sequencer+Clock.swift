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
    // Retention, on a thread of its own, must keep what the windows are made of.
    status?.lastReceivedAt = time
    status?.adoptions.append(AdoptionSpan(from: Position(bytes: 0), at: writer.end))
    let position = append(.clockReset) { $0.append(contentsOf: entry.encoded) }
    do throws(EngineError) {
      try engine.resetClock(entry, at: position, from: journal)
    } catch {
      // The log can be read, or the process would not be here.
      throw JournalError(.corrupt, "the clock was put from \(before) to \(time): \(error)")
    }
    acceptClock(time)
    publishAdoptions()
    submission.receivedAt = time
    for _ in submission.items { submission.results.append(.logged(position)) }
  }

  /// Refuses what comes while the wall clock has a step that nobody has confirmed.
  func clockRefusal(_ submission: Submission, _ time: Int64) -> Submission.Result? {
    guard let boot, let step = witness?.step(wall: time, boot: boot()), step != 0 else {
      return nil
    }
    if case .entries(.clockReset) = submission.kind { return nil }
    refuseClock(step)
    return .unavailable(.clockStep(step))
  }

  /// Takes the wall clock for right.
  private func acceptClock(_ time: Int64) {
    if let boot { witness = ClockWitness(wall: time, boot: boot()) }
  }

  /// Notes a step of the clock, once for as long as it stands.
  func refuseClock(_ step: Int64) {
    if case .clockStep = obstacle { return }
    status?.countClockStep()
    note(.clockStep(step))
  }

  /// Whether something is in the way of payments, looked at again: it may have gone by itself.
  ///
  /// Also where nothing comes: a load balancer sends nothing to a node that is not ready.
  func look() throws(JournalError) {
    if let boot, let step = witness?.step(wall: now(), boot: boot()), step != 0 {
      return refuseClock(step)
    }
    guard obstacle != nil, batch.isEmpty else { return }
    do throws(JournalError) {
      try writer.reserve(Sequencer.lookBytes)
      note(nil)
    } catch {
      guard error.code == .noSpace else { throw error }
    }
  }
}
