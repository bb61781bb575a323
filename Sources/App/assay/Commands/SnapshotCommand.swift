import CLinux
import Engine
import FileJournal
import Foundation
import Journal
import Pipeline
import Shell
import Vault

/// Folds the durable log onto the newest snapshot and writes the next one; `serve` runs it as a
/// child, so that the engine never pauses.
enum SnapshotCommand: Command {
  static let name = "snapshot"
  static let summary = "write a snapshot of a data directory's state, beside a live server too"
  static let options = [
    Arguments.Option("data", "DIR", "data directory"),
    Arguments.Option("until", "POSITION", "fold only what is durable up to here"),
    Arguments.Option(
      "anchor",
      "POSITION",
      "of the segment that starts here, so that those before it can go"
    ),
  ]

  static func run(_ arguments: Arguments) throws {
    // A live server goes before; jobs do not, or the log behind the newest snapshot, which a start
    // has to fold, would grow with them. Threads that are started take it over.
    clinux_nice_thread(5)
    let directory = DataDirectory(try arguments.required("data"))
    try directory.requireJournal()
    let vault = try directory.openVault()
    let disk = try FileDisk(directory: directory.journal, readOnly: true)
    let anchor = try arguments.integer("anchor", 1...Int.max).map { UInt64($0) }
    let until = try arguments.integer("until", 0...Int.max).map { UInt64($0) }
    let limit = (anchor ?? until).map { Position(bytes: $0) }
    let segments = try Recovery.segments(on: disk).found
    if let anchor, !segments.contains(where: { $0.base.bytes == anchor }) {
      throw CommandError("no segment starts at \(anchor)")
    }
    let done = try Startup.run(
      disk: disk,
      snapshots: directory.snapshotBytes(upTo: anchor == nil ? nil : limit),
      newLog: 0,
      repair: false,
      until: limit
    ) { directory.makeEngine(seed: vault.seed) }
    let start = segments.first?.base.bytes ?? 0
    guard anchor != nil || done.log.end.bytes > done.snapshot?.position.bytes ?? 0 else {
      return Console.print("nothing new since the last snapshot")
    }
    let place = EngineSnapshot.Place(
      position: anchor.map { Retention.firstBatch($0) } ?? done.log.end,
      nextSequence: done.log.nextSequence,
      lastReceivedAt: done.lastReceivedAt
    )
    let bytes = SnapshotFile.encode(done.engine, done.identity, done.erasures, at: place)
    try directory.write(snapshot: bytes, at: place.position)
    // An anchor is followed by the removal of what lies before it, which also looks after the rest.
    if anchor == nil { try directory.removeOldSnapshots(logStart: start) }
    Console.print("snapshot at \(place.position.bytes): \(bytes.count) bytes")
  }
}
