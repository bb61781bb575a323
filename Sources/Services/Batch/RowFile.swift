import Foundation

/// A file of rows that a job appends to, in memory first.
///
/// What was durable when the program ended is kept; what is appended again of it is left out.
final class RowFile {
  private let path: String
  private let handle: FileHandle
  private var reading: FileHandle?
  private var buffer: [UInt8] = []
  /// Bytes that are in the file.
  private var written: UInt64
  /// Bytes from the file's start that were there before this run.
  private let kept: UInt64
  /// Bytes that were appended, those that were there before included.
  private(set) var end: UInt64

  /// Whether a row that was durable has come out otherwise: the file is worth nothing more.
  private var isOtherwise = false

  private static let bufferBytes = 256 << 10

  /// Opens a file and cuts it to what is known to be durable.
  ///
  /// With `again` all rows are appended again from the start, and those of before are left out.
  init(_ path: String, kept: Int64, again: Bool) throws {
    self.path = path
    if !FileManager.default.fileExists(atPath: path) { try JobFiles.create(path).close() }
    handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    guard try handle.seekToEnd() >= UInt64(kept) else {
      throw BatchRefusal(.invalid, "a file of the job is shorter than it was")
    }
    try handle.truncate(atOffset: UInt64(kept))
    self.kept = UInt64(kept)
    written = UInt64(kept)
    end = again ? 0 : UInt64(kept)
  }

  deinit {
    // What matters was synced; the rest is appended again after a crash.
    try? handle.close()
    try? reading?.close()  // It was only read from.
  }

  /// Appends a row, which `write` writes into the buffer.
  func append(_ write: (inout [UInt8]) -> Void) {
    let start = buffer.count
    write(&buffer)
    let before = end
    end += UInt64(buffer.count - start)
    guard before < kept else { return }
    isOtherwise = isOtherwise || end > kept
    buffer.removeLast(buffer.count - start)
  }

  var isFull: Bool { buffer.count >= RowFile.bufferBytes }

  /// Writes what is in memory; where the disk is full it may be called again.
  func flush() throws {
    guard !isOtherwise else {
      throw BatchRefusal(.invalid, "a row came out otherwise than before the program was stopped")
    }
    guard !buffer.isEmpty else { return }
    do {
      try handle.seek(toOffset: written)
      try handle.write(contentsOf: buffer)
    } catch {
      try handle.truncate(atOffset: written)
      throw error
    }
    written += UInt64(buffer.count)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Makes what was appended durable.
  func synchronize() throws {
    try flush()
    try handle.synchronize()
  }

  /// Bytes of the file from a place on, at most so many.
  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    if offset + UInt64(count) > written { try flush() }
    let file = try reading ?? FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    reading = file
    try file.seek(toOffset: offset)
    return [UInt8](try file.read(upToCount: count) ?? Data())
  }
}
