// Safety: a writer fills the spare capacity that an array lends it, for as long as it does, and
// every write is checked against its end before it happens.

/// Fills a stretch at the end of an array whose size is known before.
@safe struct ByteWriter: ~Copyable {
  private let base: UnsafeMutableRawPointer
  private let capacity: Int
  private(set) var count = 0

  private init(_ base: UnsafeMutableRawPointer, _ capacity: Int) {
    unsafe self.base = unsafe base
    self.capacity = capacity
  }

  /// Appends up to `size` bytes that `body` writes.
  static func append(
    _ size: Int,
    to bytes: inout [UInt8],
    _ body: (inout ByteWriter) -> Void
  ) {
    bytes.append(addingCapacity: size) { span in
      unsafe span.withUnsafeMutableBufferPointer { buffer, count in
        guard let base = buffer.baseAddress else { return }
        var writer = unsafe ByteWriter(UnsafeMutableRawPointer(base), buffer.count)
        body(&writer)
        count = writer.count
      }
    }
  }

  @inline(__always)
  private mutating func next(_ size: Int) -> UnsafeMutableRawPointer {
    precondition(size >= 0 && size <= capacity - count, "more bytes than were announced")
    defer { count += size }
    return unsafe base + count
  }

  @inline(__always)
  mutating func write<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
    unsafe next(MemoryLayout<T>.size).storeBytes(of: value.littleEndian, as: T.self)
  }

  /// Copies a stretch of a region.
  @inline(__always)
  mutating func write(_ memory: Memory, at offset: Int, count: Int) {
    if count > 0 { unsafe memory.copy(at: offset, count: count, to: next(count)) }
  }
}
