// Safety: zlib reads exactly the bytes of a span that is lent to the call, and writes at most a
// piece into an array of that size; the stream is ended once, by `defer`.
import CZlib

/// Unpacks bodies of requests.
package enum Gzip {
  /// Why a body cannot be unpacked.
  package enum Failure: Error {
    case damaged
    case tooLarge
  }

  /// How many times its size a body may unpack to, and what any may.
  package static let ratioMax = 200
  package static let freeBytes = 64 << 10
  private static let pieceBytes = 64 << 10
  /// A window of 32 KiB, and gzip's head and checksum: a macro's argument.
  private static let windowBits: Int32 = 15 + 16

  /// The unpacked bytes, of all members that follow one another, up to `bytesMax`.
  package static func unpacked(_ packed: RawSpan, bytesMax: Int) throws(Failure) -> [UInt8] {
    let limit = min(bytesMax, max(freeBytes, packed.byteCount * ratioMax))
    let result: Result<[UInt8], Failure> = unsafe packed.withUnsafeBytes { bytes in
      var stream = unsafe z_stream()
      let size = unsafe Int32(MemoryLayout<z_stream>.size)
      guard unsafe inflateInit2_(&stream, windowBits, ZLIB_VERSION, size) == Z_OK else {
        return .failure(.damaged)
      }
      defer { _ = unsafe inflateEnd(&stream) }
      let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.next_in = UnsafeMutablePointer(mutating: start)
      unsafe stream.avail_in = UInt32(clamping: bytes.count)
      return unsafe inflated(&stream, limit)
    }
    return try result.get()
  }

  private static func inflated(_ stream: inout z_stream, _ limit: Int) -> Result<[UInt8], Failure> {
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    while true {
      var code = Z_OK
      let count = unsafe piece.withUnsafeMutableBufferPointer { buffer in
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(buffer.count)
        code = unsafe inflate(&stream, Z_NO_FLUSH)
        return unsafe buffer.count - Int(stream.avail_out)
      }
      guard code == Z_OK || code == Z_STREAM_END else { return .failure(.damaged) }
      guard output.count + count <= limit else { return .failure(.tooLarge) }
      output.append(contentsOf: piece[..<count])
      guard code == Z_STREAM_END else { continue }
      if unsafe stream.avail_in == 0 { return .success(output) }
      guard unsafe inflateReset(&stream) == Z_OK else { return .failure(.damaged) }
    }
  }
}
