import Alerts
import Engine
import FileJournal
import Foundation
import Journal
import Payments
import Pipeline
import Shell
import Storage

/// Removes the oldest segments when the policy says so and nothing needs them.
///
/// A child process first folds them into a snapshot of the place where the log will start: all that
/// is kept stays verifiable, and an older snapshot is never the only way to start.
final class RetentionKeeper {
  private let directory: DataDirectory
  private let core: CoreThread
  private let policy: RetentionPolicy
  /// Bytes of log by which a projection may be behind before it is let go.
  private let detachBytes: UInt64
  private let alerts: AlertService
  private let disk: FileDisk

  init(
    _ directory: DataDirectory,
    core: CoreThread,
    policy: RetentionPolicy,
    detachBytes: UInt64,
    alerts: AlertService
  ) throws {
    self.directory = directory
    self.core = core
    self.policy = policy
    self.detachBytes = detachBytes
    self.alerts = alerts
    disk = try FileDisk(directory: directory.journal, readOnly: true)
  }

  /// Looks once, and removes what may go.
  func look() throws {
    if policy.keepsAll { return }
    let parts = try Retention.parts(of: disk)
    guard let first = parts.first?.base else { return }
    let status = core.status
    func start(_ floors: [UInt64]) -> UInt64 {
      Retention.start(
        of: parts,
        policy,
        now: status.lastReceivedAt,
        floors: floors,
        adoptions: status.adoptions
      )
    }
    guard start([status.identityFloor]) > first,
      let snapshot = directory.olderSnapshot()?.bytes
    else { return }
    let wanted = start([status.identityFloor, snapshot])
    guard wanted > first else { return }
    let needed = floors(wanted) + alertsFloor(wanted, logStart: first)
    let target = start([status.identityFloor, snapshot] + needed)
    guard target > first else { return }
    try anchor(target)
    try directory.note(start: Position(bytes: target))
    let count = try Retention.remove(before: target, on: disk)
    try directory.removeOldSnapshots(logStart: target)
    status.removedSegments += count
    status.erasures.forget(before: target)
    status.verifiableFrom = directory.verifiableFrom(logStart: target)
    Log.info("retention: removed \(count) segments; the log starts at \(target)")
  }

  /// The places that projections still have to read from, where they hold retention back.
  private func floors(_ wanted: UInt64) -> [UInt64] {
    let committed = core.committed.bytes
    return core.status.projections.compactMap { projection in
      if projection.isDetached { return nil }
      let cursor = projection.cursor ?? 0
      guard cursor < wanted, projection.cursor != nil, committed - cursor > detachBytes else {
        return cursor
      }
      core.status.detach(projection.name)
      Log.error(
        "retention: projection '\(projection.name)' is detached: it is \(committed - cursor) bytes"
          + " behind; run 'assay projection rebuild \(projection.name)'"
      )
      return nil
    }
  }

  /// The place that alerts still have to read from, where they hold retention back.
  ///
  /// Where they are too far behind the log goes without them; they say what they missed.
  private func alertsFloor(_ wanted: UInt64, logStart: UInt64) -> [UInt64] {
    let committed = core.committed.bytes
    var place = logStart
    do throws(StoreError) {
      place = max(place, try alerts.keepPlace() ?? 0)
    } catch {
      Log.warning("retention: the place of alerts cannot be kept: \(error)")
    }
    // A place beyond the log is of another one.
    let behind = committed > place ? committed - place : 0
    guard place < wanted, behind > detachBytes else { return [place] }
    do {
      try alerts.carryOutErasures(upTo: Position(bytes: wanted))
    } catch {
      Log.error("retention: waits for alerts, which cannot carry out erasures: \(error)")
      return [place]
    }
    Log.error(
      "retention: alerts are \(behind) bytes behind; the log goes on without them up to \(wanted)"
    )
    return []
  }

  /// Makes sure that a whole snapshot stands at the place where the log will start.
  private func anchor(_ start: UInt64) throws {
    // It is there where an earlier removal was cut short.
    if hasAnchor(start) { return }
    guard SnapshotKeeper.runChild(directory, ["--anchor", "\(start)"]) else {
      throw CommandError("no snapshot of the new start of the log could be made")
    }
    guard hasAnchor(start) else {
      throw CommandError("the snapshot of the new start of the log is not whole")
    }
  }

  private func hasAnchor(_ start: UInt64) -> Bool {
    let place = Retention.firstBatch(start)
    let newest = directory.snapshotBytes(upTo: place).first { _ in true }
    guard let newest else { return false }
    return SnapshotFile.place(of: newest)?.position == place
  }
}
