import Batch
import FileJournal
import Gateway
import Journal
import Payments
import Pipeline
import SQLiteStore
import Shell
import Storage
import Vault

extension DataDirectory {
  /// The state behind a place of the log, in a second engine: what `score` jobs decide on.
  func view(at position: Position, seed: UInt64) throws -> (Startup, any JournalDisk) {
    let disk = try FileDisk(directory: journal, readOnly: true)
    let start = try Recovery.segments(on: disk).found.first?.base ?? Position(bytes: 0)
    let gone = BatchRefusal(
      .invalid,
      "the log behind which the job scores was removed by retention; send the file again"
    )
    guard start <= position else { throw gone }
    do {
      let startup = try Startup.run(
        disk: disk,
        snapshots: snapshotBytes(upTo: position),
        newLog: 0,
        repair: false,
        until: position
      ) { makeEngine(seed: seed) }
      guard startup.snapshot != nil || start.bytes == 0 else { throw gone }
      return (startup, disk)
    } catch let error as JournalError where error.code == .corrupt && start.bytes > 0 {
      throw gone
    }
  }

  /// The service of jobs, with the files below `batch` and the store beside them.
  func makeBatch(
    _ settings: BatchSettings,
    numericIds: Set<String>,
    _ node: Node,
    _ catalog: Catalog,
    highRisk: @escaping @Sendable (BatchJob, Int64) -> Void
  ) throws -> BatchService {
    let (directory, vault, core) = (self, node.vault, node.core)
    var settings = settings
    settings.folder = path + "/batch"
    let wiring = BatchService.Wiring(
      settings: settings,
      core: core,
      sources: node.sources,
      tokenizer: { vault.token($0) },
      numericIds: numericIds,
      seal: vault.inputSeal,
      zone: { TimeZones.table(named: $0) },
      reasons: { catalog.reasons(for: $0) },
      openView: { try directory.view(at: $0, seed: vault.seed) },
      followed: {
        core.status.projections.first { $0.name == Projector.name }?.cursor ?? .max
      },
      highRisk: highRisk,
      report: { Log.warning("assay: \($0)") }
    )
    let stores = SideStores(directory: self, status: core.status)
    return BatchService(wiring, store: try stores.openJobs())
  }
}
