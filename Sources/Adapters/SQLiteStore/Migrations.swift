import Storage

/// The steps that bring a database file to the present version, oldest first.
///
/// A step that has been released is never changed; a new version adds one at the end.
enum Migrations {
  /// The SQL of each version.
  ///
  /// Ids are random, so that an index on them alone would dirty a page a row once it outgrows a
  /// commit; the index is cut into stretches of 64 MiB of log, of which only the last one grows.
  ///
  /// The indices also order by position, which every index of SQLite ends with. Columns are not
  /// declared `NOT NULL`: `INSERT OR IGNORE` would drop such rows without a word.
  static let steps = [
    """
    CREATE TABLE decision (
      position INTEGER PRIMARY KEY,
      source INTEGER, id_key INTEGER, time INTEGER, received_at INTEGER, amount INTEGER,
      outcome INTEGER, score REAL, account TEXT);
    CREATE INDEX decision_by_id ON decision (position >> 26, id_key);
    CREATE TABLE label (
      position INTEGER PRIMARY KEY, id_key INTEGER, received_at INTEGER, fraud INTEGER);
    CREATE INDEX label_by_id ON label (id_key);
    CREATE TABLE cursor (
      row INTEGER PRIMARY KEY CHECK (row = 1), position INTEGER, sequence INTEGER);
    INSERT INTO cursor VALUES (1, 0, 1);
    CREATE TABLE totals (
      row INTEGER PRIMARY KEY CHECK (row = 1), decisions INTEGER, labels INTEGER);
    INSERT INTO totals VALUES (1, 0, 0);
    """,
    // Rollups need what the rows of before do not have: they are projected again from the log.
    """
    DROP TABLE decision; DROP TABLE label;
    UPDATE totals SET decisions = 0, labels = 0;
    UPDATE cursor SET position = 0, sequence = 1;
    CREATE TABLE decision (
      position INTEGER PRIMARY KEY,
      source INTEGER, id_key INTEGER, time INTEGER, received_at INTEGER, amount INTEGER,
      outcome INTEGER, score REAL, account TEXT,
      channel TEXT, balance_before INTEGER, balance_after INTEGER,
      label INTEGER, label_position INTEGER);
    CREATE INDEX decision_by_id ON decision (position >> 26, id_key);
    CREATE INDEX decision_by_source ON decision (source);
    CREATE TABLE label (
      position INTEGER PRIMARY KEY, id_key INTEGER, time INTEGER, received_at INTEGER,
      fraud INTEGER);
    CREATE INDEX label_by_id ON label (id_key);
    CREATE TABLE rollup (
      source INTEGER, grain INTEGER, period INTEGER, channel TEXT, outcome INTEGER,
      sums BLOB,
      PRIMARY KEY (source, grain, period, channel, outcome)) WITHOUT ROWID;
    CREATE TABLE amount_histogram (
      source INTEGER, grain INTEGER, period INTEGER, channel TEXT, counts BLOB,
      PRIMARY KEY (source, grain, period, channel));
    CREATE TABLE score_histogram (
      source INTEGER, grain INTEGER, period INTEGER, counts BLOB,
      PRIMARY KEY (source, grain, period));
    CREATE TABLE largest (
      source INTEGER, position INTEGER, amount INTEGER,
      PRIMARY KEY (source, position)) WITHOUT ROWID;
    """,
    // Whether rows were erased whose bytes may still stand somewhere in the file.
    "ALTER TABLE cursor ADD COLUMN unscrubbed INTEGER NOT NULL DEFAULT 0",
  ]

  /// Refuses a file of a later version, in which nothing is changed.
  static func check(
    _ steps: [String],
    on connection: Connection,
    at path: String
  ) throws(StoreError) {
    let version = try version(of: connection)
    guard version > steps.count else { return }
    throw StoreError(
      .laterVersion,
      "open \(path): it has version \(version), this program knows versions up to \(steps.count)",
      "a later version of the program has used it"
    )
  }

  private static func version(of connection: Connection) throws(StoreError) -> Int {
    let statement = try Statement(
      connection,
      "PRAGMA user_version",
      to: "read the version of the database"
    )
    return Int(try statement.first { $0.integer(0) } ?? 0)
  }

  /// Brings a file to the present version, each step in a transaction of its own.
  ///
  /// Another process may be doing the same: what it has done is left out.
  static func run(
    _ steps: [String],
    on connection: Connection
  ) throws(StoreError) {
    let operation = "bring the database up to date"
    let version = try version(of: connection)
    guard version >= 0 else {
      throw StoreError(.damaged, operation, "the file has version \(version)")
    }
    for (index, step) in steps.enumerated().dropFirst(version) {
      try connection.transaction(to: operation) { () throws(StoreError) in
        guard try self.version(of: connection) == index else { return }
        try connection.execute(step, to: operation)
        try connection.execute("PRAGMA user_version = \(index + 1)", to: operation)
      }
    }
  }
}
