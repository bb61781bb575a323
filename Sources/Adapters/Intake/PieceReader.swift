// Safety: zlib reads from and writes to arrays inside the closures that own them, at most what is
// left of their counts; its state is allocated for the object's life and ended once, by `deinit`.
import CZlib

/// Pieces of an input as one stream, unpacked where they are gzip by their content.
@safe final class PieceReader {
  private let pieces: any InputPieces
  private var piece: [UInt8] = []
  private var place = 0
  private var isPacked: Bool?
  private let stream: UnsafeMutablePointer<z_stream>
  /// Whether a packed stream has begun that has not ended.
  private var isInside = false

  init(_ pieces: any InputPieces) {
    self.pieces = pieces
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 bits of window; 16 for the head of gzip.
    let code = unsafe inflateInit2_(
      stream,
      15 + 16,
      ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size)
    )
    precondition(code == Z_OK, "no memory to unpack")
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  var bytesConsumed: Int { pieces.bytesConsumed }

  /// Appends up to `count` bytes; false at the end.
  func read(_ count: Int, into bytes: inout [UInt8]) throws(InputError) -> Bool {
    if isPacked == nil { try look() }
    if isPacked == true { return try unpack(count, into: &bytes) }
    guard try fill() else { return false }
    let end = min(piece.count, place + count)
    bytes.append(contentsOf: piece[place..<end])
    place = end
    return true
  }

  /// Sees whether the input is gzip, by its first two bytes.
  private func look() throws(InputError) {
    while piece.count < 2, let more = try pieces.next() { piece += more }
    isPacked = piece.starts(with: [0x1F, 0x8B])
  }

  /// Sees that there are bytes to take; false at the end.
  private func fill() throws(InputError) -> Bool {
    while place == piece.count {
      guard let next = try pieces.next() else { return false }
      piece = next
      place = 0
    }
    return true
  }

  private func unpack(_ count: Int, into bytes: inout [UInt8]) throws(InputError) -> Bool {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    var end = start
    defer { bytes.removeLast(bytes.count - end) }
    while end == start {
      guard try fill() else {
        guard !isInside else {
          throw InputError(.unreadable, "the file is cut off: the gzip stream has no end")
        }
        return false
      }
      isInside = true
      end += try step(&bytes, end)
    }
    return true
  }

  /// Unpacks once; how many bytes came.
  private func step(_ bytes: inout [UInt8], _ start: Int) throws(InputError) -> Int {
    let room = bytes.count - start
    let left = piece.count - place
    let code = unsafe piece.withUnsafeMutableBufferPointer { input in
      unsafe bytes.withUnsafeMutableBufferPointer { output in
        unsafe stream.pointee.next_in = input.baseAddress.map { unsafe $0 + place }
        unsafe stream.pointee.avail_in = UInt32(left)
        unsafe stream.pointee.next_out = output.baseAddress.map { unsafe $0 + start }
        unsafe stream.pointee.avail_out = UInt32(room)
        return unsafe inflate(stream, Z_NO_FLUSH)
      }
    }
    place = piece.count - Int(unsafe stream.pointee.avail_in)
    let came = room - Int(unsafe stream.pointee.avail_out)
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      // Another member may follow.
      isInside = false
      unsafe inflateReset(stream)
    default: throw InputError(.unreadable, "cannot read the file: the gzip stream is damaged")
    }
    return came
  }
}
