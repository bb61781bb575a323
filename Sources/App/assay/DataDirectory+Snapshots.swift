import BulkFiles
import Engine
import FileJournal
import Foundation
import Journal
import Payments
import Pipeline
import Shell

/// The snapshots of a data directory: the newest two, and one of the place where the log starts.
extension DataDirectory {
  /// A snapshot's file.
  private struct SnapshotName {
    var path: String
    var position: Position
  }

  /// The snapshots by their names, newest first.
  private var snapshotNames: [SnapshotName] {
    files(snapshots, ".snapshot").compactMap { path in
      let digits = path.split(separator: "/").last?.prefix { $0 != "." } ?? ""
      return UInt64(digits, radix: 16).map {
        SnapshotName(path: path, position: Position(bytes: $0))
      }
    }
  }

  /// Where the snapshots stand by their names, newest first.
  var snapshotPlaces: [Position] { snapshotNames.map(\.position) }

  /// Removes the snapshots behind a place, which a loss has made those of another log.
  func removeSnapshots(behind end: Position) throws {
    for name in snapshotNames where name.position > end { try BulkFile.remove(name.path) }
  }

  /// The bytes of the snapshots up to a place of the log, newest first, each read when it is
  /// asked for; one that cannot be read is as good as none.
  ///
  /// Each is read once into one buffer: while it is restored, memory holds its bytes and the state
  /// that they become, and no copy of them.
  func snapshotBytes(upTo limit: Position? = nil) -> some Sequence<[UInt8]> {
    snapshotNames.filter { $0.position <= limit ?? $0.position }.lazy
      .compactMap(DataDirectory.bytes)
  }

  private static func bytes(_ name: SnapshotName) -> [UInt8]? {
    // What cannot be read is passed over: an older one or the log itself will do.
    try? WholeFile.read(name.path)
  }

  /// The place of the snapshot that a damaged newest one leaves to start from; nil where there are
  /// no two whole ones.
  func olderSnapshot() -> Position? {
    var whole = 0
    for name in snapshotNames {
      guard let bytes = DataDirectory.bytes(name), SnapshotFile.place(of: bytes) != nil else {
        continue
      }
      whole += 1
      if whole == Retention.newestSnapshots { return name.position }
    }
    return nil
  }

  /// From where on the log can be folded again: its start, or the oldest whole snapshot.
  func verifiableFrom(logStart: UInt64) -> NodeStatus.VerifiableFrom {
    if logStart == 0 { return NodeStatus.VerifiableFrom(position: 0, receivedAt: 0) }
    for name in snapshotNames.reversed() where name.position.bytes >= logStart {
      guard let bytes = DataDirectory.bytes(name), let place = SnapshotFile.place(of: bytes) else {
        continue
      }
      return NodeStatus.VerifiableFrom(
        position: place.position.bytes,
        receivedAt: place.lastReceivedAt
      )
    }
    return NodeStatus.VerifiableFrom(position: .max, receivedAt: .max)
  }

  /// Writes a snapshot durably and removes those that nothing needs any more.
  func write(snapshot bytes: [UInt8], at position: Position) throws {
    let digits = String(position.bytes, radix: 16)
    let name = String(repeating: "0", count: 16 - digits.utf8.count) + digits
    let target = snapshots + "/" + name + ".snapshot"
    let draft = target + ".draft"
    let file = try BulkFile(creating: draft)
    try file.write(bytes)
    try file.synchronize()
    try file.close()
    if FileManager.default.fileExists(atPath: target) {
      try FileManager.default.removeItem(atPath: target)
    }
    try FileManager.default.moveItem(atPath: draft, toPath: target)
    try BulkFile.synchronize(folder: snapshots)
  }

  /// Removes all snapshots but the newest two and that of the log's start.
  func removeOldSnapshots(logStart: UInt64) throws {
    let names = snapshotNames
    let kept = Retention.keptSnapshots(of: names.map(\.position), logStart: logStart)
    for old in names where !kept.contains(old.position) {
      try BulkFile.remove(old.path)
    }
  }
}
