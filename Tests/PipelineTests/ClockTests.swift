import Engine
import Features
import Journal
import Payments
import Pipeline
import TestSupport
import Testing

/// What a wall clock that is set does to a log, and how it is mended.
struct ClockTests {
  static let minute: Int64 = 60_000_000
  static let hour = 60 * minute
  static let year = 365 * 24 * hour

  @Test func `a clock that drifts or sleeps is right, one that is set is not`() {
    var witness = ClockWitness(wall: 1_000_000_000, boot: 0)
    // Ten days of 400 millionths of drift.
    for second in stride(from: Int64(10), through: 864_000, by: 10) {
      let wall = 1_000_000_000 + second * 1_000_400
      #expect(witness.step(wall: wall, boot: second * 1_000_000) == 0)
    }
    // A night's sleep: both run on.
    let boot: Int64 = 864_000_000_000 + 8 * ClockTests.hour
    let wall = 1_000_000_000 + boot + 345_600_000
    #expect(witness.step(wall: wall, boot: boot) == 0)
    #expect(witness.step(wall: wall + 299_000_000, boot: boot) == 0)
    for step in [301_000_000, -301_000_000, ClockTests.year, -24 * ClockTests.hour] {
      #expect(witness.step(wall: wall + step, boot: boot) != 0, "\(step)")
    }
    #expect(witness.step(wall: wall, boot: boot) == 0, "it was put right")
  }

  @Test func `small steps add up`() {
    var witness = ClockWitness(wall: 0, boot: 0)
    #expect(witness.step(wall: 4 * ClockTests.minute, boot: 1000) == 0)
    #expect(witness.step(wall: 8 * ClockTests.minute, boot: 2000) != 0)
  }

  /// A node whose clocks a test sets.
  private final class Node {
    let disk = SimulatedDisk()
    var wall: Int64 = 1_767_225_600_000_000
    var boot: Int64 = 0
    private(set) var sequencer: Sequencer?
    let status = NodeStatus()
    private var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    private var number = 0

    init() throws {
      try start()
      for (kind, body) in [
        (EntryKind.source, ControlEntry.encoded(Traffic.source)),
        (.features, ControlEntry.Program(source: 1, name: "t", text: Traffic.features).encoded),
      ] { _ = try take(kind, body) }
    }

    enum Traffic {
      static let source = Source(
        id: 1,
        name: "native",
        dialect: .native,
        currency: Currency(code: "EUR", scale: 2)
      )
      static let features = "feature paid_1d = count() by account over 1d"
    }

    func start() throws {
      let start = try Startup.run(disk: disk, snapshots: [], newLog: 7) { Engine(reserve: 1 << 22) }
      #expect(start.fold.differences == 0)
      sequencer = Sequencer(
        engine: start.engine,
        writer: try JournalWriter(disk: disk, after: start.log, segmentSize: 1 << 20),
        journal: disk,
        identity: start.identity,
        lastReceivedAt: start.lastReceivedAt,
        status: status,
        boot: { [self] in boot }
      ) { [self] in wall }
    }

    func pass(_ time: Int64) {
      wall += time
      boot += time
    }

    func take(_ kind: EntryKind, _ body: [UInt8] = []) throws -> Submission.Result? {
      let submission = Submission()
      submission.kind = .entries(kind)
      submission.add { $0.append(contentsOf: body) }
      return try take(submission)
    }

    private func take(_ submission: Submission) throws -> Submission.Result? {
      let sequencer = try #require(sequencer)
      #expect(try sequencer.take(submission))
      try sequencer.commit()
      return submission.results.first
    }

    /// Pays now; what came of it, and how many payments the account has in a day.
    func pay(at time: Int64? = nil) throws -> (Submission.Result?, Float?) {
      number += 1
      builder.reset()
      builder.set(text: Schema.Text.id, "t\(number)")
      builder.set(text: Schema.Text.account, "a")
      if let time {
        builder.time = Timestamp(microseconds: time)
      } else {
        builder.flags = [.timeIsReceivedAt]
      }
      builder.amount = Money(minorUnits: 100)
      let submission = Submission()
      submission.add { builder.finish(into: &$0) }
      let result = try take(submission)
      guard case .decided(_, let range) = result else { return (result, nil) }
      let decision = submission.decisions
      let span = decision.span
      let bits = span.extracting(range).load(at: 64, as: UInt32.self)
      return (result, Float(bitPattern: bits))
    }
  }

  @Test(arguments: [year, -year, -24 * hour, 10 * minute])
  func `a step is refused until it is confirmed or undone`(_ step: Int64) throws {
    let node = try Node()
    for _ in 0..<3 {
      node.pass(ClockTests.minute)
      _ = try node.pay()
    }
    node.wall += step
    guard case .unavailable(.clockStep) = try node.pay().0 else {
      Issue.record("a step of \(step) is taken")
      return
    }
    guard case .clockStep = node.status.obstacle else {
      Issue.record("nobody is told")
      return
    }
    #expect(node.status.clockSteps == 1)
    node.wall -= step
    #expect(try node.pay().1 == 4, "undone")
    #expect(node.status.obstacle == nil)
  }

  @Test(arguments: [year, -24 * hour])
  func `a step that is confirmed is logged, and the log goes on`(_ step: Int64) throws {
    let node = try Node()
    for _ in 0..<3 {
      node.pass(ClockTests.minute)
      _ = try node.pay()
    }
    node.wall += step
    _ = try node.pay()
    guard case .logged = try node.take(.clockReset) else {
      Issue.record("it cannot be confirmed")
      return
    }
    node.pass(ClockTests.minute)
    // A day or more apart, the payments of before are in no window of a day.
    #expect(try node.pay().1 == 1)
    try node.sequencer?.close()
    try node.start()
    node.pass(ClockTests.minute)
    #expect(try node.pay().1 == 2, "after a start")
  }

  @Test func `what a clock that was ahead left behind goes out of the windows`() throws {
    let node = try Node()
    for _ in 0..<9 {
      node.pass(ClockTests.minute)
      _ = try node.pay()
    }
    // A start with a clock a year ahead looks like a year's rest.
    try node.sequencer?.close()
    node.wall += ClockTests.year
    try node.start()
    #expect(try node.pay().1 == 1)
    // Put right and confirmed, as the command does at a start.
    try node.sequencer?.close()
    node.wall -= ClockTests.year
    try node.start()
    guard case .logged = try node.take(.clockReset) else {
      Issue.record("it cannot be confirmed")
      return
    }
    node.pass(ClockTests.minute)
    #expect(try node.pay().1 == 10, "nine of before, and this one")
    node.pass(ClockTests.minute)
    #expect(try node.pay(at: node.wall).1 == 11, "its own time counts too")
    for _ in 0..<2 {
      let digest = node.sequencer?.engine.stateDigest()
      try node.sequencer?.close()
      try node.start()
      #expect(node.sequencer?.engine.stateDigest() == digest, "replay obeys it")
    }
  }

  @Test func `windows that are filled later leave out the wrong times too`() throws {
    let node = try Node()
    node.pass(ClockTests.minute)
    _ = try node.pay()
    try node.sequencer?.close()
    node.wall += ClockTests.year
    try node.start()
    _ = try node.pay()
    try node.sequencer?.close()
    node.wall -= ClockTests.year
    try node.start()
    _ = try node.take(.clockReset)
    let text =
      Node.Traffic.features + "\nfeature paid_2d = count() by account over 2d where amount > 0"
    _ = try node.take(
      .features,
      ControlEntry.Program(source: 1, name: "t", text: text).encoded
    )
    let sequencer = try #require(node.sequencer)
    let fill = try #require(sequencer.engine.makeFill(1))
    fill.open(node.disk)
    let end = sequencer.committed
    while try fill.step(upTo: end) {}
    let entry = ControlEntry.Adoption(
      source: 1,
      program: fill.program,
      from: fill.from,
      checkedAt: end,
      digest: fill.digest()
    )
    sequencer.engine.adopt(fill, entry, at: end)
    node.pass(ClockTests.minute)
    let (_, first) = try node.pay()
    #expect(first == 2, "the one before the wrong times, and this one")
  }
}
