import FileJournal
import Foundation
import Journal
import Pipeline
import SQLiteStore
import Shell
import Storage

/// Shows the projections of the log, and has one made again.
enum ProjectionCommand: Command {
  static let name = "projection"
  static let summary = "list what follows the log, or rebuild it from what is kept"
  static let words = ["list|rebuild", "[NAME]"]
  static let options =
    [
      Arguments.Option("data", "DIR", "data directory; to rebuild, no server may be using it"),
      Arguments.Option("json", nil, "list as JSON"),
    ] + RemoteServer.options

  private struct Row: Codable {
    var name: String
    var state: String
    var lag_bytes: UInt64
  }

  private struct List: Codable {
    var projections: [Row]
  }

  static func run(_ arguments: Arguments) throws {
    let server = try RemoteServer(arguments)
    if server == nil, !arguments.has("data") { throw UsageError("--data or --url is missing") }
    switch (arguments.words.first, arguments.words.count) {
    case ("list", 1): try list(server, arguments)
    case ("rebuild", 2): try rebuild(arguments.words[1], server, arguments)
    default: throw UsageError("'list' or 'rebuild NAME' is expected")
    }
  }

  private static func list(_ server: RemoteServer?, _ arguments: Arguments) throws {
    let rows: [Row]
    if let server {
      let data = try server.request("GET", "/api/v1/projections")
      rows = try JSONDecoder().decode(List.self, from: data).projections
    } else {
      rows = [try row(DataDirectory(try arguments.required("data")))]
    }
    if arguments.has("json") { return try Console.json(List(projections: rows)) }
    for row in rows { Console.print("\(row.name): \(row.state), \(row.lag_bytes) bytes behind") }
  }

  /// The decisions' projection by the files alone.
  private static func row(_ directory: DataDirectory) throws -> Row {
    try directory.requireJournal()
    let disk = try FileDisk(directory: directory.journal, readOnly: true)
    let log = try Recovery.segments(on: disk).found
    let first = log.first?.base.bytes ?? 0
    var end = first
    if let last = log.last {
      var reader = SegmentReader(disk: disk, segment: last, offset: Segment.headSize)
      _ = try reader.readAll { _, _, _ throws(JournalError) in }
      end = last.base.bytes + UInt64(reader.offset)
    }
    guard FileManager.default.fileExists(atPath: directory.database) else {
      return Row(name: Projector.name, state: "not there", lag_bytes: end - first)
    }
    let cursor = try SQLiteReader(path: directory.database).cursor().position
    let isDetached = cursor > 0 && cursor < Retention.firstBatch(first).bytes
    return Row(
      name: Projector.name,
      state: isDetached ? "detached" : "following",
      lag_bytes: end - min(cursor, end)
    )
  }

  private static func rebuild(
    _ name: String,
    _ server: RemoteServer?,
    _ arguments: Arguments
  ) throws {
    guard name == Projector.name else { throw UsageError("there is no projection '\(name)'") }
    if let server {
      _ = try server.request("POST", "/api/v1/projections/\(name)/rebuild")
      return Console.print("'\(name)' is being rebuilt")
    }
    let directory = DataDirectory(try arguments.required("data"))
    try directory.requireJournal()
    // Holding the journal keeps a server from starting meanwhile.
    let disk = try FileDisk(directory: directory.journal)
    try withExtendedLifetime(disk) { try SQLiteStore.remove(path: directory.database) }
    Console.print("'\(name)' is rebuilt by the next start of the server")
  }
}
