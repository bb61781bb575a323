import Payments

/// A file of the log: its name is the position of its first byte, its head the 64 bytes before the
/// first batch.
package enum Segment {
  package static let headSize = 64
  package static let magic: UInt64 = 0x3130_4C52_4E4A_5341  // "ASJNRL01"
  package static let sizeDefault = 64 << 20
  package static let suffix = ".journal"

  package static func name(_ base: Position) -> String {
    let digits = String(base.bytes, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits + suffix
  }

  package static func base(of name: String) -> Position? {
    guard name.hasSuffix(suffix), name.utf8.count == 16 + suffix.utf8.count,
      let value = UInt64(name.prefix(16), radix: 16)
    else { return nil }
    return Position(bytes: value)
  }

  /// The head of a new segment.
  ///
  /// `behindLoss` is the end of the segment before one that does not join it, because what lay
  /// between is lost.
  package static func head(base: Position, log: UInt64, behindLoss: Position? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: magic)
    bytes.append(little: base.bytes)
    bytes.append(little: log)
    bytes.append(little: behindLoss?.bytes ?? 0)
    bytes.append(little: CRC32C.of(bytes.span))
    while bytes.count < headSize { bytes.append(0) }
    return bytes
  }

  /// The log's identity, where the head is whole and its base is `base`.
  package static func log(inHead bytes: [UInt8], base: Position) -> UInt64? {
    guard bytes.count >= headSize, bytes.span.load(at: 0, as: UInt64.self) == magic,
      bytes.span.load(at: 8, as: UInt64.self) == base.bytes,
      bytes.span.load(at: 32, as: UInt32.self) == CRC32C.of(bytes.span.extracting(0..<32))
    else { return nil }
    return bytes.span.load(at: 16, as: UInt64.self)
  }

  /// Where the segment before this one ends, given a whole head.
  package static func joins(_ head: [UInt8], base: Position) -> Position {
    let behindLoss = head.span.load(at: 24, as: UInt64.self)
    return behindLoss == 0 ? base : Position(bytes: behindLoss)
  }
}
