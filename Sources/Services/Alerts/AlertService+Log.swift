package import Journal
import Payments
package import Storage
import Synchronization

// What is decided becomes alerts: the service follows the log from a durable place of its own.
extension AlertService {
  func findPlace() throws(StoreError) {
    let head = committed()
    let cursor = try store.use { store throws(StoreError) in
      if let cursor = try store.logCursor() { return cursor }
      let cursor = StoreCursor(position: head.bytes, sequence: 0)
      try store.setLogCursor(cursor)
      return cursor
    }
    place.withLock { $0 = Place(cursor: cursor, written: cursor.position) }
    followed.store(cursor.position, ordering: .relaxed)
  }

  /// Bytes of log that are taken in at a time.
  private static let stretchBytes: UInt64 = 1 << 20
  /// Bytes of log without a hit that are followed again after a stop.
  ///
  /// Writing the place down costs syncs of the disk that decisions need, and without a hit it is of
  /// no use to anybody.
  private static let unwrittenBytesMax: UInt64 = 16 << 20

  /// Takes in one stretch of the log; false where it reached what was durable when it began.
  ///
  /// What came meanwhile has time: each stretch with a hit costs four syncs of the disk that
  /// decisions need.
  func follow() throws -> Bool {
    let end = committed()
    if followed.load(ordering: .relaxed) >= end.bytes { return false }
    guard let known = place.withLock({ $0 }) else {
      try findPlace()
      return true
    }
    let cursor = known.cursor
    let (step, next, start, hits, erasures) = try read(from: cursor, upTo: end)
    switch step {
    case .atEnd: return false
    case .removed:
      try skip(from: cursor.position, to: start)
      return true
    case .read: break
    }
    // What was erased raises nothing, so that the order of these and of hits does not matter.
    try erase(erasures)
    if hits.isEmpty, erasures.isEmpty,
      next.position - known.written < AlertService.unwrittenBytesMax
    {
      place.withLock { $0 = Place(cursor: next, written: known.written) }
      followed.store(next.position, ordering: .relaxed)
      return next.position < end.bytes
    }
    let (found, window) = (hits, settings.window)
    let raised = try store.use { store throws(StoreError) in
      try store.raise(found, window: window, upTo: next)
    }
    place.withLock { $0 = Place(cursor: next, written: next.position) }
    followed.store(next.position, ordering: .relaxed)
    if raised.contains(where: { $0.notice != nil }) { ringChannels() }
    return next.position < end.bytes
  }

  /// What a stretch of the log has, and where it ends.
  private typealias Stretch = (
    step: LogFollower.Step, next: StoreCursor, logStart: Position, hits: [AlertHit],
    erasures: [(Erasure, Int64)]
  )

  private func read(from cursor: StoreCursor, upTo end: Position) throws -> Stretch {
    var hits: [AlertHit] = []
    var erasures: [(Erasure, Int64)] = []
    return try journal.withLock { disk in
      var follower = LogFollower(
        disk: disk,
        from: Position(bytes: cursor.position),
        sequence: cursor.sequence
      )
      var transaction: [UInt8] = []
      var place = Position(bytes: 0)
      let step = try follower.step(upTo: end, bytes: AlertService.stretchBytes) {
        header,
        body,
        position throws(JournalError) in
        switch header.kind {
        case .transaction:
          transaction = body.array
          place = position
        case .decision:
          if let hit = hit(transaction, body, place, header.receivedAt) { hits.append(hit) }
        case .erasure:
          // The engine has folded it, so it can be read.
          if let erasure = try? Erasure(body.array) {
            erasures.append((erasure, header.receivedAt))
          }
        default: break
        }
      }
      let next = StoreCursor(position: follower.position.bytes, sequence: follower.sequence)
      return (step, next, follower.logStart, hits, erasures)
    }
  }

  private func hit(
    _ transaction: [UInt8],
    _ decision: borrowing Span<UInt8>,
    _ position: Position,
    _ receivedAt: Int64
  ) -> AlertHit? {
    let record = transaction.span
    let number = DecisionRecord.source(decision)
    guard let source = surroundings.sources.first(where: { Int($0.id) == number }),
      settings.policy.alerts(record, decision, source),
      !surroundings.isErased(transaction, position)
    else { return nil }
    return settings.policy.hit(
      record,
      decision,
      source,
      position: position.bytes,
      reasons: source.dialect == .payment ? [] : surroundings.reasons(decision.array),
      at: receivedAt
    )
  }

  /// Goes on where the log starts now, and says what nobody was told of.
  private func skip(from place: UInt64, to start: Position) throws {
    let hit = AlertHit(
      kind: .system,
      key: "alerts_skipped:\(start.bytes)",
      severity: .critical,
      type: "alerts_skipped",
      message: "\(start.bytes - place) bytes of the log, from \(place) to \(start.bytes), were"
        + " removed before alerts had followed them: payments there raised none",
      at: surroundings.now()
    )
    surroundings.note("alerts: \(hit.message)")
    let window = settings.window
    let cursor = StoreCursor(position: start.bytes, sequence: 0)
    _ = try store.use { store throws(StoreError) in
      try store.raise([hit], window: window, upTo: cursor)
    }
    self.place.withLock { $0 = Place(cursor: cursor, written: cursor.position) }
    followed.store(cursor.position, ordering: .relaxed)
    ringChannels()
  }

  /// Carries out the erasures of a stretch of log that will not be followed.
  package func carryOutErasures(upTo end: Position) throws {
    guard var cursor = place.withLock({ $0?.cursor }) else { return }
    while cursor.position < end.bytes {
      let (step, next, _, _, erasures) = try read(from: cursor, upTo: end)
      guard case .read = step else { return }
      try erase(erasures)
      cursor = next
    }
  }

  /// The place up to which alerts do not need the log any more, also after a crash; nil where it
  /// is not known.
  ///
  /// What was followed without a hit is written down now.
  package func keepPlace() throws(StoreError) -> UInt64? {
    guard let known = place.withLock({ $0?.cursor }) else { return nil }
    return try store.use { store throws(StoreError) in
      // The follower may have written a later place meanwhile.
      if let kept = try store.logCursor(), kept.position >= known.position { return kept.position }
      try store.setLogCursor(known)
      return known.position
    }
  }
}

extension Span where Element == UInt8 {
  /// A copy of the bytes.
  fileprivate var array: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for index in 0..<count { bytes.append(self[index]) }
    return bytes
  }
}
