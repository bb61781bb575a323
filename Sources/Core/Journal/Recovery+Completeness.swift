import Payments

extension Recovery {
  /// How far the whole batches of a log reach.
  package struct Reach: Sendable, Hashable {
    package var end: Position
    /// The number of the next entry; 0 where no segment has any.
    package var nextSequence: UInt64
  }

  /// Throws where less of a log is there than is known to have been; changes nothing.
  ///
  /// Cost: it reads the last segment that has entries.
  package static func requireComplete(
    on disk: any JournalDisk,
    _ known: LogKnowledge
  ) throws(JournalError) {
    let (id, found, unfinished) = try segments(on: disk)
    if let note = known.note, !found.isEmpty, note.log != id {
      throw JournalError(
        .incomplete,
        "the folder 'journal' holds another log than this directory had (\(hex(id)), not"
          + " \(hex(note.log)))\(waysOut)"
      )
    }
    try requireStart(found, known)
    if let unfinished, let base = Segment.base(of: unfinished) {
      // A head is synced before the first batch: what stands behind none is damaged, not new.
      let segment = FoundSegment(base: base, size: try disk.size(of: unfinished))
      let holds = try hasBatch(segment, from: Segment.headSize, disk) { _ in true }
      if holds { throw damagedHead(unfinished) }
    }
    for name in found.suffix(1).map({ Segment.name($0.base) }) + [unfinished].compactMap(\.self) {
      let size = try disk.size(of: name)
      guard size < known.segmentBytesMin else { continue }
      throw JournalError(
        .incomplete,
        "\(name) was cut: it has \(size) bytes, and no segment has fewer than"
          + " \(known.segmentBytesMin)\(waysOut)"
      )
    }
    let reach = try reach(of: found, on: disk)
    let ahead = known.witnesses.filter {
      $0.end > reach.end || $0.nextSequence > max(1, reach.nextSequence)
    }
    guard let witness = ahead.max(by: { ($0.nextSequence, $0.end) < ($1.nextSequence, $1.end) })
    else { return }
    let entries =
      witness.nextSequence > reach.nextSequence
      ? ": entries \(max(1, reach.nextSequence)) to \(witness.nextSequence - 1) are missing" : ""
    throw JournalError(
      .incomplete,
      "the log ends at position \(reach.end.bytes), but \(witness.name) knows it up to"
        + " \(witness.end.bytes)\(entries)\(waysOut)"
    )
  }

  private static let waysOut =
    "; restore the folder 'journal' from a copy, or go on without what is lost: 'assay recover"
    + " --accept-loss'"

  private static func hex(_ number: UInt64) -> String { String(number, radix: 16) }

  /// Throws where the first segments are missing and retention did not remove them.
  private static func requireStart(
    _ found: [FoundSegment],
    _ known: LogKnowledge
  ) throws(JournalError) {
    guard let first = found.first, !isStart(first, known) else { return }
    let start = known.note.map { "its start was at \($0.start.bytes)" }
    let reason = start ?? "no snapshot stands at its start"
    throw JournalError(
      .incomplete,
      "the log starts at position \(first.base.bytes), but retention removed nothing up to there:"
        + " \(reason)\(waysOut)"
    )
  }

  static func isStart(_ first: FoundSegment, _ known: LogKnowledge) -> Bool {
    if first.base.bytes == 0 { return true }
    if let note = known.note { return first.base <= note.start }
    return known.isAnchored(Position(bytes: first.base.bytes + UInt64(Segment.headSize)))
  }

  private static func reach(
    of found: [FoundSegment],
    on disk: any JournalDisk
  ) throws(JournalError) -> Reach {
    var end: Position?
    for (index, segment) in found.enumerated().reversed() {
      var reader = SegmentReader(disk: disk, segment: segment, offset: Segment.headSize)
      if let damage = try reader.readAll({ _, _, _ in }) {
        // Damage has a place, which says more than an end.
        try check(damage, reader.offset, segment, followedBy: found.dropFirst(index + 1), disk)
      }
      let place = Position(bytes: segment.base.bytes + UInt64(reader.offset))
      end = end ?? place
      if reader.expectedSequence > 0 {
        return Reach(end: end ?? place, nextSequence: reader.expectedSequence)
      }
    }
    return Reach(end: end ?? Position(bytes: UInt64(Segment.headSize)), nextSequence: 0)
  }
}
