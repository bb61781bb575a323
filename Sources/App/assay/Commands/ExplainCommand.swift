import Engine
import FileJournal
import Foundation
import Gateway
import Journal
import Payments
import Pipeline
import Shell
import Vault

/// Explains one decision of the past: from a data directory, read only, or from a running server.
enum ExplainCommand: Command {
  static let name = "explain"
  static let summary = "explain a decision: reasons, features, contributions, versions"
  static let words = ["ID"]
  static let options =
    [
      Arguments.Option("data", "DIR", "data directory; a live server may be using it"),
      Arguments.Option("source", "S", "the id's source, where it stands in several"),
      Arguments.Option("verify", nil, "fold the log up to the decision and compare"),
      Arguments.Option("json", nil, "report as JSON"),
    ] + RemoteServer.options

  static func run(_ arguments: Arguments) throws {
    guard let id = arguments.words.first else { throw UsageError("the decision's ID is missing") }
    let answer: Data
    if let server = try RemoteServer(arguments) {
      if arguments.has("verify") { throw UsageError("--verify works on --data without --url") }
      let query = arguments.text("source").map { "?source=" + RemoteServer.escaped($0) } ?? ""
      answer = try server.request(
        "GET",
        "/api/v1/decisions/" + RemoteServer.escaped(id) + query
      )
    } else {
      guard arguments.has("data") else { throw UsageError("--data or --url is missing") }
      answer = Data(try explain(id, arguments))
    }
    if arguments.has("json") {
      Console.print(String(decoding: answer, as: UTF8.self))
    } else {
      Console.print(try ExplanationText(answer).text)
    }
  }

  private static func explain(_ id: String, _ arguments: Arguments) throws -> [UInt8] {
    let directory = DataDirectory(try arguments.required("data"))
    try directory.requireJournal()
    var sources = SourceCatalog.entries.map(\.source)
    let catalog = try directory.catalog(sources: sources)
    if let name = arguments.text("source") {
      sources = sources.filter { $0.name == name }
      guard !sources.isEmpty else { throw UsageError("there is no source '\(name)'") }
    }
    guard let past = try PastDecision.find(id, sources: sources, in: directory) else {
      throw CommandError("there is no decision '\(id)' in \(directory.path)")
    }
    let replayed = arguments.has("verify") ? try replay(past, in: directory) : nil
    var explanation = Explanation(catalog)
    return explanation.json(
      transaction: past.transaction,
      decision: past.decision,
      at: past.position,
      label: past.label,
      replayed: replayed
    )
  }

  /// Folds the log from the newest snapshot before a decision up to it; whether it came out the
  /// same.
  ///
  /// Nil where the decision was made by another version of the engine.
  private static func replay(_ past: PastDecision, in directory: DataDirectory) throws -> Bool? {
    let version = past.decision.span.load(at: 26, as: UInt16.self)
    guard version == Engine.semanticsVersion else { return nil }
    let vault = try directory.openVault()
    let done = try Startup.run(
      disk: try FileDisk(directory: directory.journal, readOnly: true),
      snapshots: directory.snapshotBytes(upTo: past.position),
      newLog: 0,
      repair: false,
      until: Position(bytes: past.decisionAt.bytes + 1)
    ) { directory.makeEngine(seed: vault.seed) }
    if done.fold.differences == 0 { return true }
    return !done.fold.firstDifferences.contains { $0.position == past.decisionAt }
      && done.fold.differences <= LogFold.differencesKept
  }
}
