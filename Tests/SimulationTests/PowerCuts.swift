import Engine
import Journal
import Payments
import Pipeline
import TestSupport

/// A node that lives on a simulated disk, loses its power at random, and starts again.
///
/// It keeps what was acknowledged outside of the node and reports where the node differs from it.
final class PowerCuts {
  static let segmentSize = 16 << 10
  static let submissionsMax = 60

  private let disk = SimulatedDisk()
  private var traffic: Traffic
  /// What the log must hold: acknowledged, by id.
  private var acknowledged: [[UInt8]: Known] = [:]
  /// Bodies of acknowledged entries other than transactions, by position.
  private var entries: [Position: [UInt8]] = [:]
  /// What the log may hold as well, in this life: taken, but not committed yet.
  private var taken: [[UInt8]: Known] = [:]
  private var takenEntries: [Position: [UInt8]] = [:]
  /// The newest two, and with retention those of the places where the log starts or started.
  private var snapshots: [Snapshot] = []
  private let retains: Bool
  private(set) var removedSegments = 0
  private(set) var problems: [String] = []
  private(set) var snapshotsUsed = 0
  private(set) var duplicates = 0
  private(set) var segments = 0

  struct Snapshot {
    var position: Position
    var bytes: [UInt8]
  }

  /// `retains` removes segments from time to time, at any age: what they held is given up.
  init(seed: UInt64, ignoresSync: Bool = false, retains: Bool = false) {
    traffic = Traffic(seed: seed)
    self.retains = retains
    disk.ignoresSync = ignoresSync
  }

  static func makeEngine() -> Engine { Engine(seed: 1, reserve: 1 << 22) }

  /// Lives and dies this many times; the problems found.
  func run(cuts: Int) -> [String] {
    for _ in 0..<cuts where problems.isEmpty {
      do {
        let start = try recover()
        check(start)
        try live(start)
      } catch let error as JournalError where error.code == .inputOutput {
        // The power cut, wherever it struck.
      } catch {
        problems.append("\(error)")
      }
      disk.crash(using: &traffic.random)
    }
    if problems.isEmpty {
      do { check(try recover()) } catch { problems.append("\(error)") }
    }
    return problems
  }

  private func recover() throws -> Startup {
    if traffic.one(in: 5) {
      // Power fails again during recovery.
      disk.operationsLeft = Int.random(in: 0..<4, using: &traffic.random)
      do { return try start() } catch let error as JournalError where error.code == .inputOutput {
        disk.crash(using: &traffic.random)
      }
    }
    disk.operationsLeft = nil
    return try start()
  }

  private func start() throws -> Startup {
    // With retention the newest snapshot may turn out damaged: an older one must do.
    let spoilt = retains && snapshots.count > 1 && traffic.one(in: 6)
    return try Startup.run(
      disk: disk,
      snapshots: snapshots.dropFirst(spoilt ? 1 : 0).map(\.bytes),
      newLog: 7,
      makeEngine: PowerCuts.makeEngine
    )
  }

  /// Holds a started node to what was acknowledged, and to a fold of the whole log from scratch.
  private func check(_ start: Startup) {
    disk.operationsLeft = nil
    segments = start.log.segments.count
    let origin: EngineSnapshot.Place?
    let engine = PowerCuts.makeEngine()
    do {
      origin = try restoreOrigin(start.log.segments.first?.base.bytes ?? 0, into: engine)
    } catch {
      return problems.append("no snapshot of the log's start: \(error)")
    }
    var fold = LogFold(engine, disk: disk)
    var found: [[UInt8]: Known] = [:]
    var foundEntries: [Position: [UInt8]] = [:]
    var last: Known?
    do {
      _ = try Recovery.run(
        on: disk,
        from: origin?.position,
        startSequence: origin?.nextSequence ?? 1,
        newLog: 7,
        repair: false
      ) {
        header,
        body,
        position throws(JournalError) in
        do throws(EngineError) {
          try fold.take(header, body, at: position)
        } catch {
          throw JournalError(.corrupt, "\(error)")
        }
        switch header.kind {
        case .transaction: last = Known(position: position, record: body.array, decision: nil)
        case .decision:
          last?.decision = body.array
          if let known = last { add(known, to: &found) }
        case .history:
          var known = Known(
            position: position,
            record: body.extracting(History.record(body)).array,
            decision: nil
          )
          known.landedPast = History.landed(body).microseconds
          add(known, to: &found)
        default: foundEntries[position] = body.array
        }
      }
    } catch {
      return problems.append("the log cannot be read again: \(error)")
    }
    if start.fold.differences > 0 || fold.differences > 0 {
      problems.append("decisions differ: \(start.fold.firstDifferences + fold.firstDifferences)")
    }
    if start.engine.stateDigest() != fold.engine.stateDigest() {
      problems.append("the state differs from that of the whole log")
    }
    compare(found, foundEntries, start)
    if start.snapshot != nil { snapshotsUsed += 1 }
    acknowledged = found
    entries = foundEntries
    taken = [:]
    takenEntries = [:]
  }

  private func add(_ known: Known, to found: inout [[UInt8]: Known]) {
    if found.updateValue(known, forKey: known.id) != nil {
      problems.append("transaction \(String(decoding: known.id, as: UTF8.self)) is there twice")
    }
  }

  private func compare(
    _ found: [[UInt8]: Known],
    _ foundEntries: [Position: [UInt8]],
    _ start: Startup
  ) {
    for (id, known) in acknowledged {
      let name = String(decoding: id, as: UTF8.self)
      guard let there = found[id] else {
        problems.append("transaction \(name) was acknowledged and is lost")
        continue
      }
      if there.position != known.position { problems.append("\(name) stands elsewhere") }
      if there.record != known.record { problems.append("\(name) has other bytes") }
      if there.decision != known.decision { problems.append("\(name) has another decision") }
    }
    for (position, body) in entries where foundEntries[position] != body {
      problems.append("the entry at \(position.bytes) was acknowledged and is lost")
    }
    for (id, known) in found {
      let key = IdentityIndex.key(source: 1, id.span)
      if start.identity.find(key, matches: { $0 == known.position }) == nil {
        problems.append("the id \(String(decoding: id, as: UTF8.self)) is not known any more")
      }
    }
  }

  /// Works until the power is cut.
  private func live(_ start: Startup) throws {
    disk.operationsLeft = Int.random(in: 0..<40, using: &traffic.random)
    let writer = try JournalWriter(
      disk: disk,
      after: start.log,
      segmentSize: PowerCuts.segmentSize
    )
    let sequencer = Sequencer(
      engine: start.engine,
      writer: writer,
      journal: disk,
      identity: start.identity,
      lastReceivedAt: start.lastReceivedAt,
      now: { [self] in traffic.look() }
    )
    var lastReceivedAt = start.lastReceivedAt
    var first = start.engine.sources.isEmpty ? Traffic.definitions() : []
    // A definition that was cut short is entered again; the engine takes the latest.
    if !first.isEmpty || start.engine.source(1)?.ruleText == "" { first = Traffic.definitions() }
    for number in 0..<PowerCuts.submissionsMax {
      let submission =
        number < first.count
        ? first[number]
        : traffic.submission(known: Array(acknowledged.values).sorted { $0.position < $1.position })
      if try !sequencer.take(submission) {
        try commit(sequencer)
        guard try sequencer.take(submission) else { return problems.append("nothing can be taken") }
      }
      note(submission)
      lastReceivedAt = max(lastReceivedAt, submission.receivedAt)
      if traffic.one(in: 3) {
        try commit(sequencer)
        if traffic.one(in: 4) {
          snapshot(sequencer, lastReceivedAt)
          try retain(lastReceivedAt)
        }
      }
    }
    if traffic.one(in: 2) { try sequencer.close() } else { try commit(sequencer) }
    acknowledge()
  }

  private func commit(_ sequencer: Sequencer) throws(JournalError) {
    try sequencer.commit()
    acknowledge()
  }

  private func acknowledge() {
    acknowledged.merge(taken) { $1 }
    entries.merge(takenEntries) { $1 }
    taken = [:]
    takenEntries = [:]
  }

  private func snapshot(_ sequencer: Sequencer, _ lastReceivedAt: Int64) {
    let place = EngineSnapshot.Place(
      position: sequencer.committed,
      nextSequence: sequencer.lastSequence + 1,
      lastReceivedAt: lastReceivedAt
    )
    let bytes = SnapshotFile.encode(
      sequencer.engine,
      sequencer.identity,
      Erasures(),
      at: place
    )
    snapshots.insert(Snapshot(position: place.position, bytes: bytes), at: 0)
    guard retains else { return snapshots.removeLast(snapshots.count - 1) }
    let kept = Retention.keptSnapshots(of: snapshots.map(\.position), logStart: first)
    snapshots.removeAll { !kept.contains($0.position) }
  }

  /// The place where the log starts.
  private var first: UInt64 {
    // A simulated disk fails only where it is told to, and never at a look.
    (try? disk.list())?.compactMap { Segment.base(of: $0)?.bytes }.min() ?? 0
  }

  /// Restores the oldest snapshot that the log goes on from; nil where the log is whole.
  ///
  /// What was acknowledged before is given up.
  private func restoreOrigin(
    _ first: UInt64,
    into engine: Engine
  ) throws -> EngineSnapshot.Place? {
    if first == 0 { return nil }
    let kept = snapshots.filter { $0.position.bytes >= first }
    guard let oldest = kept.min(by: { $0.position < $1.position }) else {
      throw EngineError(.snapshot, "the log starts at \(first)")
    }
    acknowledged = acknowledged.filter { $0.value.position >= oldest.position }
    entries = entries.filter { $0.key >= oldest.position }
    return try SnapshotFile.restore(oldest.bytes, into: engine).0
  }

  /// Removes segments as the server does: a snapshot of the new start, then the oldest first.
  private func retain(_ lastReceivedAt: Int64) throws {
    guard retains, snapshots.count > 1 else { return }
    let target = Retention.start(
      of: try Retention.parts(of: disk),
      RetentionPolicy(bytes: UInt64(PowerCuts.segmentSize)),
      now: lastReceivedAt,
      floors: [snapshots[1].position.bytes]
    )
    guard target > first else { return }
    let place = Retention.firstBatch(target)
    if !snapshots.contains(where: { $0.position == place }) {
      try anchor(target, place)
    }
    acknowledged = acknowledged.filter { $0.value.position >= place }
    entries = entries.filter { $0.key >= place }
    removedSegments += try Retention.remove(before: target, on: disk)
  }

  private func anchor(_ target: UInt64, _ place: Position) throws {
    let done = try Startup.run(
      disk: disk,
      snapshots: snapshots.filter { $0.position.bytes <= target }.map(\.bytes),
      newLog: 7,
      repair: false,
      until: Position(bytes: target),
      makeEngine: PowerCuts.makeEngine
    )
    let anchor = EngineSnapshot.Place(
      position: place,
      nextSequence: done.log.nextSequence,
      lastReceivedAt: done.lastReceivedAt
    )
    let bytes = SnapshotFile.encode(done.engine, done.identity, done.erasures, at: anchor)
    snapshots.append(Snapshot(position: place, bytes: bytes))
  }

  /// Notes what became of each item, and whether a repeat was answered as it must be.
  private func note(_ submission: Submission) {
    if submission.results.count != submission.items.count {
      return problems.append("\(submission.results.count) answers to \(submission.items.count)")
    }
    for (item, result) in zip(submission.items, submission.results) {
      let bytes = Array(submission.bytes[item])
      if case .entries(let kind) = submission.kind {
        switch result {
        case .logged(let position): takenEntries[position] = bytes
        case .unavailable: break
        default: problems.append("an entry of kind \(kind) came out as \(result)")
        }
      } else {
        note(bytes, result, submission)
      }
    }
  }

  private func note(_ bytes: [UInt8], _ result: Submission.Result, _ submission: Submission) {
    var fresh = Known(position: Position(bytes: 0), record: bytes, decision: nil)
    let earlier = acknowledged[fresh.id] ?? taken[fresh.id]
    switch result {
    case .decided(let position, let range):
      if earlier != nil { problems.append("an id was decided twice") }
      fresh.position = position
      fresh.decision = Array(submission.decisions[range])
      taken[fresh.id] = fresh
    case .duplicate(let position, let range):
      duplicates += 1
      if earlier?.position != position || earlier?.content != fresh.content
        || earlier?.decision != Array(submission.decisions[range])
      {
        problems.append("a duplicate had another answer than the first time")
      }
    case .conflict:
      if earlier == nil || earlier?.content == fresh.content {
        problems.append("a conflict with nothing")
      }
    case .logged(let position):
      if earlier != nil { problems.append("a past transaction was taken in twice") }
      fresh.position = position
      taken[fresh.id] = fresh
    case .known(let position):
      if earlier?.position != position { problems.append("a transaction was taken for another") }
    case .refused:
      if earlier == nil || earlier?.decision != nil { problems.append("\(result)") }
    case .future:
      if earlier != nil { problems.append("a known id was refused for its time") }
    case .cardNumber: problems.append("an id was taken for a card number")
    case .quarantined: problems.append("quarantined without a crash of the program")
    case .unavailable: break
    }
  }
}
