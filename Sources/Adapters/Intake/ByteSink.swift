// Safety: zlib reads from an array inside the closure that owns it, exactly its count; the handle
// is closed once, by `close` or else by `deinit`.
import CZlib
import Glibc

/// A file that is written in pieces, gzip where its name ends in `.gz`.
@safe package final class ByteSink {
  private static let pieceBytes = 1 << 20

  private var file: gzFile?
  private let path: String
  private var piece: [UInt8] = []

  package init(path: String) throws(InputError) {
    // `T` writes without compression.
    guard let file = unsafe gzopen(path, path.hasSuffix(".gz") ? "wb6" : "wbT") else {
      let reason = unsafe String(cString: strerror(errno))
      throw InputError(.unreadable, "cannot write \(path): \(reason)")
    }
    unsafe self.file = file
    self.path = path
  }

  deinit {
    if let file = unsafe file { unsafe gzclose(file) }
  }

  /// Adds what `append` appends.
  package func write(_ append: (inout [UInt8]) -> Void) throws(InputError) {
    append(&piece)
    if piece.count >= ByteSink.pieceBytes { try flush() }
  }

  private func flush() throws(InputError) {
    guard let file = unsafe file, !piece.isEmpty else { return }
    let count = UInt32(piece.count)
    let written = unsafe piece.withUnsafeBytes { unsafe gzwrite(file, $0.baseAddress, count) }
    guard written == Int32(count) else {
      throw InputError(.unreadable, "cannot write \(path): the disk may be full")
    }
    piece.removeAll(keepingCapacity: true)
  }

  /// Writes the rest; an error says that the file is not whole.
  package func close() throws(InputError) {
    try flush()
    guard let open = unsafe file else { return }
    unsafe file = nil
    guard unsafe gzclose(open) == Z_OK else {
      throw InputError(.unreadable, "cannot write \(path): the disk may be full")
    }
  }
}
