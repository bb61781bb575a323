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
  ]

  static func run(_ arguments: Arguments) throws {
    let directory = DataDirectory(try arguments.required("data"))
    try directory.requireJournal()
    let vault = try Vault(directory: directory.path)
    let until = try arguments.integer("until", 0...Int.max).map { Position(bytes: UInt64($0)) }
    let disk = try FileDisk(directory: directory.journal, readOnly: true)
    let done = try Startup.run(
      disk: disk,
      snapshots: directory.snapshotBytes(),
      newLog: 0,
      repair: false,
      until: until
    ) { directory.makeEngine(seed: vault.seed) }
    guard done.log.end.bytes > done.snapshot?.position.bytes ?? 0 else {
      return Console.print("nothing new since the last snapshot")
    }
    let place = EngineSnapshot.Place(
      position: done.log.end,
      nextSequence: done.log.nextSequence,
      lastReceivedAt: done.lastReceivedAt
    )
    let bytes = SnapshotFile.encode(done.engine, done.identity, at: place)
    try directory.write(snapshot: bytes, at: place.position)
    Console.print("snapshot at \(place.position.bytes): \(bytes.count) bytes")
  }
}
