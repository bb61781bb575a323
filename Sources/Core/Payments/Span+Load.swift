// Safety: every load checks its range against the span's byte count before the unchecked read;
// the types read are plain integers and floats, for which any bit pattern is valid.

extension Span<UInt8> {
  /// Reads a fixed-width integer, little-endian, at any alignment.
  ///
  /// Traps outside the span.
  @inlinable @inline(__always)
  package func load<T: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int,
    as type: T.Type = T.self
  ) -> T {
    precondition(offset >= 0 && offset <= count - MemoryLayout<T>.size, "record too short")
    return T(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: type)
    )
  }

  /// Reads a double by its bits at any alignment.
  ///
  /// Traps outside the span.
  @inlinable @inline(__always)
  package func loadDouble(at offset: Int) -> Double {
    Double(bitPattern: load(at: offset, as: UInt64.self))
  }

  /// Reads a float by its bits at any alignment.
  ///
  /// Traps outside the span.
  @inlinable @inline(__always)
  package func loadFloat(at offset: Int) -> Float {
    Float(bitPattern: load(at: offset, as: UInt32.self))
  }

  /// Whether the bytes are the same.
  @inlinable
  package func equals(_ other: borrowing Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var index = 0
    while index + 8 <= count {
      if load(at: index, as: UInt64.self) != other.load(at: index, as: UInt64.self) { return false }
      index += 8
    }
    while index < count {
      if load(at: index, as: UInt8.self) != other.load(at: index, as: UInt8.self) { return false }
      index += 1
    }
    return true
  }

  /// A copy of the bytes.
  package var array: [UInt8] {
    unsafe withUnsafeBufferPointer { unsafe [UInt8]($0) }
  }

  /// The bytes as text; damaged UTF-8 is replaced.
  package var text: String {
    unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}

extension [UInt8] {
  /// Appends the bytes of a span.
  @inlinable
  package mutating func append(_ span: borrowing Span<UInt8>) {
    unsafe span.withUnsafeBufferPointer { unsafe self.append(contentsOf: $0) }
  }

  /// Appends an integer, little-endian.
  @inlinable @inline(__always)
  package mutating func append<T: FixedWidthInteger>(little value: T) {
    let little = value.littleEndian
    unsafe Swift.withUnsafeBytes(of: little) { unsafe self.append(contentsOf: $0) }
  }

  /// Appends eight words, little-endian, at once.
  @inlinable @inline(__always)
  package mutating func append(little words: InlineArray<8, UInt64>) {
    let little = words
    unsafe Swift.withUnsafeBytes(of: little) { unsafe self.append(contentsOf: $0) }
  }

  /// Overwrites an integer, little-endian, at an offset.
  ///
  /// Traps outside the array.
  @inlinable @inline(__always)
  package mutating func store<T: FixedWidthInteger>(little value: T, at offset: Int) {
    precondition(offset >= 0 && offset <= count - MemoryLayout<T>.size, "store outside the array")
    let little = value.littleEndian
    unsafe self.withUnsafeMutableBytes { bytes in
      unsafe bytes.storeBytes(of: little, toByteOffset: offset, as: T.self)
    }
  }
}
