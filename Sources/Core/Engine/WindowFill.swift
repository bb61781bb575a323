import Features
package import Journal
package import Payments

/// One source's windows made anew from the log, beside those that are in force: how aggregates that
/// are new to a source come to know its past.
///
/// It folds what the source's own windows fold, and decides nothing.
package final class WindowFill {
  package let source: UInt16
  private(set) var profile: Profile
  private let makeProfile: () -> Profile
  /// Resets of the clock; what came before one with a later time is left out.
  private var mends: Set<ClockMend> = []
  private let futureTolerance: Int64
  private var disk: (any JournalDisk)?
  /// Identifies the features and rules that the windows belong to.
  package let program: UInt64
  /// The first entry that was folded.
  package private(set) var from = Position(bytes: 0)
  private var follower: LogFollower?
  /// Whether the log's own start was removed: the windows lack what was before.
  private var isCut: Bool { from.bytes > UInt64(Segment.headSize + Batch.headerSize) }
  private var last: [UInt8] = []

  init(_ state: SourceState, seed: UInt64, reserve: Int) {
    source = state.source.id
    futureTolerance = state.source.futureTolerance
    let (program, source) = (state.program, state.source)
    makeProfile = { Profile(program: program, source: source, seed: seed, reserve: reserve) }
    profile = makeProfile()
    self.program = state.programFingerprint
  }

  /// Starts with the first entry of a log; the disk belongs to the thread that has the windows.
  package func open(_ disk: any JournalDisk) {
    self.disk = disk
    follower = LogFollower(disk: disk, from: Position(bytes: 0))
  }

  /// The same, for windows that are made because of a reset of the clock.
  func open(_ disk: any JournalDisk, mending mend: ClockMend) {
    mends.insert(mend)
    open(disk)
  }

  /// Starts over, when a reset of the clock shows that times before it were wrong.
  private func startOver() {
    profile = makeProfile()
    from = Position(bytes: 0)
    last.removeAll()
    if let disk { open(disk) }
  }

  /// Everything before it was folded.
  package var position: Position { follower?.position ?? Position(bytes: 0) }

  /// A digest of the windows as they are.
  package func digest() -> UInt64 { profile.stateDigest() }

  /// Folds the next stretch of the log; false at its durable end.
  package func step(upTo durable: Position, bytes: UInt64 = 8 << 20) throws(JournalError) -> Bool {
    guard var follower else { return false }
    let known = mends.count
    let step = try follower.step(upTo: durable, bytes: bytes) {
      header,
      body,
      position throws(JournalError) in
      if from.bytes == 0 { from = position }
      // The last batch of a stretch may reach behind what is asked for.
      if position < durable { try take(header, body, position) }
    }
    self.follower = follower
    if mends.count > known {
      startOver()
      return true
    }
    if case .removed = step {
      throw JournalError(.limit, "the log was removed while windows were filled from it")
    }
    if case .read = step { return true }
    return false
  }

  /// Whether an event of this time, logged at a position, was stamped by a clock that was ahead.
  private func isLeftOut(_ time: Timestamp, _ position: Position) -> Bool {
    mends.contains {
      position < $0.position && time.microseconds > $0.time + futureTolerance
    }
  }

  private func isLeftOut(
    _ header: EntryHeader,
    _ body: borrowing Span<UInt8>,
    _ position: Position
  ) -> Bool {
    if mends.isEmpty { return false }
    switch header.kind {
    case .transaction, .history: return isLeftOut(TransactionRecord.time(body), position)
    case .label:
      let record = body.extracting(Label.record(body))
      return isLeftOut(TransactionRecord.time(record), position)
    case .activity:
      // It was folded when it was logged, so it can be read.
      return (try? Activity(body.array)).map { isLeftOut($0.time, position) } ?? false
    default: return false
    }
  }

  private func take(
    _ header: EntryHeader,
    _ body: borrowing Span<UInt8>,
    _ position: Position
  ) throws(JournalError) {
    if isLeftOut(header, body, position) { return last.removeAll() }
    switch header.kind {
    case .clockReset:
      // Folded when it was logged.
      guard let entry = try? ControlEntry.ClockReset(body.array) else { return }
      mends.insert(ClockMend(position: position, time: entry.time))
    case .transaction, .history:
      guard TransactionRecord.source(body) == Int(source) else { return last.removeAll() }
      profile.record(body, evaluate: false)
      if isCut, profile.warmingUntil == .min { profile.startWarming() }
      last.removeAll(keepingCapacity: true)
      if header.kind == .transaction { last.append(body) }
    case .decision:
      guard !last.isEmpty else { return }
      let record = last
      profile.settle(DecisionRecord.outcome(body), record.span)
      last.removeAll(keepingCapacity: true)
    case .label, .activity, .disposition:
      do throws(DecodingFailure) {
        try Profile.fold(header.kind, body) { $0 == Int(source) ? profile : nil }
      } catch {
        throw JournalError(.corrupt, "a damaged \(header.kind) entry: \(error)")
      }
    default: break
    }
  }
}

/// The stretch of log that must be there to fold an adoption again: its start is not removed while
/// the adoption itself is kept.
package struct AdoptionSpan: Sendable, Hashable {
  package var from: Position
  package var at: Position

  package init(from: Position, at: Position) {
    self.from = from
    self.at = at
  }
}

extension ControlEntry {
  /// Windows that were filled from the log take the place of a source's present ones.
  package struct Adoption: Sendable, Hashable {
    package var source: UInt16
    /// Identifies the features and rules that they belong to.
    package var program: UInt64
    /// The first entry that was folded.
    package var from: Position
    /// A place on the way, and the digest of the windows there.
    package var checkedAt: Position
    package var digest: UInt64

    package init(
      source: UInt16,
      program: UInt64,
      from: Position,
      checkedAt: Position,
      digest: UInt64
    ) {
      self.source = source
      self.program = program
      self.from = from
      self.checkedAt = checkedAt
      self.digest = digest
    }

    package var encoded: [UInt8] {
      var bytes: [UInt8] = []
      bytes.append(little: source)
      bytes.append(little: program)
      bytes.append(little: from.bytes)
      bytes.append(little: checkedAt.bytes)
      bytes.append(little: digest)
      return bytes
    }

    package init(_ body: [UInt8]) throws(DecodingFailure) {
      var reader = ByteReader(body)
      source = try reader.integer()
      program = try reader.integer()
      from = Position(bytes: try reader.integer())
      checkedAt = Position(bytes: try reader.integer())
      digest = try reader.integer()
    }
  }
}

extension Engine {
  /// Empty windows for a source that is warming, to be filled from the log; nil for others.
  package func makeFill(_ source: UInt16) -> WindowFill? {
    guard let state = sources[source], state.profile.isWarming else { return nil }
    return WindowFill(state, seed: seed, reserve: reserve)
  }

  /// Whether windows belong to the features and rules that a source has now.
  package func awaits(_ fill: WindowFill) -> Bool {
    sources[fill.source]?.programFingerprint == fill.program
  }

  /// Puts filled windows in force, by the entry that the caller logged at `position`.
  package func adopt(
    _ fill: WindowFill,
    _ entry: ControlEntry.Adoption,
    at position: Position
  ) {
    sources[fill.source]?.adopt(fill.profile, AdoptionSpan(from: entry.from, at: position))
    let body = entry.encoded
    digest = Fingerprint.chain(digest, Fingerprint.of(body, in: 0..<body.count))
  }

  /// Fills windows again, as they were when the adoption at `position` was logged.
  ///
  /// Cost: one pass over the log before it; only where no later snapshot is at hand.
  func adopt(
    _ body: borrowing Span<UInt8>,
    at position: Position,
    from disk: any JournalDisk
  ) throws(EngineError) {
    let entry: ControlEntry.Adoption
    do {
      entry = try ControlEntry.Adoption(body.array)
    } catch {
      throw EngineError(.damagedEntry, "a damaged adoption: \(error)")
    }
    guard let state = sources[entry.source] else {
      throw EngineError(.unknownSource, "an adoption names source \(entry.source)")
    }
    let fill = WindowFill(state, seed: seed, reserve: reserve)
    fill.open(disk)
    do {
      while try fill.step(upTo: entry.checkedAt) {}
      guard fill.from == entry.from, fill.digest() == entry.digest else {
        throw EngineError(
          .snapshot,
          "windows filled from the log differ from those adopted at \(position.bytes)"
        )
      }
      while try fill.step(upTo: position) {}
    } catch let error as EngineError {
      throw error
    } catch {
      throw EngineError(.damagedEntry, "\(error)")
    }
    adopt(fill, entry, at: position)
  }
}
