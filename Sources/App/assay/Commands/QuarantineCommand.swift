import Engine
import FileJournal
import Foundation
import Journal
import Payments
import Pipeline
import Shell
import Vault

/// Shows what is in quarantine, and lets it out again: on a running server, or on a data directory
/// that no server is using.
enum QuarantineCommand: Command {
  static let name = "quarantine"
  static let summary = "list or release transactions that crashed the program"
  static let words = ["list|release", "[ID]"]
  static let options =
    [
      Arguments.Option("data", "DIR", "data directory; to release, no server may be using it"),
      Arguments.Option("source", "S", "the id's source, where it stands in several"),
      Arguments.Option("json", nil, "list as JSON"),
    ] + RemoteServer.options

  /// An entry as the server shows it.
  private struct Row: Codable {
    var subject: String
    var source: String
    var transaction_id: String
    var work: String
    var since: String
    var reason: String
  }

  private struct List: Codable {
    var quarantined: [Row]
  }

  static func run(_ arguments: Arguments) throws {
    let server = try RemoteServer(arguments)
    if server == nil, !arguments.has("data") { throw UsageError("--data or --url is missing") }
    switch (arguments.words.first, arguments.words.count) {
    case ("list", 1): try list(server, arguments)
    case ("release", 2): try release(arguments.words[1], server, arguments)
    default: throw UsageError("'list' or 'release ID' is expected")
    }
  }

  private static func list(_ server: RemoteServer?, _ arguments: Arguments) throws {
    let rows = try server.map(rows) ?? rows(try entries(arguments))
    if arguments.has("json") { return try Console.json(List(quarantined: rows)) }
    if rows.isEmpty { Console.print("nothing is in quarantine") }
    for row in rows {
      Console.print("\(row.transaction_id) (\(row.source)) since \(row.since): \(row.reason)")
    }
  }

  private static func rows(_ server: RemoteServer) throws -> [Row] {
    let data = try server.request("GET", "/api/v1/quarantine")
    return try JSONDecoder().decode(List.self, from: data).quarantined
  }

  private static func rows(_ entries: [Quarantine]) -> [Row] {
    entries.map { entry in
      Row(
        subject: String(entry.subject, radix: 16),
        source: sourceName(entry.source),
        transaction_id: entry.id,
        work: entry.kind == .transaction ? "decision" : "\(entry.kind)",
        since: Timestamp(microseconds: entry.time).description,
        reason: entry.reason
      )
    }
  }

  private static func sourceName(_ number: UInt16) -> String {
    SourceCatalog.entries.first { $0.source.id == number }?.source.name ?? "\(number)"
  }

  /// What is in quarantine by the log alone, beside a live server too.
  private static func entries(_ arguments: Arguments) throws -> [Quarantine] {
    let directory = DataDirectory(try arguments.required("data"))
    try directory.requireJournal()
    let vault = try directory.openVault()
    let done = try Startup.run(
      disk: try FileDisk(directory: directory.journal, readOnly: true),
      snapshots: directory.snapshotBytes(),
      newLog: 0,
      repair: false
    ) { directory.makeEngine(seed: vault.seed) }
    return done.engine.quarantine.values.sorted { ($0.time, $0.subject) < ($1.time, $1.subject) }
  }

  private static func release(
    _ id: String,
    _ server: RemoteServer?,
    _ arguments: Arguments
  ) throws {
    let found = try (server.map(rows) ?? rows(try entries(arguments))).filter { row in
      row.transaction_id == id && row.source == arguments.text("source") ?? row.source
    }
    guard !found.isEmpty else { throw CommandError("'\(id)' is not in quarantine") }
    guard Set(found.map(\.source)).count == 1 else {
      throw UsageError("'\(id)' stands in several sources: --source says which is meant")
    }
    if let server {
      for row in found {
        _ = try server.request("POST", "/api/v1/quarantine/\(row.subject)/release")
      }
    } else {
      let node = try Node(DataDirectory(try arguments.required("data")))
      node.start()
      defer {
        node.core.stop()
        node.close()
      }
      for entry in node.engine.quarantine.values
      where found.contains(where: { $0.subject == String(entry.subject, radix: 16) }) {
        var release = entry
        release.action = .release
        release.time = Clocks.wallMicroseconds()
        let submission = Submission()
        submission.kind = .entries(.quarantine)
        let body = release.encoded
        submission.add { $0.append(contentsOf: body) }
        guard node.core.submitAndWait(submission), case .logged = submission.results.first else {
          throw CommandError("the release could not be logged")
        }
      }
    }
    Console.print("released '\(id)': it is taken again from now on")
  }
}
