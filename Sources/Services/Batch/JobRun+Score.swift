import Intake
import Journal
import Payments
import Pipeline
import Storage

extension JobRun {
  /// Decides on all rows beside the log, behind one place of it.
  ///
  /// Rows that were done before fold again into the state, and leave no trace in the files.
  func score(_ job: BatchJob) throws {
    guard let position = job.position else { throw Stop.failed("the job has no place in the log") }
    let (startup, journal) = try context.openView(Position(bytes: position))
    let view = try ScoringView(
      startup,
      journal,
      receivedAt: job.receivedAt,
      notes: context.files.rows(job)
    )
    defer { context.files.removeRows(job) }
    var record: [UInt8] = []
    progress.rows = 0
    while let row = try reader.next(into: &record) {
      if let error = row.error {
        note(reader.rows, id: row.id, error: error)
      } else {
        try settle(&record, row.note, view)
      }
      progress.rows = reader.rows
      record.removeAll(keepingCapacity: true)
      if reader.rows % JobRun.stepRows == 0 { try step(inputBytes: reader.bytesConsumed) }
    }
  }

  /// Rows between two looks at whether the job is to stop.
  private static let stepRows: Int64 = 256

  private func settle(
    _ record: inout [UInt8],
    _ note: RecordNote?,
    _ view: ScoringView
  ) throws {
    let verdict = try view.decide(&record, note)
    let bytes = record
    let id = bytes[TransactionRecord.text(Schema.Text.id, bytes.span)]
    switch verdict {
    case .decided:
      let (decision, place) = (view.decision, output.results.end)
      let isHigh = output.add(id: id, decision.span)
      try view.note(result: place, bytes: output.results.end - place, isHigh: isHigh)
      if isHigh { progress.highRisk += 1 }
    case .known:
      let decision = view.decision
      if output.add(id: id, decision.span) { progress.highRisk += 1 }
    case .repeated(let place, let bytes, let isHigh):
      try output.add(copyOf: place, bytes: bytes)
      if isHigh { progress.highRisk += 1 }
    case .refused(let result):
      if let error = InputError(result) { self.note(reader.rows, id: id, error: error) }
    }
  }
}
