import Payments

/// A batch under construction: entries are appended, then sealed by a header and written at once.
///
/// Header, 40 bytes: magic, batch size, header checksum, entry count, first sequence, the last
/// position known to be synced when the batch was written, position of the batch itself.
package struct Batch {
  package static let headerSize = 40
  package static let magic: UInt32 = 0x3159_5341  // "ASY1"
  package static let bytesMax = 48 << 20

  package private(set) var bytes: [UInt8]
  package private(set) var entryCount = 0
  package private(set) var firstSequence: UInt64 = 0
  private var openBody: Int?

  package init() {
    bytes = [UInt8](repeating: 0, count: Batch.headerSize)
    bytes.reserveCapacity(1 << 20)
  }

  package var isEmpty: Bool { entryCount == 0 }

  /// Empties the batch, keeping its storage.
  package mutating func reset() {
    precondition(openBody == nil, "an entry is still open")
    bytes.removeAll(keepingCapacity: true)
    for _ in 0..<Batch.headerSize / 8 { bytes.append(little: UInt64(0)) }
    entryCount = 0
  }

  /// Appends one entry whose body `write` appends; returns its offset in the batch.
  @discardableResult
  package mutating func append(
    _ kind: EntryKind,
    sequence: UInt64,
    receivedAt: Int64,
    semanticsVersion: UInt16,
    body write: (inout [UInt8]) -> Void
  ) -> Int {
    let start = bytes.count
    if entryCount == 0 { firstSequence = sequence }
    for _ in 0..<EntryHeader.size / 8 { bytes.append(little: UInt64(0)) }
    write(&bytes)
    let bodySize = bytes.count - start - EntryHeader.size
    precondition(bodySize <= EntryHeader.bodyBytesMax, "entry too long")
    while (bytes.count - start) % 8 != 0 { bytes.append(0) }
    bytes.store(little: UInt32(bytes.count - start), at: start)
    bytes.store(little: sequence, at: start + 8)
    bytes.store(little: receivedAt, at: start + 16)
    bytes.store(little: kind.rawValue, at: start + 24)
    bytes.store(little: semanticsVersion, at: start + 26)
    bytes.store(little: UInt32(bodySize), at: start + 28)
    let sum = CRC32C.of(bytes.span.extracting(start + 8..<bytes.count))
    bytes.store(little: sum, at: start + 4)
    entryCount += 1
    return start
  }

  /// Writes the header; the batch is then ready for the disk.
  package mutating func seal(at position: Position, synced: Position) {
    bytes.store(little: Batch.magic, at: 0)
    bytes.store(little: UInt32(bytes.count), at: 4)
    bytes.store(little: UInt32(entryCount), at: 12)
    bytes.store(little: firstSequence, at: 16)
    bytes.store(little: synced.bytes, at: 24)
    bytes.store(little: position.bytes, at: 32)
    let sum = CRC32C.of(bytes.span.extracting(12..<Batch.headerSize))
    bytes.store(little: sum, at: 8)
  }
}

/// A batch header as read back.
package struct BatchHeader: Sendable, Hashable {
  package var size: Int
  package var entryCount: Int
  package var firstSequence: UInt64
  package var synced: Position
  package var position: Position

  /// Reads a header; nil where the bytes are not one.
  package init?(_ bytes: borrowing Span<UInt8>) {
    guard bytes.count >= Batch.headerSize, bytes.load(at: 0, as: UInt32.self) == Batch.magic,
      bytes.load(at: 8, as: UInt32.self) == CRC32C.of(bytes.extracting(12..<Batch.headerSize))
    else { return nil }
    size = Int(bytes.load(at: 4, as: UInt32.self))
    entryCount = Int(bytes.load(at: 12, as: UInt32.self))
    firstSequence = bytes.load(at: 16)
    synced = Position(bytes: bytes.load(at: 24))
    position = Position(bytes: bytes.load(at: 32))
    guard size >= Batch.headerSize, size <= Batch.bytesMax, size % 8 == 0 else { return nil }
  }
}

extension EntryHeader {
  /// Reads and checks the entry at the start of a span; nil where it is damaged.
  package init?(checking bytes: borrowing Span<UInt8>) {
    guard bytes.count >= EntryHeader.size else { return nil }
    let total = Int(bytes.load(at: 0, as: UInt32.self))
    guard total >= EntryHeader.size, total <= bytes.count, total % 8 == 0,
      let kind = EntryKind(rawValue: bytes.load(at: 24, as: UInt8.self)),
      bytes.load(at: 4, as: UInt32.self) == CRC32C.of(bytes.extracting(8..<total))
    else { return nil }
    let bodySize = Int(bytes.load(at: 28, as: UInt32.self))
    self.init(
      sequence: bytes.load(at: 8),
      receivedAt: bytes.load(at: 16),
      kind: kind,
      semanticsVersion: bytes.load(at: 26),
      bodySize: bodySize
    )
    guard paddedSize == total else { return nil }
  }
}
