import Storage

/// How a store's file is opened: made for its owner alone where there is none, set up, and brought
/// to the present version.
enum StoreFile {
  /// Opens a file whose connection `configure` sets up.
  static func open(
    _ path: String,
    _ steps: [String],
    configure: (Connection) throws(StoreError) -> Void
  ) throws(StoreError) -> Connection {
    let connection = try Connection(path: path, mode: .readWrite)
    try Migrations.check(steps, on: connection, at: path)
    try configure(connection)
    try Migrations.run(steps, on: connection)
    return connection
  }

  /// Opens a file that has no other copy: what a call has changed is on the disk when it returns,
  /// also after a power cut.
  ///
  /// What is deleted is overwritten. There is no write-ahead log, whose side files need space: a
  /// server starts on a full disk too.
  static func openDurable(
    _ path: String,
    _ steps: [String],
    cacheKiBMax: Int
  ) throws(StoreError) -> Connection {
    try open(path, steps) { connection throws(StoreError) in
      try connection.execute(
        """
        PRAGMA synchronous = FULL; PRAGMA cache_size = -\(cacheKiBMax); PRAGMA secure_delete = ON
        """,
        to: "open the database"
      )
    }
  }
}
