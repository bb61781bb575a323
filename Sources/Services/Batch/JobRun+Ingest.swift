import Intake
import Journal
import Payments
import Pipeline
import Storage

extension JobRun {
  /// Some rows on their way through the core.
  final class Slice {
    struct Row {
      var number: Int64
      var id: [UInt8]
      var error: InputError?
    }

    let submission = Submission()
    var rows: [Row] = []
    /// Bytes of the input up to the end of the slice.
    var inputBytes: Int64 = 0
  }

  /// Decides on the rest of the rows as on live ones.
  func ingest(_ counting: (Submission) -> Void) throws {
    for _ in 0..<progress.rows { guard try reader.skip() else { break } }
    let lane = IngestLane(context.core)
    var (current, next) = (Slice(), Slice())
    var count = IngestLane.rowsBesideLive
    try fill(current, count)
    while !current.rows.isEmpty {
      try send(current, lane)
      // The next rows are read while the core decides on these.
      let read = Result { try fill(next, count) }
      if !current.submission.items.isEmpty {
        lane.wait()
        count = IngestLane.rows(after: current.submission, count)
        if current.submission.sinceLive == 0 {
          context.pause(milliseconds: IngestLane.restMilliseconds)
        }
      }
      try settle(current, lane)
      counting(current.submission)
      try read.get()
      swap(&current, &next)
      try followed()
    }
  }

  private func fill(_ slice: Slice, _ count: Int) throws {
    slice.submission.reset()
    slice.rows.removeAll(keepingCapacity: true)
    while slice.rows.count < count, slice.submission.bytes.count < IngestLane.sliceBytesMax {
      let start = slice.submission.bytes.count
      guard let row = try reader.next(into: &slice.submission.bytes) else { break }
      if row.error == nil {
        slice.submission.items.append(start..<slice.submission.bytes.count)
        slice.submission.add(row.note)
      }
      slice.rows.append(Slice.Row(number: reader.rows, id: row.id, error: row.error))
    }
    slice.inputBytes = reader.bytesConsumed
  }

  private func send(_ slice: Slice, _ lane: IngestLane) throws {
    guard !slice.submission.items.isEmpty else { return }
    try patiently("the core does not take rows") { lane.submit(slice.submission) }
  }

  /// Writes down what became of a slice, which is durable now.
  private func settle(_ slice: Slice, _ lane: IngestLane) throws {
    let submission = slice.submission
    // Where the disk had no space, none of the slice was taken.
    while case .unavailable(let obstacle) = submission.results.first {
      submission.results.removeAll(keepingCapacity: true)
      submission.decisions.removeAll(keepingCapacity: true)
      context.pause(milliseconds: 200)
      try send(slice, lane)
      lane.wait()
      if case .unavailable = submission.results.first { try noteWaiting(obstacle) }
    }
    waitingSince = nil
    var item = 0
    for row in slice.rows {
      if let error = row.error {
        note(row.number, id: row.id, error: error)
      } else {
        settle(row.number, submission, item)
        item += 1
      }
      progress.rows = row.number
    }
    try step(inputBytes: slice.inputBytes)
  }

  private func settle(_ number: Int64, _ submission: Submission, _ item: Int) {
    let bytes = submission.bytes
    let record = bytes.span.extracting(submission.items[item])
    let id = record.extracting(TransactionRecord.text(Schema.Text.id, record)).array
    let result = submission.results[item]
    switch result {
    case .decided(_, let range), .duplicate(_, let range):
      let decisions = submission.decisions
      if output.add(id: id, decisions.span.extracting(range)) { progress.highRisk += 1 }
    default:
      if let error = InputError(result) { note(number, id: id, error: error) }
    }
  }

  /// Stops a job that has waited for space for too long.
  private func noteWaiting(_ obstacle: Obstacle) throws {
    if context.isStopping { throw Stop.stopping }
    if !context.book.isWanted(number) { throw Stop.cancelled }
    let now = Clocks.monotonicNanoseconds()
    let since = waitingSince ?? now
    waitingSince = since
    guard now - since < Int64(context.settings.timeoutSeconds) * 1_000_000_000 else {
      throw Stop.failed("for \(context.settings.timeoutSeconds) s \(obstacle)")
    }
  }

  /// Waits until the store has followed the log, so that reads of live decisions stay fresh.
  private func followed() throws {
    let core = context.core
    guard !core.status.isDetached(Projector.name) else { return }
    try patiently("the store does not follow the log") {
      core.status.isDetached(Projector.name)
        || core.committed.bytes <= JobRun.lagBytesMax
        || core.committed.bytes - JobRun.lagBytesMax <= context.followed()
    }
  }

  /// Log that the store may lack while a job goes on.
  private static let lagBytesMax: UInt64 = 64 << 20
}
