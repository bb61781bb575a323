import BulkFiles
import Storage

/// An input while it arrives: a sealed file that is gone unless a job is made of it.
package final class Spool {
  let folder: String
  package let path: String
  private let files: JobFiles
  private let settings: BatchSettings
  private let writer: PieceWriter
  /// What is not yet a whole piece.
  private var piece: [UInt8] = []
  private var number: UInt64 = 0
  private var isKept = false
  private var sinceCheck = 0
  package private(set) var bytes: Int64 = 0

  /// Between two looks at the space that is left.
  private static let checkBytes = 16 << 20

  init(_ files: JobFiles, _ settings: BatchSettings, _ seal: any InputSeal, now: Int64) throws {
    self.files = files
    self.settings = settings
    folder = try files.makeFolder(now: now)
    path = files.root + "/" + folder + "/input"
    do {
      writer = try PieceWriter(path, seal)
    } catch {
      files.remove(folder)
      throw BatchService.noSpace
    }
  }

  deinit { discard() }

  package func write(_ arrived: [UInt8]) throws {
    sinceCheck += arrived.count
    if sinceCheck >= Spool.checkBytes {
      sinceCheck = 0
      guard files.freeBytes > settings.reserveBytes else { throw BatchService.noSpace }
    }
    bytes += Int64(arrived.count)
    var rest = arrived[...]
    while !rest.isEmpty {
      let part = rest.prefix(SealedInput.pieceBytes - piece.count)
      piece.append(contentsOf: part)
      rest = rest.dropFirst(part.count)
      if piece.count == SealedInput.pieceBytes { try writePiece(isLast: false) }
    }
  }

  private func writePiece(isLast: Bool) throws {
    let place = InputPlace(folder: folder, number: number, isLast: isLast)
    number += 1
    try writer.add(piece, at: place)
    piece = []
    if !isLast { piece.reserveCapacity(SealedInput.pieceBytes) }
  }

  /// Writes what is left: the input is whole, and can be read.
  func complete() throws {
    try writePiece(isLast: true)
    try writer.finish()
  }

  /// Makes the file's names durable.
  func finish() throws {
    do {
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
    writer.cancel()
    files.remove(folder)
  }
}
