import Payments

/// Reads the batches of one segment in order, checking all of it.
package struct SegmentReader {
  /// Where a segment's whole batches end because of something that is not empty space.
  package struct Damage: Sendable {
    package var what: String
    /// Bytes that the damaged batch claims.
    package var extent: Int
  }

  private let disk: any JournalDisk
  private let segment: Recovery.FoundSegment
  private let name: String
  /// The first byte that was not read yet.
  package private(set) var offset: Int
  package var expectedSequence: UInt64
  /// Where to stop: what lies behind may not be durable yet.
  package var until: Position?
  private var window: [UInt8] = []
  private var windowStart = 0
  private static let windowBytes = 1 << 20

  package init(disk: any JournalDisk, segment: Recovery.FoundSegment, offset: Int) {
    self.disk = disk
    self.segment = segment
    self.offset = offset
    name = Segment.name(segment.base)
    expectedSequence = 0
  }

  /// Reads to the end of the data.
  ///
  /// Nil means that empty space follows.
  package mutating func readAll(
    _ visit: (EntryHeader, borrowing Span<UInt8>, Position) throws(JournalError) -> Void
  ) throws(JournalError) -> Damage? {
    window.removeAll(keepingCapacity: true)
    windowStart = offset
    while offset + Batch.headerSize <= segment.size {
      if let until, segment.base.bytes + UInt64(offset) >= until.bytes { return nil }
      try fill(Batch.headerSize)
      let at = offset - windowStart
      let position = segment.base.bytes + UInt64(offset)
      guard let header = BatchHeader(window.span.extracting(at..<at + Batch.headerSize)) else {
        let empty = (at..<at + Batch.headerSize).allSatisfy { window[$0] == 0 }
        return try empty ? restIsEmpty() : Damage(what: "a damaged batch header", extent: 0)
      }
      guard header.position.bytes == position, header.size <= segment.size - offset else {
        return Damage(what: "a batch header that belongs elsewhere", extent: 0)
      }
      try fill(header.size)
      let follows = header.firstSequence == expectedSequence || expectedSequence == 0
      guard follows || isBehindLoss(header) else {
        return Damage(
          what: "sequence \(header.firstSequence) where \(expectedSequence) was expected",
          extent: header.size
        )
      }
      if let damage = check(header) { return damage }
      try show(header, visit)
      offset += header.size
      expectedSequence = header.firstSequence + UInt64(header.entryCount)
    }
    return nil
  }

  /// A torn write may have lost its head and kept its tail: look as far as a batch can reach.
  private func restIsEmpty() throws(JournalError) -> Damage? {
    var bytes: [UInt8] = []
    var from = offset
    let until = min(segment.size, offset + Batch.bytesMax)
    while from < until {
      bytes.removeAll(keepingCapacity: true)
      try disk.read(name, at: from, count: min(1 << 20, until - from), into: &bytes)
      if bytes.contains(where: { $0 != 0 }) {
        return Damage(what: "bytes without a batch header", extent: from + bytes.count - offset)
      }
      from += 1 << 20
    }
    return nil
  }

  /// Whether the batch in the window begins with the loss of just what is missing before it.
  private func isBehindLoss(_ header: BatchHeader) -> Bool {
    let at = offset - windowStart + Batch.headerSize
    let batch = window.span.extracting(at..<offset - windowStart + header.size)
    guard let entry = EntryHeader(checking: batch), entry.kind == .loss else { return false }
    let body = batch.extracting(EntryHeader.size..<EntryHeader.size + entry.bodySize)
    // What cannot be read is no loss.
    guard let loss = try? Loss(body) else { return false }
    return loss.first == expectedSequence && loss.end == header.firstSequence
  }

  /// Checks every entry of the batch in the window before the first is shown.
  private func check(_ header: BatchHeader) -> Damage? {
    var at = offset - windowStart + Batch.headerSize
    let end = offset - windowStart + header.size
    for index in 0..<header.entryCount {
      guard let entry = EntryHeader(checking: window.span.extracting(at..<end)),
        entry.sequence == header.firstSequence + UInt64(index)
      else {
        return Damage(what: "a damaged entry (number \(index) of its batch)", extent: header.size)
      }
      at += entry.paddedSize
    }
    guard at == end else {
      return Damage(what: "a batch of another length than its entries", extent: header.size)
    }
    return nil
  }

  private func show(
    _ header: BatchHeader,
    _ visit: (EntryHeader, borrowing Span<UInt8>, Position) throws(JournalError) -> Void
  ) throws(JournalError) {
    var at = offset - windowStart + Batch.headerSize
    let end = offset - windowStart + header.size
    while at < end {
      guard let entry = EntryHeader(unchecked: window.span.extracting(at..<end)) else {
        preconditionFailure("the batch was checked")
      }
      let position = Position(bytes: segment.base.bytes + UInt64(windowStart + at))
      let body = at + EntryHeader.size
      try visit(entry, window.span.extracting(body..<body + entry.bodySize), position)
      at += entry.paddedSize
    }
  }

  /// Brings `count` bytes at `offset` into the window.
  private mutating func fill(_ count: Int) throws(JournalError) {
    let at = offset - windowStart
    if at >= 0, at + count <= window.count { return }
    window.removeAll(keepingCapacity: true)
    windowStart = offset
    let wanted = min(max(count, SegmentReader.windowBytes), segment.size - offset)
    try disk.read(name, at: offset, count: wanted, into: &window)
    guard window.count >= count else {
      throw JournalError(.inputOutput, "\(name): \(count) bytes expected at offset \(offset)")
    }
  }
}

extension EntryHeader {
  /// Reads an entry's header without checking its body.
  package init?(unchecked bytes: borrowing Span<UInt8>) {
    guard bytes.count >= EntryHeader.size,
      let kind = EntryKind(rawValue: bytes.load(at: 24, as: UInt8.self))
    else { return nil }
    self.init(
      sequence: bytes.load(at: 8),
      receivedAt: bytes.load(at: 16),
      kind: kind,
      semanticsVersion: bytes.load(at: 26),
      bodySize: Int(bytes.load(at: 28, as: UInt32.self))
    )
    guard paddedSize <= bytes.count else { return nil }
  }
}
