import Engine
import Journal
import Payments
import Pipeline
import TestSupport

/// A node on a simulated disk that loses files: deleted, cut, emptied, or an old copy put back.
///
/// What its snapshots, a follower and the note of its end know must suffice to see the loss; after
/// the loss is accepted, the node is the fold of what is left.
struct LostFiles {
  /// What happens to the files.
  enum Damage: CaseIterable {
    case lastSegmentLost, lastTwoLost, allLost, firstLost, cut, emptied, zeroTail, oldCopy, flip
  }

  private struct Entry: Hashable {
    var header: EntryHeader
    var body: [UInt8]
  }

  private let disk = SimulatedDisk()
  private var traffic: Traffic
  private var snapshots: [(place: EngineSnapshot.Place, bytes: [UInt8])] = []
  private var note: LogExtent?
  private var follower = LogWitness("a follower", end: Position(bytes: 0))
  private var copies: [[String: [UInt8]]] = []
  /// All entries that were acknowledged.
  private var before: [Position: Entry] = [:]
  private(set) var problems: [String] = []
  private(set) var wasRefused = false
  private(set) var lost = 0
  /// Set to compare nothing with what is known, to prove that a test would notice.
  var ignoresKnowledge = false

  init(seed: UInt64) { traffic = Traffic(seed: seed) }

  private static let segmentSize = PowerCuts.segmentSize

  private var known: LogKnowledge {
    var witnesses = [follower]
    if let newest = snapshots.first {
      witnesses.append(
        LogWitness(
          "a snapshot",
          end: newest.place.position,
          nextSequence: newest.place.nextSequence
        )
      )
    }
    return LogKnowledge(
      note: note,
      witnesses: witnesses,
      segmentBytesMin: LostFiles.segmentSize
    )
  }

  /// Lives, loses files, and starts again.
  mutating func run(_ damage: Damage) -> [String] {
    do {
      for _ in 0..<2 { try live(submissions: 60) }
      before = try entries()
      strike(damage)
      try restart()
    } catch {
      problems.append("\(error)")
    }
    return problems
  }

  private func start() throws -> Startup {
    try Startup.run(
      disk: disk,
      snapshots: snapshots.map(\.bytes),
      known: ignoresKnowledge ? nil : known,
      newLog: 7,
      makeEngine: PowerCuts.makeEngine
    )
  }

  private func sequencer(_ start: Startup, _ now: @escaping () -> Int64) throws -> Sequencer {
    Sequencer(
      engine: start.engine,
      writer: try JournalWriter(
        disk: disk,
        after: start.log,
        segmentSize: LostFiles.segmentSize
      ),
      journal: disk,
      identity: start.identity,
      lastReceivedAt: start.lastReceivedAt,
      now: now
    )
  }

  private mutating func live(submissions: Int) throws {
    let start = try start()
    var clock = traffic.now
    let node = try sequencer(start) {
      clock += 1_000_000
      return clock
    }
    let definitions = start.engine.sources.isEmpty ? Traffic.definitions() : []
    for number in 0..<submissions {
      _ = traffic.look()
      let submission =
        number < definitions.count ? definitions[number] : traffic.submission(known: [])
      if try !node.take(submission) {
        try node.commit()
        _ = try node.take(submission)
      }
      try node.commit()
      if traffic.one(in: 12) { snapshot(node, clock) }
      if traffic.one(in: 8) { copies.append(disk.copy) }
      if traffic.one(in: 3) { follow(node) }
    }
    if traffic.one(in: 2) {
      try node.close()
      note = LogExtent(
        log: 7,
        start: Position(bytes: 0),
        end: node.committed,
        nextSequence: node.lastSequence + 1
      )
    }
  }

  private mutating func follow(_ node: Sequencer) {
    follower.end = node.committed
    follower.nextSequence = node.lastSequence + 1
  }

  private mutating func snapshot(_ node: Sequencer, _ receivedAt: Int64) {
    let place = EngineSnapshot.Place(
      position: node.committed,
      nextSequence: node.lastSequence + 1,
      lastReceivedAt: receivedAt
    )
    let bytes = SnapshotFile.encode(node.engine, node.identity, Erasures(), at: place)
    snapshots.insert((place, bytes), at: 0)
    snapshots.removeLast(max(0, snapshots.count - 2))
  }

  /// Everything in the log, as a reader from its start finds it.
  private func entries() throws -> [Position: Entry] {
    var found: [Position: Entry] = [:]
    _ = try Recovery.run(on: disk, newLog: 7, repair: false) { header, body, position in
      found[position] = Entry(header: header, body: body.array)
    }
    return found
  }

  private mutating func strike(_ damage: Damage) {
    let names = disk.copy.keys.sorted()
    guard let first = names.first, let last = names.last else { return }
    let offset = Int.random(in: 0..<LostFiles.segmentSize, using: &traffic.random)
    switch damage {
    case .lastSegmentLost: disk.lose(last)
    case .lastTwoLost: for name in names.suffix(2) { disk.lose(name) }
    case .allLost: for name in names { disk.lose(name) }
    case .firstLost: disk.lose(first)
    case .cut: disk.cut(last, at: offset)
    case .emptied: disk.cut(last, at: [0, 63, 64].randomElement(using: &traffic.random) ?? 0)
    case .zeroTail: disk.cut(last, at: offset, zeros: true)
    case .oldCopy: if let copy = copies.randomElement(using: &traffic.random) { disk.restore(copy) }
    case .flip:
      guard let name = names.randomElement(using: &traffic.random) else { return }
      disk.damage(name, at: offset)
    }
  }

  private mutating func restart() throws {
    let end = known.end
    do {
      _ = try start()
      let there = try entries()
      for (position, entry) in before where position < end && there[position] != entry {
        problems.append("entry \(entry.header.sequence) is known and gone, and nothing said so")
        return
      }
    } catch let error as JournalError where error.code == .incomplete || error.code == .corrupt {
      wasRefused = true
      try accept()
    }
  }

  /// Accepts the loss, and holds the node to a fold of what is left.
  private mutating func accept() throws {
    let (knownEnd, knownNext) = (known.end, known.nextSequence)
    var plan = try LossPlan(on: disk, known, newLog: 7)
    let first = plan.kept.first?.base.bytes ?? 0
    let usable = snapshots.contains {
      $0.place.position.bytes > first && $0.place.position <= plan.end
    }
    if first > 0, !usable { return }
    // As the command does: what is known is noted, and then what knew it goes.
    note = plan.noted(known)
    if plan.loss != nil { snapshots.removeAll { $0.place.position > plan.end } }
    if follower.end > plan.end { follower = LogWitness("a follower", end: Position(bytes: 0)) }
    // Half of the time the command is cut off here.
    if traffic.one(in: 2) { plan = try LossPlan(on: disk, known, newLog: 7) }
    let extent = try plan.carryOut(
      on: disk,
      segmentSize: LostFiles.segmentSize,
      receivedAt: traffic.now,
      semanticsVersion: Engine.semanticsVersion
    )
    if follower.end.bytes == 0 { follower.end = plan.place }
    note = extent
    let start = try start()
    if start.fold.losses.isEmpty { problems.append("the loss is not told") }
    if extent.nextSequence <= knownNext { problems.append("numbers are used twice") }
    if first == 0 {
      var fold = LogFold(PowerCuts.makeEngine(), disk: disk)
      _ = try Recovery.run(on: disk, newLog: 7, repair: false) {
        header,
        body,
        position throws(JournalError) in
        do throws(EngineError) {
          try fold.take(header, body, at: position)
        } catch {
          throw JournalError(.corrupt, "\(error)")
        }
      }
      if fold.engine.stateDigest() != start.engine.stateDigest() {
        problems.append("the state is not that of what is left")
      }
      if fold.differences > 0 { problems.append("decisions differ") }
    }
    try sendAgain(start, keptBefore: plan.end, from: first, knownTo: knownEnd)
  }

  /// What is kept is known; what is lost is decided anew.
  private mutating func sendAgain(
    _ start: Startup,
    keptBefore end: Position,
    from first: UInt64,
    knownTo knownEnd: Position
  ) throws {
    let clock = traffic.now + 1_000_000
    let node = try sequencer(start) { clock }
    for definition in start.engine.sources.isEmpty ? Traffic.definitions() : [] {
      _ = try node.take(definition)
      try node.commit()
    }
    for (position, entry) in before where entry.header.kind == .transaction {
      let submission = Submission()
      submission.add { $0.append(contentsOf: entry.body) }
      if try !node.take(submission) {
        try node.commit()
        _ = try node.take(submission)
      }
      switch submission.results.first {
      case .duplicate(let found, _):
        if found != position || position >= end { problems.append("a lost id is known") }
      case .decided(let found, _):
        if position < end, position.bytes > first { problems.append("a kept id is decided anew") }
        if before[found] != nil, found < knownEnd { problems.append("a position is used twice") }
        lost += 1
      case .future: break
      default: problems.append("\(String(describing: submission.results.first))")
      }
    }
    try node.close()
    _ = try self.start()
  }
}
