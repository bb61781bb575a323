import Engine
import Journal
import Payments
import Pipeline
import TestSupport
import Testing

/// What makes a transaction the same as an earlier one, on a node that is stopped and started.
struct IdentityTests {
  /// A node on a simulated disk, which `restart` takes through a stop.
  final class Node {
    let disk = SimulatedDisk()
    private(set) var sequencer: Sequencer

    init(_ policy: IdentityPolicy) throws {
      sequencer = try Node.sequencer(disk)
      var source = Source(
        id: 4,
        name: "payment",
        dialect: .payment,
        currency: Currency(code: "USD", scale: 2)
      )
      source.identity = policy
      let submission = Submission()
      submission.kind = .entries(.source)
      submission.add { source.encode(into: &$0) }
      try take(submission)
    }

    private static func sequencer(_ disk: SimulatedDisk) throws -> Sequencer {
      let start = try Startup.run(disk: disk, snapshots: [], newLog: 7) {
        Engine(seed: 7) { _ throws(EngineError) in throw EngineError(.badModel, "none") }
      }
      return Sequencer(
        engine: start.engine,
        writer: try JournalWriter(disk: disk, after: start.log, segmentSize: 1 << 20),
        journal: disk,
        identity: start.identity,
        lastReceivedAt: start.lastReceivedAt,
        now: { 1_767_225_600_000_000 }
      )
    }

    func restart() throws {
      try sequencer.close()
      sequencer = try Node.sequencer(disk)
    }

    @discardableResult
    func take(_ submission: Submission) throws -> Submission.Result {
      #expect(try sequencer.take(submission))
      try sequencer.commit()
      return try #require(submission.results.first)
    }

    /// Sends a payment; its answer, and the id that it has then.
    func pay(_ id: String?, _ amount: Int64) throws -> (result: Submission.Result, id: String) {
      var builder = TransactionBuilder(source: 4, schema: Dialect.payment.schema)
      builder.setSequencedId()
      if let id {
        builder.set(text: Schema.Text.id, id)
        builder.flags = []
      }
      builder.set(text: Schema.Text.account, "42")
      builder.time = Timestamp(microseconds: 1_767_225_600_000_000)
      builder.amount = Money(minorUnits: amount)
      let submission = Submission()
      submission.add { builder.finish(into: &$0) }
      let result = try take(submission)
      let sent = submission.bytes
      let range = TransactionRecord.text(Schema.Text.id, sent.span)
      return (result, String(decoding: sent[range], as: UTF8.self))
    }

    /// Where the core finds an id.
    func find(_ id: String) throws -> Submission.Result {
      let submission = Submission()
      submission.kind = .lookup
      submission.add { bytes in
        bytes.append(little: UInt16(4))
        bytes.append(contentsOf: id.utf8)
      }
      return try take(submission)
    }
  }

  @Test func `where ids come again, another content is another transaction`() throws {
    let node = try Node(.idAndContent)
    guard case .decided(let first, _) = try node.pay("1000", 5).result,
      case .decided(let second, _) = try node.pay("1000", 6).result
    else {
      Issue.record("not decided")
      return
    }
    for _ in 0..<2 {
      guard case .duplicate(first, _) = try node.pay("1000", 5).result,
        case .duplicate(second, _) = try node.pay("1000", 6).result
      else {
        Issue.record("the first decision is not given again")
        return
      }
      #expect(try node.find("1000") == .logged(second))
      #expect(try node.find("1001") == .refused("unknown id"))
      try node.restart()
    }
    guard case .decided(let third, _) = try node.pay("1000", 7).result else {
      Issue.record("not decided")
      return
    }
    #expect(try node.find("1000") == .logged(third))
  }

  @Test func `where they do not, it is a conflict`() throws {
    let node = try Node(.id)
    guard case .decided(let first, _) = try node.pay("1000", 5).result else {
      Issue.record("not decided")
      return
    }
    try node.restart()
    #expect(try node.pay("1000", 6).result == .conflict)
    guard case .duplicate(first, _) = try node.pay("1000", 5).result else {
      Issue.record("the first decision is not given again")
      return
    }
  }

  @Test(arguments: [IdentityPolicy.id, .idAndContent])
  func `a transaction without an id has its entry's number`(policy: IdentityPolicy) throws {
    let node = try Node(policy)
    let first = try node.pay(nil, 5)
    try node.restart()
    let second = try node.pay(nil, 5)
    #expect(first.id == "000000000002")
    // The source, the payment, its decision, the end of the log.
    #expect(second.id == "000000000005")
    for payment in [first, second] {
      guard case .decided(let position, _) = payment.result else {
        Issue.record("not decided")
        return
      }
      #expect(try node.find(payment.id) == .logged(position))
    }
  }
}
