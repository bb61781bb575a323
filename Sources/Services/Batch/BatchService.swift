import BulkFiles
import Foundation
package import Intake
package import Payments
package import Pipeline
package import Storage
import Synchronization

/// Decides on files of transactions, apart from live traffic and behind it.
///
/// Jobs run one after another, survive the end of the program, and go on where they were.
package final class BatchService: Sendable {
  /// What the service is given by the program.
  package struct Wiring: Sendable {
    package var settings: BatchSettings
    package var core: CoreThread
    package var sources: [Source]
    package var tokenizer: CardTokenizer
    /// Sources whose ids are numbers, which are never taken for card numbers.
    package var numericIds: Set<String>
    /// Seals inputs while they arrive.
    package var seal: any InputSeal
    /// Time zones by name, for column maps.
    package var zone: @Sendable (String) -> TimeZoneTable?
    package var reasons: ReasonNames
    package var openView: ViewOpener
    /// How far the store has followed the log.
    package var followed: @Sendable () -> UInt64
    /// Told once when a job is completed that learnt of risky transactions, and of how many.
    package var highRisk: @Sendable (BatchJob, Int64) -> Void
    package var report: @Sendable (String) -> Void

    package init(
      settings: BatchSettings,
      core: CoreThread,
      sources: [Source],
      tokenizer: @escaping CardTokenizer,
      numericIds: Set<String>,
      seal: any InputSeal,
      zone: @escaping @Sendable (String) -> TimeZoneTable?,
      reasons: @escaping ReasonNames,
      openView: @escaping ViewOpener,
      followed: @escaping @Sendable () -> UInt64,
      highRisk: @escaping @Sendable (BatchJob, Int64) -> Void,
      report: @escaping @Sendable (String) -> Void
    ) {
      self.settings = settings
      self.core = core
      self.sources = sources
      self.tokenizer = tokenizer
      self.numericIds = numericIds
      self.seal = seal
      self.zone = zone
      self.reasons = reasons
      self.openView = openView
      self.followed = followed
      self.highRisk = highRisk
      self.report = report
    }
  }

  /// What a sender says of an input.
  package struct Draft: Sendable {
    package var kind: BatchJob.Kind
    package var mode: BatchJob.Mode
    package var format: BatchJob.Format
    package var source: Source
    package var map = ""
    package var name = ""

    package init(
      kind: BatchJob.Kind,
      mode: BatchJob.Mode,
      format: BatchJob.Format,
      source: Source
    ) {
      self.kind = kind
      self.mode = mode
      self.format = format
      self.source = source
    }
  }

  package let settings: BatchSettings
  package let files: JobFiles
  let context: BatchContext
  private let runner: Runner

  /// Why the list of jobs cannot be read; nil where it can.
  package var failure: String? { context.book.failure }

  /// A service whose jobs stand in a store; where that could not be opened, they are refused.
  package init(_ wiring: Wiring, store: sending Result<any JobStore, StoreError>) {
    settings = wiring.settings
    files = JobFiles(wiring.settings.folder)
    let book = JobBook(store, files)
    context = BatchContext(wiring, book)
    runner = Runner(context, wiring)
  }

  /// Begins to run jobs; `counting` is told of each slice that the core has decided on.
  package func start(counting: @escaping @Sendable (Submission) -> Void) {
    runner.start(counting)
  }

  /// Stops what is running, which goes on at the next start.
  package func stop() { runner.stop() }

  /// Whether the program is being stopped: no more input is taken.
  package var isStopping: Bool { context.isStopping }

  /// All jobs, oldest first.
  package var jobs: [BatchJob] { context.book.jobs }

  /// A job by what clients know it by.
  package func job(_ id: String) -> BatchJob? {
    guard let number = id.split(separator: "_").last.flatMap({ Int64($0) }),
      let job = context.book.job(number), job.id == id
    else { return nil }
    return job
  }

  /// Stops a job for good; nil where there is none.
  package func cancel(_ id: String) throws -> BatchJob? {
    guard let job = job(id) else { return nil }
    let ended = try context.book.cancel(job.number)
    if let ended, ended.status.isFinished { files.removeInput(ended) }
    runner.ring()
    return ended
  }

  /// Where an input of so many bytes is collected; 0 where it is not known how many.
  package func makeSpool(bytes: Int) throws -> Spool {
    guard bytes <= settings.uploadBytesMax else {
      throw BatchRefusal(.tooLarge, "a file has at most \(settings.uploadBytesMax >> 20) MiB")
    }
    try context.book.makeRoom(for: Int64(bytes), within: Int64(settings.spoolBytesMax))
    guard context.book.storedBytes + Int64(bytes) <= Int64(settings.spoolBytesMax),
      files.freeBytes - bytes > settings.reserveBytes
    else { throw BatchService.noSpace }
    return try Spool(files, settings, context.seal, now: Clocks.wallMicroseconds())
  }

  static let noSpace = BatchRefusal(.unavailable, "there is no space for files of jobs")

  /// Makes a job of a collected input, once its head can be read.
  package func accept(_ spool: Spool, _ draft: Draft) throws -> BatchJob {
    var job = self.job(draft, folder: spool.folder)
    job.inputSize = spool.bytes
    do {
      try spool.complete()
      _ = try context.reader(of: job, at: spool.path)
      try requireNoLabels(draft)
      try spool.finish()
      let added = try context.book.add(job)
      spool.keep()
      runner.ring()
      return added
    } catch {
      spool.discard()
      throw error
    }
  }

  /// Makes a job of a file below the folder for such files (S1.40).
  package func accept(file path: String, _ draft: Draft) throws -> BatchJob {
    let found = try InputFolder(settings.inputFolder).file(path)
    var job = self.job(draft, folder: try files.makeFolder(now: Clocks.wallMicroseconds()))
    do {
      try BulkFile.synchronize(folder: files.root)
      job.path = found
      job.inputSize = JobFiles.size(found)
      _ = try context.reader(of: job)
      try requireNoLabels(draft)
      let added = try context.book.add(job)
      runner.ring()
      return added
    } catch {
      files.remove(job.folder)
      throw error
    }
  }

  /// Refuses to decide as if live on rows whose labels somebody wants to be taken.
  private func requireNoLabels(_ draft: Draft) throws(InputError) {
    guard draft.mode == .ingest, try context.plan(draft.map, for: draft.source).mapsLabel else {
      return
    }
    throw InputError(
      .invalid,
      field: "map",
      "names a column of labels; a job decides as if live and takes none: leave the line out and"
        + " send labels by POST /api/v1/labels, or feed the file by 'assay backfill', which takes"
        + " them"
    )
  }

  private func job(_ draft: Draft, folder: String) -> BatchJob {
    var job = BatchJob(
      kind: draft.kind,
      mode: draft.mode,
      format: draft.format,
      source: draft.source.id,
      folder: folder,
      inputSize: 0,
      created: Clocks.wallMicroseconds()
    )
    job.map = draft.map
    job.name = String(draft.name.prefix(256))
    return job
  }
}
