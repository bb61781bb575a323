/// Decodes `%2F` and its like.
package enum PercentCoding {
  /// The decoded value of the first `name=value` item of a query.
  package static func value(of name: StaticString, in query: Span<UInt8>) -> String? {
    var start = 0
    while let item = item(of: query, from: start) {
      if isName(query, item.name, name) { return decode(query, item.value, plusIsBlank: true) }
      start = item.end
    }
    return nil
  }

  /// Where the next item of a query has its name and its value, and where the one behind it begins.
  package static func item(
    of query: Span<UInt8>,
    from start: Int
  ) -> (name: Range<Int>, value: Range<Int>, end: Int)? {
    guard start < query.count else { return nil }
    var end = start
    while end < query.count && query[end] != 0x26 { end += 1 }
    var equals = start
    while equals < end && query[equals] != 0x3D { equals += 1 }
    return (start..<equals, min(equals + 1, end)..<end, end + 1)
  }

  private static func isName(
    _ query: Span<UInt8>,
    _ range: Range<Int>,
    _ name: StaticString
  ) -> Bool {
    if query.matches(name, at: range) { return true }
    return isCoded(query, range)
      && decode(query, range, plusIsBlank: true).map { $0 == "\(name)" } ?? false
  }

  /// Whether bytes of a query stand for others, or may be no UTF-8.
  package static func isCoded(_ query: Span<UInt8>, _ range: Range<Int>) -> Bool {
    for index in range where query[index] == 0x25 || query[index] == 0x2B || query[index] > 0x7E {
      return true
    }
    return false
  }

  /// The text of a part of a query; nil where an escape is malformed or the bytes are not UTF-8.
  package static func text(_ query: Span<UInt8>, _ range: Range<Int>) -> String? {
    decode(query, range, plusIsBlank: true)
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
