import Payments
package import Storage

/// Decisions in one SQLite file, for one writer and many readers.
///
/// The journal is the truth: at a power cut the file may lose its last transactions, and the cursor
/// goes back with them. A file that is `damaged` is removed and projected again.
package final class SQLiteStore: DecisionStore {
  /// Pages kept in memory by the writer, KiB.
  private static let cacheKiBMax = 32 << 10
  /// Pages of 8 KiB in the write-ahead log before they are moved to the file: 4 MiB, so that the
  /// journal's syncs hardly wait for theirs.
  private static let checkpointPages = 512
  /// What the write-ahead log is cut to after it has grown, bytes.
  private static let logBytesKept = 64 << 20

  private let path: String
  private let connection: Connection
  private let insertDecision: Statement
  private let insertLabel: Statement
  private let addTotals: Statement
  private let setCursor: Statement
  private let readCursor: Statement
  private let rollups: RollupWriter
  private let labels: LabelMover
  private let eraser: RowEraser
  /// The file was written anew since rows were erased last.
  private var isAnew = false

  /// Opens a database file, creating it for its owner alone.
  package init(path: String) throws(StoreError) {
    self.path = path
    connection = try StoreFile.open(path, Migrations.steps, configure: SQLiteStore.configure)
    let write = "write decisions"
    insertDecision = try Statement(
      connection,
      """
      INSERT OR IGNORE INTO decision
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)
      """,
      to: write
    )
    insertLabel = try Statement(
      connection,
      "INSERT OR IGNORE INTO label VALUES (?, ?, ?, ?, ?)",
      to: write
    )
    addTotals = try Statement(
      connection,
      "UPDATE totals SET decisions = decisions + ?, labels = labels + ?",
      to: write
    )
    setCursor = try Statement(connection, "UPDATE cursor SET position = ?, sequence = ?", to: write)
    readCursor = try Statement(connection, SQLiteReader.cursorSQL, to: "read its cursor")
    rollups = try RollupWriter(connection)
    labels = try LabelMover(connection)
    eraser = try RowEraser(connection)
  }

  private static func configure(_ connection: Connection) throws(StoreError) {
    let operation = "open the database"
    try connection.execute("PRAGMA page_size = 8192", to: operation)
    let log = try Statement(connection, "PRAGMA journal_mode = WAL", to: operation)
    guard try log.first({ $0.text(0) }) == "wal" else {
      throw StoreError(.inputOutput, operation, "the file system has no write-ahead logging")
    }
    try connection.execute(
      """
      PRAGMA synchronous = NORMAL;
      PRAGMA secure_delete = ON;
      PRAGMA cache_size = -\(cacheKiBMax);
      PRAGMA wal_autocheckpoint = \(checkpointPages);
      PRAGMA journal_size_limit = \(logBytesKept);
      """,
      to: operation
    )
  }

  /// Deletes a database and its side files, so that it can be projected again from the log.
  ///
  /// Every store and reader of it must be gone.
  package static func remove(path: String) throws(StoreError) { try Connection.remove(path) }

  package func cursor() throws(StoreError) -> StoreCursor {
    try SQLiteReader.cursor(from: readCursor)
  }

  package func apply(
    _ decisions: [DecisionRow],
    _ labels: [LabelRow],
    _ erasures: [ErasureRow],
    upTo cursor: StoreCursor
  ) throws(StoreError) {
    rollups.discard()
    eraser.discard()
    try connection.transaction(to: "write decisions") { () throws(StoreError) in
      var (decisions, labels) = (decisions[...], labels[...])
      var added = DecisionTotals(decisions: 0, labels: 0)
      for erasure in erasures {
        try take(
          decisions.prefix { $0.position < erasure.position },
          labels.prefix { $0.position < erasure.position },
          &added
        )
        decisions = decisions.drop { $0.position < erasure.position }
        labels = labels.drop { $0.position < erasure.position }
        try eraser.note(erasure)
      }
      try take(decisions, labels, &added)
      let removed = try eraser.erase()
      if removed != DecisionTotals(decisions: 0, labels: 0) { isAnew = false }
      if !erasures.isEmpty {
        // Also where no row was left to erase: of those that were forgotten there may be copies.
        try connection.execute("UPDATE cursor SET unscrubbed = 1", to: "erase an account")
      }
      if added != removed {
        try addTotals.bind(Int64(added.decisions - removed.decisions), at: 1)
        try addTotals.bind(Int64(added.labels - removed.labels), at: 2)
        try addTotals.run()
      }
      try setCursor.bind(Int64(cursor.position), at: 1)
      try setCursor.bind(Int64(cursor.sequence), at: 2)
      try setCursor.run()
    }
  }

  /// Inserts rows and has the rollups count them.
  private func take(
    _ decisions: ArraySlice<DecisionRow>,
    _ labels: ArraySlice<LabelRow>,
    _ added: inout DecisionTotals
  ) throws(StoreError) {
    for row in decisions {
      try insert(row)
      if connection.changes == 0 { continue }
      added.decisions += 1
      try rollups.add(row)
    }
    for row in labels {
      try insert(row)
      if connection.changes == 0 { continue }
      added.labels += 1
      if let move = try self.labels.apply(row, unless: eraser.covers) { try rollups.move(move) }
    }
    try rollups.write()
  }

  /// Writes the file anew where rows were erased, moves the write-ahead log, which has pages of
  /// before, to it, and cuts that off.
  ///
  /// Overwriting rows where they stood is not enough: when pages are split or joined, SQLite leaves
  /// copies of rows that moved.
  package func scrub() throws(StoreError) -> Bool {
    let operation = "overwrite what was erased"
    let state = try Statement(connection, "SELECT unscrubbed FROM cursor", to: operation)
    let isUnscrubbed = try state.first { $0.integer(0) != 0 } ?? false
    if isUnscrubbed, !isAnew {
      try connection.execute("VACUUM", to: operation)
      isAnew = true
    }
    let checkpoint = try Statement(connection, "PRAGMA wal_checkpoint(TRUNCATE)", to: operation)
    guard try checkpoint.first({ $0.integer(0) == 0 }) ?? false else { return false }
    if isUnscrubbed { try connection.execute("UPDATE cursor SET unscrubbed = 0", to: operation) }
    return true
  }

  package func forget(before position: UInt64) throws(StoreError) {
    let operation = "forget decisions"
    try connection.transaction(to: operation) { () throws(StoreError) in
      var counts: [Int64] = []
      for table in ["decision", "label"] {
        let delete = try Statement(
          connection,
          "DELETE FROM \(table) WHERE position < ?",
          to: operation
        )
        try delete.bind(Int64(clamping: position), at: 1)
        try delete.run()
        counts.append(Int64(connection.changes))
      }
      if counts != [0, 0] { isAnew = false }
      try addTotals.bind(-counts[0], at: 1)
      try addTotals.bind(-counts[1], at: 2)
      try addTotals.run()
    }
  }

  package func clear() throws(StoreError) {
    let operation = "clear the store"
    try connection.transaction(to: operation) { () throws(StoreError) in
      try connection.execute(
        """
        DELETE FROM decision; DELETE FROM label; DELETE FROM rollup; DELETE FROM amount_histogram;
        DELETE FROM score_histogram; DELETE FROM largest;
        UPDATE totals SET decisions = 0, labels = 0;
        UPDATE cursor SET position = 0, sequence = 1;
        """,
        to: operation
      )
    }
  }

  private func insert(_ row: DecisionRow) throws(StoreError) {
    try insertDecision.bind(Int64(row.position), at: 1)
    try insertDecision.bind(Int64(row.source), at: 2)
    try insertDecision.bind(row.idKey, at: 3)
    try insertDecision.bind(row.time, at: 4)
    try insertDecision.bind(row.receivedAt, at: 5)
    try insertDecision.bind(row.amount, at: 6)
    try insertDecision.bind(Int64(row.outcome.rawValue), at: 7)
    try insertDecision.bind(Double(row.score), at: 8)
    try insertDecision.bind(row.account, at: 9)
    try insertDecision.bind(row.channel, at: 10)
    if let balances = row.balances {
      try insertDecision.bind(balances.before, at: 11)
      try insertDecision.bind(balances.after, at: 12)
    } else {
      try insertDecision.bindNull(at: 11)
      try insertDecision.bindNull(at: 12)
    }
    try insertDecision.run()
  }

  private func insert(_ row: LabelRow) throws(StoreError) {
    try insertLabel.bind(Int64(row.position), at: 1)
    try insertLabel.bind(row.idKey, at: 2)
    try insertLabel.bind(row.time, at: 3)
    try insertLabel.bind(row.receivedAt, at: 4)
    try insertLabel.bind(Int64(row.fraud ? 1 : 0), at: 5)
    try insertLabel.run()
  }

  package func reader() throws(StoreError) -> any DecisionReader { try SQLiteReader(path: path) }
}
