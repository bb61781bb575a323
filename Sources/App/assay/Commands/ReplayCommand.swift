import Engine
import FileJournal
import Foundation
import Journal
import Payments
import Pipeline
import Shell

/// Folds a whole log again and compares every decision with the logged one.
enum ReplayCommand: Command {
  static let name = "replay"
  static let summary = "recompute every decision of a data directory from its log"
  static let options = [
    Arguments.Option("data", "DIR", "data directory; a live server may be using it"),
    Arguments.Option(
      "verify",
      nil,
      "exit 1 where a decision comes out otherwise or cannot be verified"
    ),
    Arguments.Option("json", nil, "report as JSON"),
  ]

  private struct Report: Encodable {
    var decisions: Int
    var differences: Int
    var transactions: Int
    var history: Int
    var labels: Int
    var digests: Int
    var notVerifiable: Int
    /// The place from which the fold started: the log's start, or the oldest snapshot.
    var verifiableFrom: UInt64
    var stateDigest: String
    /// What is missing of the log, and was accepted by `assay recover`.
    var losses: [String]
    var seconds: Double
    var firstDifferences: [String]
  }

  static func run(_ arguments: Arguments) throws {
    let directory = DataDirectory(try arguments.required("data"))
    try directory.requireJournal()
    let disk = try FileDisk(directory: directory.journal, readOnly: true)
    let start = ContinuousClock.now
    // Looked at first: a live server's followers are never ahead of its log.
    let known = directory.knowledge()
    let first = try Recovery.segments(on: disk).found.first?.base.bytes ?? 0
    let from = directory.verifiableFrom(logStart: first)
    let done = try Startup.run(
      disk: disk,
      snapshots: first == 0
        ? [] : Array(directory.snapshotBytes(upTo: Position(bytes: from.position)).prefix(1)),
      known: known,
      newLog: 0,
      repair: false
    ) { directory.makeEngine(seed: 0) }
    let fold = done.fold
    let report = Report(
      decisions: fold.decisions,
      differences: fold.differences,
      transactions: fold.transactions,
      history: fold.histories,
      labels: fold.labels,
      digests: fold.digests,
      notVerifiable: fold.notVerifiable,
      verifiableFrom: from.position,
      stateDigest: String(done.engine.stateDigest(), radix: 16),
      losses: fold.losses.map(\.description),
      seconds: (ContinuousClock.now - start) / .seconds(1),
      firstDifferences: fold.firstDifferences.map { "\($0.what) at \($0.position.bytes)" }
    )
    if arguments.has("json") {
      try Console.json(report)
    } else {
      Console.print(
        "\(report.decisions) decisions, \(report.differences) differences, \(report.history)"
          + " past transactions, \(report.labels) labels, state \(report.stateDigest)"
      )
      if report.notVerifiable > 0 {
        Console.print(
          "  \(report.notVerifiable) decisions were made under another version of the semantics:"
            + " not verifiable by this program (semantics \(Engine.semanticsVersion))"
        )
      }
      for loss in report.losses { Console.print("  lost, and accepted: \(loss)") }
      if from.position > 0 {
        Console.print(
          "  from position \(from.position) on, sequenced after"
            + " \(Timestamp(microseconds: from.receivedAt)): of what lies before, which"
            + " is not kept, the state came from a snapshot"
        )
      }
      for difference in report.firstDifferences { Console.print("  \(difference)") }
    }
    if arguments.has("verify"), report.differences > 0 {
      throw CommandError("\(report.differences) decisions came out otherwise")
    }
    if arguments.has("verify"), report.notVerifiable > 0 {
      throw CommandError("\(report.notVerifiable) decisions could not be verified")
    }
  }
}
