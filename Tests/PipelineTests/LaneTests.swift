import Dispatch
import Engine
import Journal
import Payments
import Pipeline
import Synchronization
import TestSupport
import Testing

/// What waits behind live traffic, and what is in flight of what was known before.
struct LaneTests {
  /// Notes how often something landed.
  private final class Flights: FlightRecorder, Sendable {
    private let state = Mutex<(inFlight: Int, landed: Int)>((0, 0))

    var inFlight: Int { state.withLock { $0.inFlight } }

    func begin(_ subject: UInt64, source: Int, kind: EntryKind, id: borrowing Span<UInt8>) {
      state.withLock { $0.inFlight += 1 }
    }
    func end() {}
    func landed() { state.withLock { $0.inFlight = 0 } }
    func forget() {}
  }

  private final class Owner: SubmissionOwner {
    let done = DispatchSemaphore(value: 0)
    func completed(_ submissions: [Submission]) { for _ in submissions { done.signal() } }
  }

  private func make(_ flights: Flights) throws -> (CoreThread, Sequencer) {
    let disk = SimulatedDisk()
    let start = try Startup.run(disk: disk, snapshots: [], newLog: 7) {
      Engine(seed: 7, reserve: 1 << 22)
    }
    let source = Source(
      id: 1,
      name: "test",
      dialect: .native,
      currency: Currency(code: "EUR", scale: 2)
    )
    try start.engine.apply(.source, ControlEntry.encoded(source).span)
    let writer = try JournalWriter(disk: disk, after: start.log, segmentSize: 1 << 20)
    let core = CoreThread(committed: writer.synced)
    let sequencer = Sequencer(
      engine: start.engine,
      writer: writer,
      journal: disk,
      identity: start.identity,
      lastReceivedAt: start.lastReceivedAt,
      flight: flights,
      status: core.status,
      now: { 1_767_225_600_000_000 }
    )
    return (core, sequencer)
  }

  private func submission(_ id: String) -> Submission {
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.time = Timestamp(microseconds: 1_767_225_600_000_000)
    builder.set(text: Schema.Text.id, id)
    builder.set(text: Schema.Text.account, "a")
    let submission = Submission()
    submission.add { builder.finish(into: &$0) }
    return submission
  }

  private func place(_ submission: Submission) -> Position? {
    if case .decided(let place, _) = submission.results.first { place } else { nil }
  }

  @Test func `live traffic that came later is decided on before what waits behind it`() throws {
    let (core, sequencer) = try make(Flights())
    let (slice, live) = (submission("slice"), submission("live"))
    let owner = Owner()
    #expect(core.submitBehind(slice, owner: owner))
    #expect(!core.submitBehind(submission("another"), owner: owner), "one at a time")
    #expect(core.submit([live], owner: owner))
    core.start(sequencer) { fatalError("\($0)") }
    for _ in 0..<2 { owner.done.wait() }
    #expect(try #require(place(live)) < #require(place(slice)))
    #expect(slice.sinceLive == 0)
    let alone = submission("alone")
    #expect(core.submitBehind(alone, owner: owner))
    owner.done.wait()
    #expect(alone.sinceLive > 0)
    core.stop()
    #expect(core.isStopping)
    #expect(!core.submitBehind(submission("late"), owner: owner))
  }

  @Test func `what waits behind is decided on before the log is closed`() throws {
    let (core, sequencer) = try make(Flights())
    let owner = Owner()
    let slice = submission("slice")
    #expect(core.submitBehind(slice, owner: owner))
    core.start(sequencer) { fatalError("\($0)") }
    core.stop()
    owner.done.wait()
    #expect(place(slice) != nil)
  }

  @Test func `transactions that are known are not in flight any more once they are answered`()
    throws
  {
    let flights = Flights()
    let (core, sequencer) = try make(flights)
    core.start(sequencer) { fatalError("\($0)") }
    for _ in 0..<2 {
      #expect(core.submitAndWait(submission("t")))
      #expect(flights.inFlight == 0)
    }
    core.stop()
  }
}
