/// Reads a log from a place on, a stretch at a time, up to what is durable.
package struct LogFollower {
  private let disk: any JournalDisk
  /// The first byte that was not read yet; 0 before the first stretch.
  package private(set) var position: Position
  /// The sequence of the next entry, or 0 where it is not known.
  package private(set) var sequence: UInt64
  /// Where the log started when it was read last.
  package private(set) var logStart = Position(bytes: 0)

  package init(disk: any JournalDisk, from position: Position, sequence: UInt64 = 0) {
    self.disk = disk
    self.position = position
    self.sequence = sequence
  }

  /// What came of a stretch.
  package enum Step: Sendable {
    case read
    /// There is no more that is durable.
    case atEnd
    /// The log starts behind the place: `logStart` says where.
    case removed
  }

  /// Shows the batches of the next stretch of at most some bytes, or one that is longer.
  ///
  /// `durable` is the end of what is durable. A place of 0 stands for the log's start.
  package mutating func step(
    upTo durable: Position,
    bytes stretch: UInt64,
    _ visit: (EntryHeader, borrowing Span<UInt8>, Position) throws(JournalError) -> Void
  ) throws(JournalError) -> Step {
    guard position < durable else { return .atEnd }
    let segments = try Recovery.segments(on: disk).found
    guard let first = segments.first else { return .atEnd }
    logStart = Position(bytes: first.base.bytes + UInt64(Segment.headSize))
    if position < logStart {
      guard position.bytes == 0 else { return .removed }
      position = logStart
      // The log's first entry is the first of all where nothing was removed.
      sequence = first.base.bytes == 0 ? 1 : 0
    }
    guard let index = segments.lastIndex(where: { $0.base <= position }) else { return .atEnd }
    let segment = segments[index]
    var reader = SegmentReader(
      disk: disk,
      segment: segment,
      offset: Int(position.bytes - segment.base.bytes)
    )
    reader.expectedSequence = sequence
    reader.until = Position(bytes: min(durable.bytes, position.bytes + stretch))
    let damage = try reader.readAll(visit)
    if let damage { throw JournalError(.corrupt, "\(damage.what) at \(position.bytes)") }
    var next = segment.base.bytes + UInt64(reader.offset)
    if next == position.bytes, index + 1 < segments.count {
      next = segments[index + 1].base.bytes + UInt64(Segment.headSize)
    }
    guard next > position.bytes else {
      // Where a batch is longer than the stretch, it is read whole.
      return stretch < UInt64(Batch.bytesMax)
        ? try step(upTo: durable, bytes: UInt64(Batch.bytesMax), visit) : .atEnd
    }
    position = Position(bytes: next)
    sequence = reader.expectedSequence
    return .read
  }
}
