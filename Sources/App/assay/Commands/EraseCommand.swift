import FileJournal
import Foundation
import Intake
import Journal
import Payments
import Pipeline
import SQLiteStore
import Shell
import Storage
import Vault

/// Erases what is kept of an account besides the log: on a running server, or in a data directory
/// that no server is using.
enum EraseCommand: Command {
  static let name = "erase"
  static let summary = "erase what is kept of an account: decisions, labels, alerts, its contact"
  /// How long the command waits until everything has followed.
  private static let secondsMax = 120.0
  private static let pauseSeconds = 0.1

  static let options =
    [
      Arguments.Option("source", "S", "the account's source"),
      Arguments.Option("account", "A", "the account as transactions have it; a card's number too"),
      Arguments.Option("data", "DIR", "data directory; without --url no server may be using it"),
    ] + RemoteServer.options

  private struct Wish: Codable {
    var source: String
    var account: String
  }

  private struct Progress: Codable {
    struct Part: Codable {
      var name: String
      var state: String
      var done: Bool
    }

    var position: UInt64
    var done: Bool
    var projections: [Part]
  }

  static func run(_ arguments: Arguments) throws {
    let wish = Wish(
      source: try arguments.required("source"),
      account: try arguments.required("account")
    )
    guard let source = SourceCatalog.entries.first(where: { $0.source.name == wish.source }) else {
      let known = SourceCatalog.entries.map(\.source.name).joined(separator: ", ")
      throw UsageError("--source is one of \(known)")
    }
    guard (1...TransactionRecord.textBytesMax).contains(wish.account.utf8.count) else {
      throw UsageError("--account has 1 to \(TransactionRecord.textBytesMax) bytes")
    }
    if let server = try RemoteServer(arguments) { return try erase(wish, on: server) }
    guard let path = arguments.text("data") else { throw UsageError("--data or --url is missing") }
    let directory = DataDirectory(path)
    try directory.requireJournal()
    try erase(wish, source.source, in: directory, by: LocalIdentity(arguments))
  }

  private static func erase(_ wish: Wish, on server: RemoteServer) throws {
    let path = "/api/v1/erasures"
    let body = try JSONEncoder().encode(wish)
    var progress = try JSONDecoder().decode(
      Progress.self,
      from: try server.request("POST", path, body: body)
    )
    let ends = Date(timeIntervalSinceNow: secondsMax)
    while !progress.done {
      guard Date() < ends else {
        let rest = progress.projections.filter { !$0.done }.map { "\($0.name) (\($0.state))" }
        throw CommandError(
          "the erasure is logged at \(progress.position), but has not been carried out yet by"
            + " \(rest.joined(separator: ", ")); GET \(path)/\(progress.position) says when it is"
        )
      }
      Thread.sleep(forTimeInterval: pauseSeconds)
      let data = try server.request("GET", "\(path)/\(progress.position)")
      progress = try JSONDecoder().decode(Progress.self, from: data)
    }
    report(at: progress.position, of: wish.source)
  }

  private static func erase(
    _ wish: Wish,
    _ source: Source,
    in directory: DataDirectory,
    by identity: LocalIdentity
  ) throws {
    let node = try Node(directory)
    let bytes = Array(wish.account.utf8)
    let account =
      CardNumber.entityToken(bytes) { [vault = node.vault] in vault.token($0) }?.text
      ?? wish.account
    let erasure = Erasure(source: source.id, account: account)
    let position: Position
    node.start()
    do {
      defer {
        node.core.stop()
        node.close()
      }
      // By a token, as the route does: an account that stood there for good would not be erased.
      let subject = node.vault.alertSecrets.subject(source: source.name, account: account)
      let entry = AuditEntry(by: identity.actor, "account.erase", "\(source.name) \(subject)")
      try identity.store.record([entry])
      let submission = Submission()
      submission.kind = .entries(.erasure)
      submission.add { $0.append(contentsOf: erasure.encoded) }
      guard node.core.submitAndWait(submission), case .logged(let place) = submission.results.first
      else { throw CommandError("the erasure could not be logged: is there space on the disk?") }
      position = place
    }
    try project(node)
    try eraseAlerts(erasure, source, node)
    report(at: position.bytes, of: wish.source)
  }

  /// Has the store of decisions follow the log to its end.
  private static func project(_ node: Node) throws {
    let projector = Projector(
      core: node.core,
      disk: try FileDisk(directory: node.directory.journal, readOnly: true),
      store: try node.openStore(),
      sources: node.sources
    ) { Log.warning($0) }
    while try projector.step() {}
    let state = node.core.status.projections.first { $0.name == Projector.name }
    guard state?.isDetached == false, state?.isErasing == false else {
      throw CommandError(
        "the erasure is logged, but the store of decisions does not follow the log; run 'assay"
          + " projection rebuild \(Projector.name)'"
      )
    }
  }

  /// Does in the store of alerts what a server would by following the log, whose place it keeps.
  private static func eraseAlerts(_ erasure: Erasure, _ source: Source, _ node: Node) throws {
    let secrets = node.vault.alertSecrets
    let holder = secrets.subject(source: source.name, account: erasure.account)
    _ = secrets.destroyKey(of: holder)
    guard FileManager.default.fileExists(atPath: node.directory.alerts) else { return }
    let store = try SQLiteAlertStore(path: node.directory.alerts)
    let now = Clocks.wallMicroseconds()
    try store.erase(erasure.account, of: source.name, holder: holder, until: now)
    try store.scrub()
  }

  /// Says what was done; not to whom, as a card's number may have been given.
  private static func report(at position: UInt64, of source: String) {
    Console.print(
      "erased what was kept of the account of '\(source)' before position \(position): decisions"
        + " and labels in the store, alerts and their deliveries, its contact and that one's key;"
        + " the log keeps its entries until retention removes them"
    )
  }
}
