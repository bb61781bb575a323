import BulkFiles

/// An input while it arrives: a file that is gone unless a job is made of it.
package final class Spool {
  let folder: String
  package let path: String
  private let files: JobFiles
  private let settings: BatchSettings
  private let file: BulkFile
  private var isKept = false
  private var sinceCheck = 0
  package private(set) var bytes: Int64 = 0

  /// Between two looks at the space that is left.
  private static let checkBytes = 16 << 20

  init(_ files: JobFiles, _ settings: BatchSettings, now: Int64) throws {
    self.files = files
    self.settings = settings
    folder = try files.makeFolder(now: now)
    path = files.root + "/" + folder + "/input"
    file = try BulkFile(creating: path)
  }

  deinit { discard() }

  package func write(_ piece: [UInt8]) throws {
    sinceCheck += piece.count
    if sinceCheck >= Spool.checkBytes {
      sinceCheck = 0
      guard files.freeBytes > settings.reserveBytes else { throw BatchService.noSpace }
    }
    do {
      try file.write(piece)
    } catch {
      throw BatchService.noSpace
    }
    bytes += Int64(piece.count)
  }

  /// Makes the file and its names durable.
  func finish() throws {
    do {
      try file.synchronize()
      try file.close()
      try BulkFile.synchronize(folder: files.root + "/" + folder)
      try BulkFile.synchronize(folder: files.root)
    } catch {
      throw BatchService.noSpace
    }
  }

  /// A job owns the file now.
  func keep() { isKept = true }

  /// Removes the file, unless a job owns it.
  package func discard() {
    guard !isKept else { return }
    isKept = true
    try? file.close()  // The file is removed.
    files.remove(folder)
  }
}
