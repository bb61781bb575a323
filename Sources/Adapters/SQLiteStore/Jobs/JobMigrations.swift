/// The steps that bring a file of jobs to the present version, oldest first.
///
/// A step that has been released is never changed; a new version adds one at the end.
enum JobMigrations {
  /// The SQL of each version; a time of 0 stands for none, a position of -1 too.
  static let steps = [
    """
    CREATE TABLE job (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      kind INTEGER NOT NULL, mode INTEGER NOT NULL, format INTEGER NOT NULL,
      source INTEGER NOT NULL, map TEXT NOT NULL, folder TEXT NOT NULL,
      path TEXT NOT NULL, name TEXT NOT NULL,
      input_size INTEGER NOT NULL, status INTEGER NOT NULL, created INTEGER NOT NULL,
      started INTEGER NOT NULL, completed INTEGER NOT NULL,
      rows_done INTEGER NOT NULL, rows_failed INTEGER NOT NULL, high_risk INTEGER NOT NULL,
      input_bytes INTEGER NOT NULL, result_bytes INTEGER NOT NULL, error_bytes INTEGER NOT NULL,
      reason TEXT NOT NULL, position INTEGER NOT NULL, received_at INTEGER NOT NULL);
    """
  ]
}
