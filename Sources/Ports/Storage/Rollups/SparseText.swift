/// Writes lists that are mostly zeros.
///
/// How many are not, then for each the gap before it and itself, in groups of seven bits.
enum SparseText {
  static func append(_ values: [Int64], to bytes: inout [UInt8]) {
    append(UInt64(values.count { $0 != 0 }), to: &bytes)
    var next = 0
    for (index, value) in values.enumerated() where value != 0 {
      append(UInt64(index - next), to: &bytes)
      append(UInt64(bitPattern: value), to: &bytes)
      next = index + 1
    }
  }

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Shows each value with its index, from a place of the bytes on, and says where they end.
  ///
  /// Nil where they are cut short or `body` is not content.
  @inline(__always)
  static func read(
    _ bytes: borrowing Span<UInt8>,
    from start: Int = 0,
    _ body: (Int, Int64) -> Bool
  ) -> Int? {
    var place = start
    guard let count = number(bytes, &place), count <= UInt64(bytes.count) else { return nil }
    var next: UInt64 = 0
    for _ in 0..<Int(count) {
      guard let gap = number(bytes, &place), let value = number(bytes, &place), gap < 1 << 20,
        next < 1 << 20, body(Int(next + gap), Int64(bitPattern: value))
      else { return nil }
      next += gap + 1
    }
    return place
  }

  @inline(__always)
  private static func number(_ bytes: borrowing Span<UInt8>, _ place: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while place < bytes.count, shift < 64 {
      let byte = bytes[place]
      place += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
