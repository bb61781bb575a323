package import Storage

/// Jobs in one SQLite file.
///
/// What a call has changed is on the disk when it returns, also after a power cut.
package final class SQLiteJobStore: JobStore {
  private static let cacheKiBMax = 512

  private let connection: Connection
  private var statements: [String: Statement] = [:]

  /// Opens a file, creating it for its owner alone.
  package init(path: String) throws(StoreError) {
    connection = try StoreFile.openDurable(
      path,
      JobMigrations.steps,
      cacheKiBMax: SQLiteJobStore.cacheKiBMax
    )
  }

  private func statement(_ sql: String, to operation: String) throws(StoreError) -> Statement {
    if let known = statements[sql] { return known }
    let made = try Statement(connection, sql, to: operation)
    statements[sql] = made
    return made
  }

  private static let columns = [
    "kind", "mode", "format", "source", "map", "path", "name", "input_size", "status", "created",
    "started", "completed", "rows_done", "rows_failed", "high_risk", "input_bytes", "result_bytes",
    "error_bytes", "reason", "position", "received_at", "folder",
  ]

  /// The values of a job, in the order of `columns`.
  private static func values(_ job: BatchJob) -> [any SQLValue] {
    let progress = job.progress
    return [
      Int64(job.kind.rawValue), Int64(job.mode.rawValue), Int64(job.format.rawValue),
      Int64(job.source), job.map, job.path, job.name, job.inputSize, Int64(job.status.rawValue),
      job.created, job.started ?? 0, job.completed ?? 0, progress.rows, progress.failed,
      progress.highRisk, progress.inputBytes, progress.resultBytes, progress.errorBytes,
      job.reason, job.position.map { Int64(clamping: $0) } ?? -1, job.receivedAt,
      job.folder,
    ]
  }

  package func add(_ job: BatchJob) throws(StoreError) -> BatchJob {
    let operation = "add a job"
    var added = job
    let names = Self.columns.joined(separator: ", ")
    let marks = Self.columns.map { _ in "?" }.joined(separator: ", ")
    try connection.transaction(to: operation) { () throws(StoreError) in
      let insert = try statement("INSERT INTO job (\(names)) VALUES (\(marks))", to: operation)
      for (index, value) in Self.values(job).enumerated() {
        try value.bind(to: insert, at: Int32(index + 1))
      }
      try insert.run()
      let last = try statement("SELECT last_insert_rowid()", to: operation)
      added.number = try last.first { $0.integer(0) } ?? 0
    }
    return added
  }

  package func update(_ job: BatchJob) throws(StoreError) -> Bool {
    let operation = "keep a job"
    let settings = Self.columns.map { "\($0) = ?" }.joined(separator: ", ")
    let update = try statement("UPDATE job SET \(settings) WHERE number = ?", to: operation)
    for (index, value) in (Self.values(job) + [job.number]).enumerated() {
      try value.bind(to: update, at: Int32(index + 1))
    }
    try update.run()
    return connection.changes == 1
  }

  package func jobs() throws(StoreError) -> [BatchJob] {
    let operation = "read the jobs"
    let names = Self.columns.joined(separator: ", ")
    let rows = try statement("SELECT number, \(names) FROM job ORDER BY number", to: operation)
    var jobs: [BatchJob] = []
    var damaged = false
    while try rows.next() {
      if let job = Self.job(rows) { jobs.append(job) } else { damaged = true }
    }
    if damaged { throw StoreError(.damaged, operation, "a row holds what no job has") }
    return jobs
  }

  private static func job(_ row: Statement) -> BatchJob? {
    func byte(_ column: Int32) -> UInt8 { UInt8(exactly: row.integer(column)) ?? .max }
    func present(_ column: Int32) -> Int64? { row.integer(column) == 0 ? nil : row.integer(column) }
    guard let kind = BatchJob.Kind(rawValue: byte(1)), let mode = BatchJob.Mode(rawValue: byte(2)),
      let format = BatchJob.Format(rawValue: byte(3)),
      let source = UInt16(exactly: row.integer(4)),
      let status = BatchJob.Status(rawValue: byte(9))
    else { return nil }
    var job = BatchJob(
      kind: kind,
      mode: mode,
      format: format,
      source: source,
      folder: row.text(22),
      inputSize: row.integer(8),
      created: row.integer(10)
    )
    job.number = row.integer(0)
    job.map = row.text(5)
    job.path = row.text(6)
    job.name = row.text(7)
    job.status = status
    job.started = present(11)
    job.completed = present(12)
    job.progress.rows = row.integer(13)
    job.progress.failed = row.integer(14)
    job.progress.highRisk = row.integer(15)
    job.progress.inputBytes = row.integer(16)
    job.progress.resultBytes = row.integer(17)
    job.progress.errorBytes = row.integer(18)
    job.reason = row.text(19)
    job.position = UInt64(exactly: row.integer(20))
    job.receivedAt = row.integer(21)
    return job
  }

  package func remove(_ number: Int64) throws(StoreError) -> Bool {
    let operation = "forget a job"
    let delete = try statement("DELETE FROM job WHERE number = ?", to: operation)
    try number.bind(to: delete, at: 1)
    try delete.run()
    return connection.changes == 1
  }
}
