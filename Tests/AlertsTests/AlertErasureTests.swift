import Journal
import Messaging
import Payments
import Storage
import Synchronization
import TestSupport
import Testing
import Vault

@testable import Alerts

/// What erasures leave behind them.
struct AlertErasureTests {
  private static let source = Source(
    id: 7,
    name: "shop",
    dialect: .native,
    currency: Currency(code: "EUR", scale: 2)
  )

  /// Lines that were printed.
  private final class Lines: Sendable {
    private let state = Mutex<[String]>([])
    var all: [String] { state.withLock { $0 } }
    func add(_ line: String) { state.withLock { $0.append(line) } }
  }

  /// A service at the start of a log that has an erasure of one account, and nothing more.
  private func make(
    _ store: MemoryAlertStore,
    _ lines: Lines
  ) throws -> (AlertService, VaultAlertSecrets, end: Position) {
    let disk = SimulatedDisk()
    let log = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
    let writer = try JournalWriter(disk: disk, after: log, segmentSize: 64 << 10)
    var batch = Batch()
    let body = Erasure(source: AlertErasureTests.source.id, account: "gone").encoded
    try writer.reserve(Batch.headerSize + EntryHeader.size + body.count + 8)
    batch.append(
      .erasure,
      sequence: writer.takeSequence(),
      receivedAt: 9,
      semanticsVersion: 1
    ) { $0.append(contentsOf: body) }
    try writer.commit(&batch)
    let end = writer.synced
    var settings = AlertSettings()
    settings.printsAlerts = true
    let secrets = Vault().alertSecrets
    let service = AlertService(
      settings: settings,
      surroundings: AlertSurroundings(
        now: { 10 },
        sources: [AlertErasureTests.source],
        reasons: { _ in [] },
        isErased: { _, _ in false },
        address: { _ in nil },
        figures: { _ in [] },
        print: { lines.add($0) },
        note: { _ in }
      ),
      store: SharedAlertStore(store),
      secrets: secrets,
      mail: MemoryMail(),
      web: MemoryWeb { _ in WebAnswer(status: 200, body: []) },
      journal: disk,
      committed: { end }
    )
    return (service, secrets, end)
  }

  private func hit(_ account: String) -> AlertHit {
    AlertHit(
      kind: .fraud,
      key: "fraud:\(account)",
      source: AlertErasureTests.source.name,
      type: "high_risk",
      message: "of \(account)",
      subject: AlertSubject(transactionID: "t-\(account)", account: account, time: 1, position: 1),
      at: 1
    )
  }

  @Test func `erasures in log that is skipped are carried out first`() throws {
    let store = MemoryAlertStore()
    let (service, secrets, end) = try make(store, Lines())
    _ = try store.raise([hit("gone"), hit("stays")], window: 60, upTo: nil)
    let holder = secrets.subject(source: "shop", account: "gone")
    let sealed = try #require(secrets.seal("gone@example.com", of: holder))
    _ = try store.setContact(sealed, of: holder)
    try store.setLogCursor(StoreCursor(position: UInt64(Segment.headSize), sequence: 1))
    try service.findPlace()
    #expect(try store.alerts(AlertQuery(limit: 10)).count == 2)

    try service.carryOutErasures(upTo: end)
    #expect(try store.alerts(AlertQuery(limit: 10)).map(\.subject?.account) == ["stays"])
    #expect(try store.contact(of: holder) == nil)
    #expect(secrets.open(sealed, of: holder) == nil, "its key is destroyed")
    #expect(!service.hasErased(before: end), "the log is not followed yet")
  }

  @Test func `a delivery of nothing is ended, and those behind it are made`() throws {
    let (store, lines) = (MemoryAlertStore(), Lines())
    let (service, _, _) = try make(store, lines)
    let raised = try store.raise([hit("stays")], window: 60, upTo: nil)
    let notice = try #require(raised.first?.notice)
    let deliveries = [notice + 100, notice].map {
      Delivery(channel: .console, notice: $0, recipient: "console", at: $0 == notice ? 2 : 1)
    }
    try store.plan(deliveries, channel: .console, upTo: notice)
    let loop = ChannelLoop(.console, service)
    var rounds = 0
    while try loop.round(), rounds < 10 { rounds += 1 }
    #expect(rounds < 10, "the channel comes to rest")
    #expect(lines.all.count == 1)
  }
}
