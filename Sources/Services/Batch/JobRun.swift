import Intake
import Payments
import Pipeline
import Storage

/// One run of one job: from where it stands to its end, or until it is stopped.
final class JobRun {
  /// Why a run ends before its input does.
  enum Stop: Error {
    case cancelled
    /// The program is being stopped: the job goes on at the next start.
    case stopping
    case failed(String)
  }

  /// Between two times at which progress is made durable.
  static let stepNanoseconds: Int64 = 1_000_000_000
  private static let pauseMilliseconds = 20

  let context: BatchContext
  let number: Int64
  let mode: BatchJob.Mode
  var progress: BatchJob.Progress
  var reader: RowReader
  let output: ResultFiles
  private var firstError: String?
  private var lastStep = Clocks.monotonicNanoseconds()
  /// Since when the journal had no space for a slice, ns.
  var waitingSince: Int64?
  /// Rows of before that are decided on once more, without a trace.
  private let doneBefore: Int64

  init(_ context: BatchContext, _ job: BatchJob) throws {
    self.context = context
    number = job.number
    mode = job.mode
    progress = job.progress
    doneBefore = job.progress.rows
    reader = try context.reader(of: job)
    output = try ResultFiles(
      context.files,
      job,
      again: job.mode == .score,
      reasons: context.reasons
    )
    if mode == .score {
      progress.failed = 0
      progress.highRisk = 0
    }
  }

  /// What became of the rows, at the end of the run: why the job failed, or what its sender should
  /// know all the same.
  var outcome: (isFailure: Bool, note: String) {
    let (rows, failed) = (progress.rows, progress.failed)
    var notes: [String] = []
    if failed > 0 {
      let which =
        failed == rows
        ? "none of the \(rows) rows could be taken" : "\(failed) of \(rows) rows failed"
      let first = firstError.map { ", the first was \($0)" } ?? ""
      notes.append("\(which)\(first); the job's errors have each")
    }
    if mode == .ingest, reader.hasLabels {
      notes.append("labels were not taken: send them by POST /api/v1/labels")
    }
    return (rows > 0 && failed == rows, notes.joined(separator: "; "))
  }

  /// Notes what became of a row.
  func note(_ row: Int64, id: some Collection<UInt8>, error: InputError) {
    if firstError == nil { firstError = "row \(row): \(error.description)" }
    output.add(row: row, id: id, error)
    progress.failed += 1
  }

  /// Makes progress durable now and then; leaves where the job is not wanted.
  func step(inputBytes: Int64) throws {
    guard context.book.isWanted(number) else {
      try save(inputBytes)
      throw Stop.cancelled
    }
    if context.isStopping {
      try save(inputBytes)
      throw Stop.stopping
    }
    let now = Clocks.monotonicNanoseconds()
    guard now - lastStep > JobRun.stepNanoseconds else {
      if output.isFull { try insist { try output.flush() } }
      return
    }
    lastStep = now
    try waitForSpace()
    try save(inputBytes)
  }

  /// Makes all that was done durable, at the end of the run.
  func end() throws { try save(reader.bytesConsumed) }

  /// Makes the files durable, then how far they go.
  private func save(_ inputBytes: Int64) throws {
    try insist {
      try output.synchronize()
      progress.resultBytes = Int64(output.results.end)
      progress.errorBytes = Int64(output.errors.end)
      progress.inputBytes = inputBytes
      // What is decided on once more for the state's sake was counted before.
      guard progress.rows >= doneBefore else { return }
      _ = try context.book.keep(progress, of: number)
    }
  }

  /// Waits until the disk has more space than jobs leave free.
  private func waitForSpace() throws {
    try patiently("the disk has less than \(context.settings.reserveBytes >> 20) MiB free") {
      context.files.freeBytes > context.settings.reserveBytes
    }
  }

  /// Does something again until the disk lets it be done.
  private func insist(_ body: () throws -> Void) throws {
    try patiently("the job's files cannot be written") {
      do {
        try body()
        return true
      } catch let refusal as BatchRefusal {
        throw refusal
      } catch {
        return false
      }
    }
  }

  /// Waits for something, but not for ever, and not when the job is to stop.
  func patiently(_ what: String, _ isReady: () throws -> Bool) throws {
    let start = Clocks.monotonicNanoseconds()
    let limit = Int64(context.settings.timeoutSeconds) * 1_000_000_000
    while try !isReady() {
      if context.isStopping { throw Stop.stopping }
      if !context.book.isWanted(number) { throw Stop.cancelled }
      guard Clocks.monotonicNanoseconds() - start < limit else {
        throw Stop.failed("\(what), for \(context.settings.timeoutSeconds) s")
      }
      context.pause(milliseconds: JobRun.pauseMilliseconds)
    }
  }
}
