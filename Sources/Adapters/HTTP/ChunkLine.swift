/// The first judge of a chunk-size line: hexadecimal digits, then CR LF or an extension after `;`.
enum ChunkLine: Equatable {
  case unfinished, malformed
  /// The line with its CR LF is this long.
  case complete(length: Int)

  init(bytes: Span<UInt8>) {
    var index = 0
    while index < bytes.count && Self.isHexadecimal(bytes[index]) { index += 1 }
    guard index < bytes.count else {
      self = index > Self.digitsMax ? .malformed : .unfinished
      return
    }
    guard index > 0, index <= Self.digitsMax, bytes[index] == 0x3B || bytes[index] == 0x0D else {
      self = .malformed
      return
    }
    while index < bytes.count && (bytes[index] >= 0x20 || bytes[index] == 0x09) {
      if bytes[index] == 0x7F { break }
      index += 1
    }
    guard index < bytes.count else {
      self = .unfinished
      return
    }
    guard bytes[index] == 0x0D else {
      self = .malformed
      return
    }
    guard index + 1 < bytes.count else {
      self = .unfinished
      return
    }
    self = bytes[index + 1] == 0x0A ? .complete(length: index + 2) : .malformed
  }

  /// Sixteen digits are all that 64 bits hold.
  private static let digitsMax = 16

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66
  }
}
