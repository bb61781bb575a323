import CLinux
import Foundation
import Intake
import Journal
import Pipeline
import Storage
import Threads

/// Runs jobs one after another, on a thread of the lowest priority.
final class Runner: Sendable {
  private let context: BatchContext
  private let doorbell = Doorbell()
  private let finished = DispatchSemaphore(value: 0)
  private let highRisk: @Sendable (BatchJob, Int64) -> Void
  private let report: @Sendable (String) -> Void

  init(_ context: BatchContext, _ wiring: BatchService.Wiring) {
    self.context = context
    highRisk = wiring.highRisk
    report = wiring.report
  }

  func start(_ counting: @escaping @Sendable (Submission) -> Void) {
    let thread = WorkThread { [self] in
      clinux_nice_thread(19)
      while !context.isStopping {
        guard let job = context.book.next else {
          doorbell.wait()
          continue
        }
        do {
          try run(job, counting)
        } catch {
          // How a job is could not be kept: the disk is full or damaged.
          report("job \(job.id): \(error)")
          context.pause(milliseconds: 1000)
        }
      }
      finished.signal()
    }
    thread.stackSize = 8 << 20
    thread.name = "batch"
    thread.start()
  }

  /// There is a new job, or one less.
  func ring() { doorbell.ring() }

  /// Stops at the next slice; what is running goes on at the next start.
  func stop() {
    context.stop()
    doorbell.ring()
    finished.wait()
  }

  private func run(
    _ waiting: BatchJob,
    _ counting: (Submission) -> Void
  ) throws {
    let now = Clocks.wallMicroseconds()
    let committed = context.core.committed.bytes
    let begun = try context.book.change(waiting.number) { job in
      guard job.status == .pending else { return }
      job.status = .running
      job.started = now
      guard job.mode == .score else { return }
      job.position = committed
      job.receivedAt = now
    }
    guard let job = begun else { return }
    var note = ""
    switch try attempt(job, counting, &note) {
    case .stopping: return
    case .cancelled: break
    case .failed(let why): try end(job.number, .failed, why)
    case nil:
      try end(job.number, .completed, note)
      if let done = context.book.job(job.number), done.status == .completed,
        done.progress.highRisk > 0, done.mode == .ingest
      {
        highRisk(done, done.progress.highRisk)
      }
    }
    context.files.removeInput(job)
    try context.book.makeRoom()
  }

  /// Runs a job; why it ended before its input did or failed, nil where it did not.
  ///
  /// `note` is what its sender should know of one that is completed.
  private func attempt(
    _ job: BatchJob,
    _ counting: (Submission) -> Void,
    _ note: inout String
  ) throws -> JobRun.Stop? {
    var run: JobRun?
    do {
      let begun = try JobRun(context, job)
      run = begun
      if job.mode == .score { try begun.score(job) } else { try begun.ingest(counting) }
      try begun.end()
      let outcome = begun.outcome
      if outcome.isFailure { return .failed(outcome.note) }
      note = outcome.note
      return nil
    } catch let stop as JobRun.Stop {
      if case .failed = stop { try? run?.end() }  // What is durable already is kept.
      return stop
    } catch let error as InputError {
      try run?.end()
      return .failed(error.description)
    } catch let refusal as BatchRefusal {
      return .failed(refusal.message)
    }
  }

  private func end(_ number: Int64, _ status: BatchJob.Status, _ reason: String) throws {
    try context.book.change(number) { job in
      job.status = status
      job.completed = Clocks.wallMicroseconds()
      job.reason = reason
      if status == .completed { job.progress.inputBytes = job.inputSize }
    }
  }
}
