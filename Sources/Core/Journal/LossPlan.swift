import Payments

/// What can be kept of a log of which something is missing or damaged, and what has to be given up.
///
/// Everything from the first damage or gap on is given up. The log goes on in a segment of its own
/// behind all that is known to have been there, so that no position or number is used twice.
package struct LossPlan: Sendable {
  /// Bytes to which the base of the segment behind a loss is rounded.
  private static let baseUnit: UInt64 = 1 << 20
  /// The size of an empty first segment, where nothing is left of a log.
  private static let firstSize: UInt64 = 4096

  package private(set) var log: UInt64
  package private(set) var kept: [Recovery.FoundSegment] = []
  /// Where what is kept ends, and the number of the next entry.
  package private(set) var end = Position(bytes: UInt64(Segment.headSize))
  package private(set) var nextSequence: UInt64 = 1
  /// Segments that are taken out of the log.
  package private(set) var setAside: [String] = []
  /// What is lost at the end; nil where nothing is.
  package private(set) var loss: Loss?
  /// What is lost at the start; nil where nothing is.
  package private(set) var lostStart: Loss?
  private var lastReceivedAt: Int64 = 0
  private var isDamaged = false

  /// Whether nothing is missing.
  package var isEmpty: Bool { loss == nil && lostStart == nil && setAside.isEmpty }

  /// Looks at a log; changes nothing.
  ///
  /// Cost: it reads the whole log. `newLog` names a log of which nothing is left.
  package init(
    on disk: any JournalDisk,
    _ known: LogKnowledge,
    newLog: UInt64
  ) throws(JournalError) {
    log = known.note?.log ?? newLog
    let names = try disk.list().filter { Segment.base(of: $0) != nil }.sorted()
    var highest = max(known.end, Position(bytes: 0))
    var numbers = known.nextSequence
    var firstSequence: UInt64?
    var isWhole = true
    for name in names {
      guard let base = Segment.base(of: name) else { continue }
      let segment = Recovery.FoundSegment(base: base, size: try disk.size(of: name))
      if isWhole, try joins(segment, on: disk, known) {
        let first = try read(segment, on: disk)
        firstSequence = firstSequence ?? first
        kept.append(segment)
        isWhole = !isDamaged
      } else {
        isWhole = false
        setAside.append(name)
      }
      guard !isWhole else { continue }
      numbers = max(numbers, try Recovery.lastBatch(of: segment, on: disk))
      highest = max(highest, Position(bytes: base.bytes + UInt64(segment.size)))
    }
    let isStartThere = kept.first.map { Recovery.isStart($0, known) } ?? true
    // A last segment without a head, or a torn end, is what a crash leaves: a start mends it.
    if !isWhole, isStartThere, end >= known.end, nextSequence >= known.nextSequence,
      try isOnlyTorn(names, on: disk)
    {
      (isWhole, isDamaged, numbers) = (true, false, nextSequence)
      setAside.removeAll()
    }
    // One that others join is as long as they say.
    if isWhole, let last = kept.last, last.size < known.segmentBytesMin { isWhole = false }
    if end < known.end || nextSequence < numbers || !isWhole {
      let next = max(numbers, nextSequence)
      loss = Loss(first: nextSequence, end: next, from: end, to: max(highest, end))
    }
    if let first = kept.first, !isStartThere {
      lostStart = Loss(
        first: 1,
        end: firstSequence ?? 1,
        from: known.note?.start ?? Position(bytes: 0),
        to: first.base
      )
    }
  }

  /// Whether a segment has a whole head and goes on where what is kept ends.
  private mutating func joins(
    _ segment: Recovery.FoundSegment,
    on disk: any JournalDisk,
    _ known: LogKnowledge
  ) throws(JournalError) -> Bool {
    var head: [UInt8] = []
    try disk.read(Segment.name(segment.base), at: 0, count: Segment.headSize, into: &head)
    guard let id = Segment.log(inHead: head, base: segment.base),
      id == (kept.isEmpty ? known.note?.log ?? id : log)
    else { return false }
    if let last = kept.last {
      let joint = Segment.joins(head, base: segment.base).bytes
      guard last.base.bytes + UInt64(last.size) == joint else { return false }
    }
    log = id
    return true
  }

  /// Reads a segment as far as it is whole; the number of its first entry, if it has any.
  private mutating func read(
    _ segment: Recovery.FoundSegment,
    on disk: any JournalDisk
  ) throws(JournalError) -> UInt64? {
    var reader = SegmentReader(disk: disk, segment: segment, offset: Segment.headSize)
    // The first segment of a log whose start was removed begins with any number.
    reader.expectedSequence = kept.isEmpty && segment.base.bytes > 0 ? 0 : nextSequence
    var first: UInt64?
    var last = lastReceivedAt
    let damage = try reader.readAll { header, _, _ in
      first = first ?? header.sequence
      last = header.receivedAt
    }
    lastReceivedAt = last
    isDamaged = damage != nil
    end = Position(bytes: segment.base.bytes + UInt64(reader.offset))
    nextSequence = max(1, reader.expectedSequence)
    return first
  }

  /// The note to leave before those who know of the loss are removed.
  package func noted(_ known: LogKnowledge) -> LogExtent {
    LogExtent(
      log: log,
      start: known.note?.start ?? lostStart?.from ?? kept.first?.base ?? Position(bytes: 0),
      end: max(known.end, loss?.to ?? end),
      nextSequence: max(known.nextSequence, loss?.end ?? nextSequence)
    )
  }

  /// Where the segment behind the loss begins: behind all that is known to have been there.
  private var base: UInt64 {
    let joint = kept.last.map { $0.base.bytes + UInt64($0.size) } ?? LossPlan.firstSize
    let base = max(joint, loss?.to.bytes ?? joint)
    return (base + LossPlan.baseUnit - 1) / LossPlan.baseUnit * LossPlan.baseUnit
  }

  /// The place of the first batch behind the loss.
  package var place: Position { Position(bytes: base + UInt64(Segment.headSize)) }

  /// Takes out what cannot be kept and starts the segment behind the loss; where the log goes on.
  ///
  /// It may be cut off and carried out again: the loss shows until the last sync.
  @discardableResult
  package func carryOut(
    on disk: any JournalDisk,
    segmentSize: Int = Segment.sizeDefault,
    receivedAt: Int64,
    semanticsVersion: UInt16
  ) throws(JournalError) -> LogExtent {
    for name in setAside { try disk.setAside(name) }
    let last: Recovery.FoundSegment
    if let kept = kept.last { last = kept } else { last = try makeFirst(on: disk) }
    if isDamaged {
      let rest = SegmentReader.Damage(what: "the tail", extent: last.size)
      _ = try Recovery.cut(last, from: Int(end.bytes - last.base.bytes), through: rest, on: disk)
    }
    let joint = Position(bytes: last.base.bytes + UInt64(last.size))
    let base = Position(bytes: base)
    let name = Segment.name(base)
    let place = place
    var batch = Batch()
    var sequence = loss?.end ?? nextSequence
    for body in [loss, lostStart].compactMap(\.self) {
      batch.append(
        .loss,
        sequence: sequence,
        receivedAt: max(receivedAt, lastReceivedAt),
        semanticsVersion: semanticsVersion
      ) { body.encode(into: &$0) }
      sequence += 1
    }
    batch.seal(at: place, synced: place)
    try disk.create(name, size: segmentSize)
    try disk.write(name, at: Segment.headSize, batch.bytes)
    try disk.sync(name)
    // The head comes last: without it the loss still shows.
    try disk.write(name, at: 0, Segment.head(base: base, log: log, behindLoss: joint))
    try disk.sync(name)
    return LogExtent(
      log: log,
      start: kept.first?.base ?? last.base,
      end: Position(bytes: place.bytes + UInt64(batch.bytes.count)),
      nextSequence: sequence
    )
  }
}

extension LossPlan {
  /// Whether what follows what is kept was never acknowledged.
  private func isOnlyTorn(
    _ names: [String],
    on disk: any JournalDisk
  ) throws(JournalError) -> Bool {
    guard let last = names.last, let base = Segment.base(of: last) else { return true }
    let segment = Recovery.FoundSegment(base: base, size: try disk.size(of: last))
    if setAside == [last] {
      return try !Recovery.hasBatch(segment, from: Segment.headSize, disk) { _ in true }
    }
    guard setAside.isEmpty, kept.last?.base == base else { return false }
    let place = end.bytes
    let offset = Int(place - base.bytes) + 8
    return try !Recovery.hasBatch(segment, from: offset, disk) { $0.synced.bytes > place }
  }

  /// An empty first segment, where nothing is left of a log.
  private func makeFirst(on disk: any JournalDisk) throws(JournalError) -> Recovery.FoundSegment {
    let first = Recovery.FoundSegment(base: Position(bytes: 0), size: Int(LossPlan.firstSize))
    let name = Segment.name(first.base)
    try disk.create(name, size: first.size)
    try disk.write(name, at: 0, Segment.head(base: first.base, log: log))
    try disk.sync(name)
    return first
  }
}

extension Recovery {
  /// The number behind the highest one in any batch header of a segment; 0 where there is none.
  static func lastBatch(
    of segment: FoundSegment,
    on disk: any JournalDisk
  ) throws(JournalError) -> UInt64 {
    var highest: UInt64 = 0
    _ = try hasBatch(segment, from: 0, disk) { header in
      highest = max(highest, header.firstSequence &+ UInt64(header.entryCount))
      return false
    }
    return highest
  }
}
