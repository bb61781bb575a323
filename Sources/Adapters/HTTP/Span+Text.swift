// Safety: `utf8Start` of a StaticString is read only below its `utf8CodeUnitCount`.

extension Span<UInt8> {
  /// Whether `range` holds `text`, in any mixture of upper and lower case.
  func matches(_ text: StaticString, at range: Range<Int>) -> Bool {
    guard text.hasPointerRepresentation, text.utf8CodeUnitCount == range.count,
      range.lowerBound >= 0, range.upperBound <= count
    else { return false }
    for offset in 0..<range.count {
      let wanted = unsafe text.utf8Start[offset]
      guard Self.lowercase(self[range.lowerBound + offset]) == Self.lowercase(wanted) else {
        return false
      }
    }
    return true
  }

  /// A copy of `range`.
  func array(_ range: Range<Int>) -> [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(range.count)
    for index in range { copy.append(self[index]) }
    return copy
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }
}
