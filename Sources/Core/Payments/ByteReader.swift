/// A control entry or snapshot that cannot be read: what was expected and at which byte.
package struct DecodingFailure: Error, Sendable, CustomStringConvertible {
  package var description: String

  package init(_ what: String, at offset: Int) { description = "\(what) at byte \(offset)" }
}

/// Reads the little-endian fields of a control entry or snapshot in order; every read is checked.
package struct ByteReader {
  private let bytes: [UInt8]
  package private(set) var offset: Int
  private let end: Int

  package init(_ bytes: [UInt8], at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
    end = bytes.count
  }

  /// Reads a part of the bytes alone.
  package init(_ bytes: [UInt8], in range: Range<Int>) {
    precondition(range.upperBound <= bytes.count, "a part reaches beyond the bytes")
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  package var atEnd: Bool { offset >= end }
  /// Bytes that are not read yet.
  package var left: Int { end - offset }

  /// Leaves the next bytes to a reader of their own.
  package mutating func part(_ count: Int) throws(DecodingFailure) -> ByteReader {
    guard count >= 0, count <= left else {
      throw DecodingFailure("\(count) bytes expected, \(left) left", at: offset)
    }
    defer { offset += count }
    return ByteReader(bytes, in: offset..<offset + count)
  }

  package mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type = T.self
  ) throws(DecodingFailure) -> T {
    let size = MemoryLayout<T>.size
    guard left >= size else {
      throw DecodingFailure("\(size) bytes expected, \(left) left", at: offset)
    }
    defer { offset += size }
    return bytes.span.load(at: offset, as: type)
  }

  package mutating func double() throws(DecodingFailure) -> Double {
    Double(bitPattern: try integer(UInt64.self))
  }

  /// A count that is followed by at least `unit` bytes for each item.
  package mutating func count(unit: Int) throws(DecodingFailure) -> Int {
    let value = Int(try integer(UInt32.self))
    guard value * unit <= left else {
      throw DecodingFailure("\(value) items of \(unit) bytes do not fit", at: offset)
    }
    return value
  }

  /// Passes the next bytes to `body`, without a copy.
  package mutating func read<Result>(
    _ count: Int,
    _ body: (borrowing Span<UInt8>) -> Result
  ) throws(DecodingFailure) -> Result {
    guard count >= 0, count <= left else {
      throw DecodingFailure("\(count) bytes expected, \(left) left", at: offset)
    }
    defer { offset += count }
    return body(bytes.span.extracting(offset..<offset + count))
  }

  package mutating func blob() throws(DecodingFailure) -> [UInt8] {
    let length = try count(unit: 1)
    defer { offset += length }
    return Array(bytes[offset..<offset + length])
  }

  package mutating func text() throws(DecodingFailure) -> String {
    let start = offset
    let raw = try blob()
    guard let text = String(validating: raw, as: UTF8.self) else {
      throw DecodingFailure("text is not UTF-8", at: start)
    }
    return text
  }
}

extension [UInt8] {
  package mutating func append(double value: Double) { append(little: value.bitPattern) }

  package mutating func append(blob: [UInt8]) {
    append(little: UInt32(blob.count))
    append(contentsOf: blob)
  }

  package mutating func append(text: String) { append(blob: Array(text.utf8)) }
}
