import Engine
import FileJournal
import Foundation
import Journal
import Payments
import Pipeline
import SQLiteStore
import Shell
import Storage
import Vault

/// Says what is missing of a log, and goes on without it where somebody accepts the loss.
enum RecoverCommand: Command {
  static let name = "recover"
  static let summary = "say what is missing of a log, and go on without it"
  static let options = [
    Arguments.Option("data", "DIR", "data directory; no server may be using it"),
    Arguments.Option(
      "accept-loss",
      nil,
      "give up what is missing or damaged, and all behind it; restore a copy first if there is one"
    ),
  ]

  static func run(_ arguments: Arguments) throws {
    let directory = DataDirectory(try arguments.required("data"))
    guard FileManager.default.fileExists(atPath: directory.path + "/keys") else {
      throw CommandError("\(directory.path) is not a data directory: there is no folder 'keys'")
    }
    try directory.create()
    let disk = try FileDisk(directory: directory.journal)
    let known = directory.knowledge()
    let plan = try LossPlan(on: disk, known, newLog: try Vault(directory: directory.path).seed)
    guard !plan.isEmpty else { return Console.print("nothing is missing of the log") }
    for loss in [plan.loss, plan.lostStart].compactMap(\.self) { Console.print("lost: \(loss)") }
    for name in plan.setAside { Console.print("cannot be kept: \(name)") }
    try requireSnapshot(plan, directory)
    guard arguments.has("accept-loss") else {
      throw CommandError(
        "nothing was changed; restore the folder 'journal' from a copy, or run this with"
          + " --accept-loss: the state becomes that of what is kept, and lost ids are decided anew"
      )
    }
    try accept(plan, known, disk, directory)
  }

  /// A log without its first segments can only be gone on with from a snapshot.
  private static func requireSnapshot(_ plan: LossPlan, _ directory: DataDirectory) throws {
    guard let first = plan.kept.first?.base, first.bytes > 0 else { return }
    let start = Retention.firstBatch(first.bytes)
    let found = directory.snapshotBytes(upTo: plan.end).contains { bytes in
      SnapshotFile.place(of: bytes).map { $0.position >= start } ?? false
    }
    guard !found else { return }
    throw CommandError(
      "the log starts at position \(first.bytes), and no whole snapshot stands between there and"
        + " \(plan.end.bytes): nothing can be recovered without a copy of the folders 'journal'"
        + " and 'snapshots'"
    )
  }

  /// Those who know of the loss are removed first, and the note of it is replaced last: cut off
  /// anywhere, the loss still shows.
  private static func accept(
    _ plan: LossPlan,
    _ known: LogKnowledge,
    _ disk: FileDisk,
    _ directory: DataDirectory
  ) throws {
    try directory.note(plan.noted(known))
    if plan.loss != nil { try directory.removeSnapshots(behind: plan.end) }
    if isAhead(.decisions, directory.database, plan) {
      try SQLiteStore.remove(path: directory.database)
      Console.print("decisions.sqlite knew what is lost: it is made again at the next start")
    }
    if isAhead(.alerts, directory.alerts, plan) {
      let cursor = StoreCursor(position: plan.place.bytes, sequence: 0)
      try SQLiteAlertStore(path: directory.alerts).setLogCursor(cursor)
      Console.print("alerts go on behind the loss; those that were raised stay")
    }
    let extent = try plan.carryOut(
      on: disk,
      receivedAt: Clocks.wallMicroseconds(),
      semanticsVersion: Engine.semanticsVersion
    )
    try directory.note(extent)
    Console.print("the log goes on at position \(extent.end.bytes), entry \(extent.nextSequence)")
  }

  private static func isAhead(
    _ store: FollowedPlace,
    _ path: String,
    _ plan: LossPlan
  ) -> Bool {
    plan.loss != nil && (store.read(at: path)?.position ?? 0) > plan.end.bytes
  }
}
