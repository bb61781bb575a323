package import Storage

/// How far a store had followed the log, read without opening it for anything else.
package enum FollowedPlace: CaseIterable {
  case decisions
  case alerts
  /// The farthest place behind which a job scores.
  case jobs

  private var sql: String {
    switch self {
    case .decisions: SQLiteReader.cursorSQL
    case .alerts: "SELECT position, sequence FROM cursor WHERE name = 'log'"
    case .jobs: "SELECT max(position), 0 FROM job"
    }
  }

  /// Nil where there is no such file, or where it cannot be read: whoever opens the store says why.
  package func read(at path: String) -> StoreCursor? {
    do {
      let connection = try Connection(path: path, mode: .readOnly)
      return try Statement(connection, sql, to: "read its place in the log").first { row in
        StoreCursor(
          position: UInt64(clamping: row.integer(0)),
          sequence: UInt64(clamping: row.integer(1))
        )
      }
    } catch {
      return nil
    }
  }
}
