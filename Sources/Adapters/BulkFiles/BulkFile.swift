import CLinux
import Foundation

/// A large file that is written, or removed, beside files whose syncs must not wait.
///
/// A disk makes everything durable that was written before a sync, whoever wrote it: behind 400 MiB
/// with one sync at their end, the sync of a few bytes took 400 ms, behind steps of 1 MiB that are
/// each synced 12 ms; where such a file was removed at once 60 to 130 ms, by steps 10
/// (docs/decisions/020-quiet-disk.md).
package final class BulkFile {
  /// Bytes that are written before they are made durable.
  package static let stepBytes = 1 << 20
  /// Bytes that are given back to the disk at once.
  private static let freedBytes: UInt64 = 16 << 20

  private let handle: FileHandle
  /// Bytes since the last sync.
  private var pending = 0

  /// Creates an empty file for its owner alone, in place of one of that name.
  package init(creating path: String) throws {
    guard
      FileManager.default.createFile(
        atPath: path,
        contents: nil,
        attributes: [.posixPermissions: 0o600]
      )
    else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  /// Appends bytes; of what was appended, at most a step is not yet durable.
  package func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(BulkFile.stepBytes - pending)
      try handle.write(contentsOf: piece)
      rest = rest.dropFirst(piece.count)
      pending += piece.count
      if pending == BulkFile.stepBytes { try synchronize() }
    }
  }

  /// Makes what was appended durable; the file's name is not.
  package func synchronize() throws {
    try handle.synchronize()
    pending = 0
  }

  package func close() throws { try handle.close() }

  /// Removes a file; who reads it reads it to its end.
  ///
  /// Its bytes are given back by steps where nobody else has it open.
  package static func remove(_ path: String) throws {
    // A file that may not be written is removed all the same.
    let handle = try? FileHandle(forUpdating: URL(fileURLWithPath: path))
    try FileManager.default.removeItem(atPath: path)
    guard let handle else { return }
    // Its name is gone, so that nothing opens it any more.
    guard clinux_opened_alone(handle.fileDescriptor) else { return }
    do {
      var size = try handle.seekToEnd()
      while size > freedBytes {
        size -= freedBytes
        try handle.truncate(atOffset: size)
        try handle.synchronize()
      }
    } catch {
      // The rest of it goes at the close.
    }
  }

  /// Makes the names in a folder durable.
  package static func synchronize(folder: String) throws {
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder))
    try handle.synchronize()
    try handle.close()
  }
}
