import Foundation
import Intake
package import Journal
import Payments
package import Pipeline
import Storage
import Synchronization

/// Opens the state behind a place of the log, with the log that it came from.
package typealias ViewOpener =
  @Sendable (Position) throws -> (startup: Startup, journal: any JournalDisk)

/// What the parts of the service share.
final class BatchContext: Sendable {
  let settings: BatchSettings
  let files: JobFiles
  let book: JobBook
  let core: CoreThread
  let sources: [Source]
  let tokenizer: CardTokenizer
  /// Sources whose ids are numbers.
  let numericIds: Set<String>
  let seal: any InputSeal
  let zone: @Sendable (String) -> TimeZoneTable?
  let reasons: ReasonNames
  let openView: ViewOpener
  /// How far the store has followed the log.
  let followed: @Sendable () -> UInt64
  private let stopping = Atomic<Bool>(false)

  init(_ wiring: BatchService.Wiring, _ book: JobBook) {
    settings = wiring.settings
    files = JobFiles(wiring.settings.folder)
    self.book = book
    core = wiring.core
    sources = wiring.sources
    tokenizer = wiring.tokenizer
    numericIds = wiring.numericIds
    seal = wiring.seal
    zone = wiring.zone
    reasons = wiring.reasons
    openView = wiring.openView
    followed = wiring.followed
  }

  var isStopping: Bool { stopping.load(ordering: .relaxed) || core.isStopping }

  func stop() { stopping.store(true, ordering: .relaxed) }

  func pause(milliseconds: Int) { Thread.sleep(forTimeInterval: Double(milliseconds) / 1000) }

  /// The reader of a job's input, at its start.
  func reader(of job: BatchJob) throws(InputError) -> RowReader {
    try reader(of: job, at: files.input(job))
  }

  func reader(of job: BatchJob, at path: String) throws(InputError) -> RowReader {
    guard let source = sources.first(where: { $0.id == job.source }) else {
      throw InputError(.invalid, field: "source", "is not known any more")
    }
    // A file of the folder for such files is its owner's, and lies there as it is.
    let pieces =
      job.kind == .file ? nil : try SealedInput.open(path, of: job.folder, seal)
    return try RowReader(
      path: path,
      pieces: pieces,
      format: job.format,
      source: source,
      plan: try plan(job.map, for: source),
      idPrefix: "csv_\(job.id)_",
      bytesMax: settings.unpackedBytesMax,
      numericIds: numericIds.contains(source.name),
      tokenizer: tokenizer
    )
  }

  /// What a column map says for a source; the dialect's own columns where there is none.
  func plan(_ map: String, for source: Source) throws(InputError) -> ColumnPlan {
    if map.isEmpty { return ColumnPlan(source.dialect) }
    let plan = try ColumnPlan(
      parsing: map,
      name: "map",
      asked: source.dialect,
      otherwise: source.dialect,
      zone: zone
    )
    if let currency = plan.currency, currency != source.currency {
      throw InputError(
        .invalid,
        field: "map",
        "says \(currency.code); source \(source.name) has \(source.currency.code)"
      )
    }
    return plan
  }
}

extension BatchJob {
  /// What clients know the job by: `batch_20260131_235959_7`.
  package var id: String {
    let digits = Timestamp(microseconds: created).description.filter { $0.isNumber }
    return "batch_\(digits.prefix(8))_\(digits.dropFirst(8).prefix(6))_\(number)"
  }
}
