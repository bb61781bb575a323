/// Looks header fields up in lines that `HeadScan` has passed.
enum FieldLines {
  /// The value of the first field with this name, without surrounding blanks.
  static func value(of name: StaticString, in lines: Span<UInt8>) -> Range<Int>? {
    let length = name.utf8CodeUnitCount
    var start = 0
    while start < lines.count {
      var end = start
      while end < lines.count && lines[end] != 0x0D { end += 1 }
      let colon = start + length
      if colon < end, lines[colon] == 0x3A, lines.matches(name, at: start..<colon) {
        return trimmed(lines, colon + 1..<end)
      }
      start = end + 2
    }
    return nil
  }

  /// The range without blanks and tabs at its ends.
  static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var value = range
    while let first = value.first, bytes[first] == 0x20 || bytes[first] == 0x09 {
      value = first + 1..<value.upperBound
    }
    while let last = value.last, bytes[last] == 0x20 || bytes[last] == 0x09 {
      value = value.lowerBound..<last
    }
    return value
  }
}
