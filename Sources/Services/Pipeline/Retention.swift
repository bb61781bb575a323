package import Engine
package import Journal
import Payments

/// How much of the log is kept; without a bound all of it.
package struct RetentionPolicy: Sendable, Hashable {
  /// Segments all of whose entries are older than this may go; by the log's own time.
  package var microseconds: Int64?
  /// The oldest segments may go while the log has more bytes than this.
  package var bytes: UInt64?

  package init(microseconds: Int64? = nil, bytes: UInt64? = nil) {
    self.microseconds = microseconds
    self.bytes = bytes
  }

  package var keepsAll: Bool { microseconds == nil && bytes == nil }
}

/// Where the log may start, and the removal of what lies before.
package enum Retention {
  /// A segment with the time of its first entry.
  package struct Part: Sendable, Hashable {
    package var base: UInt64
    package var size: Int
    package var receivedAt: Int64

    package init(base: UInt64, size: Int, receivedAt: Int64) {
      self.base = base
      self.size = size
      self.receivedAt = receivedAt
    }
  }

  /// The segments of a log, oldest first; one that holds no entry yet is left out.
  package static func parts(of disk: any JournalDisk) throws(JournalError) -> [Part] {
    var parts: [Part] = []
    for segment in try Recovery.segments(on: disk).found {
      var bytes: [UInt8] = []
      let entry = Segment.headSize + Batch.headerSize
      try disk.read(
        Segment.name(segment.base),
        at: entry,
        count: EntryHeader.size,
        into: &bytes
      )
      // The sequence number of the first entry, and its time: see `EntryHeader`.
      guard bytes.count == EntryHeader.size, bytes.span.load(at: 8, as: UInt64.self) > 0 else {
        continue
      }
      let receivedAt = bytes.span.load(at: 16, as: Int64.self)
      parts.append(Part(base: segment.base.bytes, size: segment.size, receivedAt: receivedAt))
    }
    return parts
  }

  /// The place where the log starts after as many of the oldest segments as may go.
  ///
  /// `now` is the time of the newest entry. No segment goes that reaches past a floor, nor the last
  /// one.
  package static func start(
    of parts: [Part],
    _ policy: RetentionPolicy,
    now: Int64,
    floors: [UInt64],
    adoptions: [AdoptionSpan] = []
  ) -> UInt64 {
    guard var start = parts.first?.base else { return 0 }
    var left = parts.reduce(UInt64(0)) { $0 + UInt64($1.size) }
    let floor = floors.min() ?? .max
    for (part, next) in zip(parts, parts.dropFirst()) {
      // The newest entry of a segment is no younger than the first of the next.
      let isOld = policy.microseconds.map { next.receivedAt < now - $0 } ?? false
      let isTooMuch = policy.bytes.map { left > $0 } ?? false
      guard isOld || isTooMuch, next.base <= floor else { break }
      left -= UInt64(part.size)
      // An adoption that is kept is folded again from its start.
      let cutsAdoption = adoptions.contains {
        next.base > $0.from.bytes && next.base <= $0.at.bytes
      }
      if !cutsAdoption { start = next.base }
    }
    return start
  }

  /// Removes the segments before a place, oldest first, so that a crash leaves a log without gaps;
  /// how many went.
  ///
  /// A snapshot of that place must be durable before.
  package static func remove(
    before start: UInt64,
    on disk: any JournalDisk
  ) throws(JournalError) -> Int {
    let old = try disk.list().filter { name in
      Segment.base(of: name).map { $0.bytes < start } ?? false
    }
    for name in old.sorted() { try disk.remove(name) }
    return old.count
  }

  /// The newest snapshots that are kept besides the one of the log's start.
  package static let newestSnapshots = 2

  /// Which snapshots stay, given all of them newest first: the newest two, and of a log whose start
  /// was removed the oldest from which it can be gone on.
  package static func keptSnapshots(of places: [Position], logStart: UInt64) -> [Position] {
    let oldest = places.last { $0.bytes >= logStart }
    return places.enumerated().filter { index, place in
      index < newestSnapshots || (logStart > 0 && place == oldest)
    }.map(\.element)
  }

  /// The first byte behind the head of the segment that starts there: where its batches begin.
  package static func firstBatch(_ start: UInt64) -> Position {
    Position(bytes: start + UInt64(Segment.headSize))
  }
}
