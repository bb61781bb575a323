// Safety: zlib reads into an array inside the closure that owns it, at most its count; the handle
// is closed once, by `deinit`.
import CZlib
import Glibc
import Payments

/// A file read in pieces, plain or gzip by its content, without a byte order mark.
@safe package final class ByteSource {
  /// Nil where the bytes come in pieces from elsewhere.
  private let file: gzFile?
  private let pieces: PieceReader?
  private let path: String
  package private(set) var bytesRead = 0

  /// Opens a file, or what comes in its place.
  package init(path: String, pieces: (any InputPieces)? = nil) throws(InputError) {
    self.path = path
    if let pieces {
      unsafe file = nil
      self.pieces = PieceReader(pieces)
      return
    }
    self.pieces = nil
    guard let file = unsafe gzopen(path, "rb") else {
      let reason = unsafe String(cString: strerror(errno))
      throw InputError(.unreadable, "cannot open \(path): \(reason)")
    }
    unsafe gzbuffer(file, 1 << 18)
    unsafe self.file = file
  }

  deinit {
    if let file = unsafe file { unsafe gzclose(file) }
  }

  /// Bytes of the file itself that were read, also where they are packed.
  package var bytesConsumed: Int {
    if let pieces { return pieces.bytesConsumed }
    return max(0, unsafe Int(gzoffset(file)))
  }

  /// Appends up to `count` bytes; false at the end of the file.
  package func read(_ count: Int, into bytes: inout [UInt8]) throws(InputError) -> Bool {
    let start = bytes.count
    if let pieces {
      let hasMore = try pieces.read(count, into: &bytes)
      bytesRead += bytes.count - start
      return hasMore
    }
    bytes.append(contentsOf: repeatElement(0, count: count))
    let got = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe gzread(file, buffer.baseAddress.map { unsafe $0 + start }, UInt32(count))
    }
    bytes.removeLast(count - max(Int(got), 0))
    bytesRead += max(Int(got), 0)
    var code: Int32 = 0
    let message = unsafe gzerror(file, &code)
    guard got >= 0, code == Z_OK || code == Z_STREAM_END else {
      let reason = unsafe message.map { unsafe String(cString: $0) } ?? "unknown error"
      throw InputError(
        .unreadable,
        code == Z_BUF_ERROR
          ? "\(path) is cut off: the gzip stream has no end" : "cannot read \(path): \(reason)"
      )
    }
    if bytesRead == Int(got), bytes[start...].starts(with: PlainText.byteOrderMark) {
      bytes.removeSubrange(start..<start + PlainText.byteOrderMark.count)
    }
    return got > 0
  }
}
