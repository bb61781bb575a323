import Dispatch
import Engine
import Journal
import Payments
import Pipeline
import Synchronization
import TestSupport
import Testing

/// The core thread among those that hand it work; `make sanitize` watches it.
struct CoreThreadTests {
  private static let senders = 4
  private static let rounds = 50

  private func core() throws -> (CoreThread, SimulatedDisk) {
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
      status: core.status,
      now: { 1_767_225_600_000_000 }
    )
    core.start(sequencer) { fatalError("\($0)") }
    return (core, disk)
  }

  private static func record(_ id: String) -> [UInt8] {
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.time = Timestamp(microseconds: 1_767_225_600_000_000)
    builder.set(text: Schema.Text.id, id)
    builder.set(text: Schema.Text.account, "a")
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    return bytes
  }

  @Test func `what several threads submit is answered to each, and logged once`() throws {
    let (core, disk) = try core()
    let decided = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: CoreThreadTests.senders) { sender in
      for round in 0..<CoreThreadTests.rounds {
        let submission = Submission()
        submission.add {
          $0.append(contentsOf: CoreThreadTests.record("\(sender)-\(round)"))
        }
        guard core.submitAndWait(submission), case .decided(let place, _) = submission.results[0],
          place < core.committed
        else { continue }
        _ = (core.queueDepth, core.status.lastReceivedAt, core.status.identityFloor)
        decided.withLock { $0 += 1 }
      }
    }
    core.stop()
    let all = CoreThreadTests.senders * CoreThreadTests.rounds
    #expect(decided.withLock { $0 } == all)
    #expect(!core.submitAndWait(Submission()))
    var logged = 0
    _ = try Recovery.run(on: disk, newLog: 7) { header, _, _ throws(JournalError) in
      if header.kind == .decision { logged += 1 }
    }
    #expect(logged == all)
  }
}
