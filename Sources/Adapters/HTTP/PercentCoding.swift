/// Decodes `%2F` and its like.
package enum PercentCoding {
  /// The decoded value of the first `name=value` item of a query.
  package static func value(of name: StaticString, in query: Span<UInt8>) -> String? {
    var start = 0
    while start < query.count {
      var end = start
      while end < query.count && query[end] != 0x26 { end += 1 }
      var equals = start
      while equals < end && query[equals] != 0x3D { equals += 1 }
      if query.matches(name, at: start..<equals) {
        return decode(query, min(equals + 1, end)..<end, plusIsBlank: true)
      }
      start = end + 1
    }
    return nil
  }

  /// The text, or nil when an escape is malformed or the bytes are not UTF-8.
  static func decode(_ bytes: Span<UInt8>, _ range: Range<Int>, plusIsBlank: Bool) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      if byte == 0x25 {
        guard index + 2 < range.upperBound, let high = digit(bytes[index + 1]),
          let low = digit(bytes[index + 2])
        else { return nil }
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(byte == 0x2B && plusIsBlank ? 0x20 : byte)
        index += 1
      }
    }
    return String(validating: decoded, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
