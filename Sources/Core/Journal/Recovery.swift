import Payments

/// Finds the end of a log after any stop, and tells a torn tail from corruption.
package enum Recovery {
  private static let liveReadAttempts = 100

  /// A segment as found on the disk.
  package struct FoundSegment: Sendable, Hashable {
    package var base: Position
    package var size: Int
  }

  /// What is on the disk.
  package struct Log: Sendable {
    package var log: UInt64
    package var segments: [FoundSegment]
    /// The first byte after the last whole batch.
    package var end: Position
    package var nextSequence: UInt64
    package var lastReceivedAt: Int64
    /// Bytes of a torn last batch that were cut.
    package var cutBytes: Int
    package var lastKind: EntryKind?
  }

  /// The segments in order, without gaps.
  ///
  /// A last segment whose head was never synced is left out: nothing in it can have been
  /// acknowledged. A reader beside a live server may see the oldest ones go while it looks; it
  /// looks again.
  package static func segments(on disk: any JournalDisk) throws(JournalError) -> (
    log: UInt64, found: [FoundSegment], unfinished: String?
  ) {
    var names = try disk.list()
    while true {
      do throws(JournalError) {
        return try look(at: disk)
      } catch {
        let now = try disk.list()
        guard Set(now) != Set(names) else { throw error }
        names = now
      }
    }
  }

  private static func look(at disk: any JournalDisk) throws(JournalError) -> (
    log: UInt64, found: [FoundSegment], unfinished: String?
  ) {
    var found: [FoundSegment] = []
    var log: UInt64 = 0
    let names = try disk.list().filter { Segment.base(of: $0) != nil }.sorted()
    for (index, name) in names.enumerated() {
      guard let base = Segment.base(of: name) else { continue }
      let size = try disk.size(of: name)
      var head: [UInt8] = []
      try disk.read(name, at: 0, count: Segment.headSize, into: &head)
      guard let id = Segment.log(inHead: head, base: base) else {
        guard index == names.count - 1 else {
          throw damagedHead(name)
        }
        return (log, found, name)
      }
      if let last = found.last {
        guard id == log else { throw JournalError(.corrupt, "\(name) belongs to another log") }
        guard last.base.bytes + UInt64(last.size) == Segment.joins(head, base: base).bytes else {
          throw JournalError(.corrupt, "a segment is missing before \(name)")
        }
      }
      log = id
      found.append(FoundSegment(base: base, size: size))
    }
    return (log, found, nil)
  }

  /// Reads the log from `start` (the first batch of all, or a snapshot's position) to its end,
  /// showing each entry to `visit`, and cuts a torn tail.
  ///
  /// `newLog` names a log that does not exist yet. `repair: false` leaves the disk as it is, for
  /// readers beside a live server.
  package static func run(
    on disk: any JournalDisk,
    from start: Position? = nil,
    startSequence: UInt64 = 1,
    until: Position? = nil,
    newLog: UInt64,
    repair: Bool = true,
    visit: (EntryHeader, borrowing Span<UInt8>, Position) throws(JournalError) -> Void
  ) throws(JournalError) -> Log {
    let (id, found, unfinished) = try segments(on: disk)
    // Nothing is read, and nothing cut, of a log that does not go on where it is asked for.
    if let first = found.first, first.base.bytes > start?.bytes ?? 0 {
      throw JournalError(
        .corrupt,
        "the log starts at \(first.base.bytes); it is needed from \(start?.bytes ?? 0) on:"
          + " a snapshot of its start or of a later place is missing"
      )
    }
    if let start, let last = found.last, start.bytes > last.base.bytes + UInt64(last.size) {
      throw JournalError(.corrupt, "the log ends before \(start.bytes), where it is needed from")
    }
    if repair, let unfinished { try discard(unfinished, on: disk) }
    var log = Log(
      log: found.isEmpty ? newLog : id,
      segments: found,
      end: Position(bytes: UInt64(Segment.headSize)),
      nextSequence: startSequence,
      lastReceivedAt: 0,
      cutBytes: 0,
      lastKind: nil
    )
    if let first = found.first {
      log.end = Position(bytes: first.base.bytes + UInt64(Segment.headSize))
    }
    for (index, segment) in found.enumerated() {
      if let until, segment.base.bytes >= until.bytes { break }
      let segmentEnd = segment.base.bytes + UInt64(segment.size)
      var from = Segment.headSize
      if let start {
        if start.bytes >= segmentEnd, index < found.count - 1 { continue }
        if start.bytes > segment.base.bytes { from = Int(start.bytes - segment.base.bytes) }
      }
      var reader = SegmentReader(disk: disk, segment: segment, offset: from)
      reader.expectedSequence = log.nextSequence
      reader.until = until
      var damage: SegmentReader.Damage?
      // A reader beside a live server may meet a batch that is just being written: it looks again.
      for _ in 0..<(repair ? 1 : liveReadAttempts) {
        damage = try reader.readAll { header, body, position throws(JournalError) in
          log.lastReceivedAt = header.receivedAt
          log.lastKind = header.kind
          try visit(header, body, position)
        }
        if damage == nil { break }
      }
      log.nextSequence = reader.expectedSequence
      log.end = Position(bytes: segment.base.bytes + UInt64(reader.offset))
      if let damage {
        try check(damage, reader.offset, segment, followedBy: found.dropFirst(index + 1), disk)
        if repair {
          log.cutBytes = try cut(segment, from: reader.offset, through: damage, on: disk)
        }
      }
    }
    return log
  }

  /// Damage is a torn tail only if nothing written later knew it as synced.
  static func check(
    _ damage: SegmentReader.Damage,
    _ offset: Int,
    _ segment: FoundSegment,
    followedBy later: ArraySlice<FoundSegment>,
    _ disk: any JournalDisk
  ) throws(JournalError) {
    let position = segment.base.bytes + UInt64(offset)
    func corrupt() -> JournalError {
      JournalError(
        .corrupt,
        "\(Segment.name(segment.base)): \(damage.what) at offset \(offset), before data that was"
          + " synced later; restore this segment from a copy"
      )
    }
    if !later.isEmpty { throw corrupt() }
    if try hasBatch(segment, from: offset + 8, disk, where: { $0.synced.bytes > position }) {
      throw corrupt()
    }
  }

  static func damagedHead(_ name: String) -> JournalError {
    JournalError(
      .corrupt,
      "\(name): the segment's head is damaged; restore this segment from a copy"
    )
  }

  /// Removes a last segment without a whole head, which a crash left while it was made.
  ///
  /// A head is synced before the first batch behind it: where there is one, the head was damaged
  /// later, and what was acknowledged must stay.
  private static func discard(
    _ name: String,
    on disk: any JournalDisk
  ) throws(JournalError) {
    guard let base = Segment.base(of: name) else { return }
    let segment = FoundSegment(base: base, size: try disk.size(of: name))
    if try hasBatch(segment, from: Segment.headSize, disk, where: { _ in true }) {
      throw damagedHead(name)
    }
    try disk.remove(name)
  }

  /// Whether a whole batch header that belongs there stands at or behind an offset.
  static func hasBatch(
    _ segment: FoundSegment,
    from offset: Int,
    _ disk: any JournalDisk,
    where fits: (BatchHeader) -> Bool
  ) throws(JournalError) -> Bool {
    var bytes: [UInt8] = []
    let chunk = 1 << 20
    var from = offset
    while from < segment.size {
      bytes.removeAll(keepingCapacity: true)
      let count = min(chunk + Batch.headerSize, segment.size - from)
      try disk.read(Segment.name(segment.base), at: from, count: count, into: &bytes)
      var index = 0
      while index + Batch.headerSize <= bytes.count {
        if bytes.span.load(at: index, as: UInt32.self) == Batch.magic,
          let header = BatchHeader(
            bytes.span.extracting(index..<index + Batch.headerSize)
          ),
          header.position.bytes == segment.base.bytes + UInt64(from + index), fits(header)
        {
          return true
        }
        index += 8
      }
      from += chunk
    }
    return false
  }

  /// Zeroes a torn tail, so that it can never be mistaken for data again.
  static func cut(
    _ segment: FoundSegment,
    from offset: Int,
    through damage: SegmentReader.Damage,
    on disk: any JournalDisk
  ) throws(JournalError) -> Int {
    let name = Segment.name(segment.base)
    let count = min(max(damage.extent, Batch.headerSize), segment.size - offset)
    var rest = offset
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    var dirty = true
    var bytes: [UInt8] = []
    while rest < segment.size, dirty || rest < offset + count {
      bytes.removeAll(keepingCapacity: true)
      let step = min(zeros.count, segment.size - rest)
      try disk.read(name, at: rest, count: step, into: &bytes)
      dirty = bytes.contains { $0 != 0 }
      if dirty { try disk.write(name, at: rest, Array(zeros.prefix(step))) }
      rest += step
    }
    try disk.sync(name)
    return count
  }
}
