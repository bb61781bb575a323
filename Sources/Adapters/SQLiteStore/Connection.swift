// Safety: a handle is closed once, by `deinit`, and a statement keeps its connection alive until it
// is finalized; texts are copied by SQLite while they are bound and by Swift while they are read,
// each with its own length; a connection is used by one thread at a time.
import CSQLite
import Glibc
import Storage

/// One connection to a database file.
@safe
final class Connection {
  enum Mode {
    /// Creates the file, for its owner alone, where there is none.
    case readWrite
    case readOnly
  }

  /// How long a statement waits for another connection's lock.
  static let busyTimeoutMilliseconds: Int32 = 2000

  fileprivate let handle: OpaquePointer
  /// What the file is called, for errors.
  private let name: String

  init(path: String, mode: Mode) throws(StoreError) {
    name = path.split(separator: "/").last.map(String.init) ?? path
    if mode == .readWrite { try Connection.create(path) }
    let flags =
      (mode == .readWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX
    var opened: OpaquePointer?
    let result = unsafe sqlite3_open_v2(path, &opened, flags, nil)
    guard result == SQLITE_OK, let open = unsafe opened else {
      let error = unsafe Connection.failure(result, "open \(path)", opened)
      unsafe sqlite3_close_v2(opened)
      throw error
    }
    unsafe handle = open
    unsafe sqlite3_extended_result_codes(handle, 1)
    unsafe sqlite3_busy_timeout(handle, Connection.busyTimeoutMilliseconds)
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  /// Makes an empty file of mode 0600, from which the write-ahead log takes its mode too.
  ///
  /// An existing file is left unopened: closing it again would drop the locks of this process.
  private static func create(_ path: String) throws(StoreError) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno != EEXIST {
      throw unsafe StoreError(
        .inputOutput,
        "create the database",
        "\(path): \(String(cString: strerror(errno)))"
      )
    }
  }

  /// Deletes the database and its write-ahead log; no connection may be open.
  ///
  /// The database goes first: SQLite drops a log that stands beside an empty database.
  static func remove(_ path: String) throws(StoreError) {
    for suffix in ["", "-wal", "-shm"] where unsafe unlink(path + suffix) != 0 && errno != ENOENT {
      throw unsafe StoreError(
        .inputOutput,
        "delete the database",
        "\(path)\(suffix): \(String(cString: strerror(errno)))"
      )
    }
  }

  /// Rows that the last insert, update or delete changed.
  var changes: Int { unsafe Int(sqlite3_changes64(handle)) }

  /// Runs statements whose rows are of no interest.
  func execute(_ sql: String, to operation: String) throws(StoreError) {
    let result = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    if result != SQLITE_OK { throw failure(result, operation) }
  }

  /// Runs `body` in one transaction, which is undone where it throws.
  func transaction(
    to operation: String,
    _ body: () throws(StoreError) -> Void
  ) throws(StoreError) {
    try execute("BEGIN IMMEDIATE", to: operation)
    do {
      try body()
      try execute("COMMIT", to: operation)
    } catch {
      // Some failures have ended the transaction already; the first error is the one that counts.
      if unsafe sqlite3_get_autocommit(handle) == 0 {
        unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
      }
      throw error
    }
  }

  fileprivate func failure(_ result: Int32, _ operation: String) -> StoreError {
    unsafe Connection.failure(result, "\(operation) of \(name)", handle)
  }

  private static func failure(
    _ result: Int32,
    _ operation: String,
    _ handle: OpaquePointer?
  ) -> StoreError {
    let extended = unsafe handle.map { unsafe sqlite3_extended_errcode($0) } ?? result
    let message = unsafe String(
      cString: handle.map { unsafe sqlite3_errmsg($0) }
        ?? sqlite3_errstr(result)
    )
    return StoreError(code(of: extended), operation, "SQLite \(extended): \(message)")
  }

  /// What an extended result code means for a caller.
  ///
  /// All SQL is constant, so an error in it means that the file has not the tables it should.
  static func code(of extended: Int32) -> StoreError.Code {
    if [corruptFileSystem, badChecksum].contains(extended) { return .damaged }
    return switch extended & 0xff {
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL, SQLITE_NOMEM, SQLITE_PROTOCOL: .busy
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT, SQLITE_ERROR, SQLITE_MISMATCH: .damaged
    default: .inputOutput
    }
  }

  /// `SQLITE_IOERR_CORRUPTFS` and `SQLITE_IOERR_DATA`: macros that Swift does not import.
  private static let corruptFileSystem = SQLITE_IOERR | 33 << 8
  private static let badChecksum = SQLITE_IOERR | 32 << 8
}

/// A prepared statement, to be run again and again.
@safe
final class Statement {
  /// SQLite copies the text before the call returns.
  private static var copied: sqlite3_destructor_type {
    unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  private let connection: Connection
  private let handle: OpaquePointer
  private let operation: String

  init(_ connection: Connection, _ sql: String, to operation: String) throws(StoreError) {
    var prepared: OpaquePointer?
    let result = unsafe sqlite3_prepare_v3(
      connection.handle,
      sql,
      -1,
      UInt32(SQLITE_PREPARE_PERSISTENT),
      &prepared,
      nil
    )
    guard result == SQLITE_OK, let ready = unsafe prepared else {
      throw connection.failure(result, operation)
    }
    unsafe handle = ready
    self.connection = connection
    self.operation = operation
  }

  deinit { unsafe sqlite3_finalize(handle) }

  private func check(_ result: Int32) throws(StoreError) {
    if result != SQLITE_OK { throw connection.failure(result, operation) }
  }

  /// Sets a parameter, counted from 1.
  func bind(_ value: Int64, at index: Int32) throws(StoreError) {
    try check(unsafe sqlite3_bind_int64(handle, index, value))
  }

  /// Sets a parameter, counted from 1; not-a-number is kept as null.
  func bind(_ value: Double, at index: Int32) throws(StoreError) {
    try check(unsafe sqlite3_bind_double(handle, index, value))
  }

  /// Sets a parameter, counted from 1.
  func bind(_ value: String, at index: Int32) throws(StoreError) {
    let count = Int32(clamping: value.utf8.count)
    try check(unsafe sqlite3_bind_text(handle, index, value, count, Statement.copied))
  }

  /// Sets a parameter to null, counted from 1.
  func bindNull(at index: Int32) throws(StoreError) {
    try check(unsafe sqlite3_bind_null(handle, index))
  }

  /// Sets a parameter, counted from 1.
  func bind(_ bytes: [UInt8], at index: Int32) throws(StoreError) {
    let result = unsafe bytes.withUnsafeBytes { bytes in
      unsafe sqlite3_bind_blob(
        handle,
        index,
        bytes.baseAddress,
        Int32(clamping: bytes.count),
        Statement.copied
      )
    }
    try check(result)
  }

  /// Makes the statement ready to run again before its end.
  func reset() { unsafe sqlite3_reset(handle) }

  /// Goes to the next row; at the end, or where it throws, the statement is ready to run again.
  func next() throws(StoreError) -> Bool {
    let result = unsafe sqlite3_step(handle)
    if result == SQLITE_ROW { return true }
    if result == SQLITE_DONE {
      unsafe sqlite3_reset(handle)
      return false
    }
    let error = connection.failure(result, operation)
    unsafe sqlite3_reset(handle)
    throw error
  }

  /// Runs the statement to its end.
  func run() throws(StoreError) { while try next() {} }

  /// Runs a statement of one row at most and reads it.
  func first<Value>(_ read: (Statement) -> Value) throws(StoreError) -> Value? {
    var value: Value?
    while try next() { value = read(self) }
    return value
  }

  /// Reads a column of the row, counted from 0.
  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

  /// Reads a column of the row, counted from 0; null is not-a-number.
  func real(_ column: Int32) -> Double {
    if unsafe sqlite3_column_type(handle, column) == SQLITE_NULL { return .nan }
    return unsafe sqlite3_column_double(handle, column)
  }

  /// Reads a column of the row, counted from 0.
  func text(_ column: Int32) -> String {
    guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: start, count: count),
      as: UTF8.self
    )
  }

  /// Whether a column of the row, counted from 0, is null.
  func isNull(_ column: Int32) -> Bool {
    unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  /// Reads a column of the row, counted from 0.
  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}
