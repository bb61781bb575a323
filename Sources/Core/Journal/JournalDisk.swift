/// Why the journal cannot go on; `code` says whether it can be retried.
package struct JournalError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable {
    /// No room for the next segment: nothing was written; it clears when space returns.
    case noSpace
    /// Damage before the last synced position: the log must not be opened.
    case corrupt
    /// Less of the log is there than is known to have been: it must not be opened.
    case incomplete
    /// A read, write or sync failed.
    case inputOutput
    /// Another process owns the directory.
    case locked
    /// A request beyond a limit.
    case limit
  }

  package var code: Code
  package var description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

/// The few things the journal asks of a disk.
///
/// `FileDisk` does them on files, `SimulatedDisk` in memory with faults.
package protocol JournalDisk: AnyObject {
  /// Names of all segments, in any order.
  func list() throws(JournalError) -> [String]
  /// Creates a segment of `size` zero bytes whose space is reserved and whose name is durable.
  func create(_ name: String, size: Int) throws(JournalError)
  func size(of name: String) throws(JournalError) -> Int
  /// Reads `count` bytes; fewer only at the end of the segment.
  func read(_ name: String, at offset: Int, count: Int, into bytes: inout [UInt8])
    throws(JournalError)
  /// Writes into reserved space; durable only after `sync`.
  func write(_ name: String, at offset: Int, _ bytes: [UInt8]) throws(JournalError)
  /// Makes all writes to a segment durable.
  func sync(_ name: String) throws(JournalError)
  /// Removes a segment durably.
  func remove(_ name: String) throws(JournalError)
  /// Takes a segment out of the log durably and keeps its bytes under another name.
  func setAside(_ name: String) throws(JournalError)
}
