import Engine
import Features
import Foundation
import Intake
import Journal
import Payments
import Replay
import Shell
import Simulator
import TestSupport
import Testing

/// Activities beside a file of transactions, as training and evaluation read them.
struct ActivityFeedTests {
  private static let header = "transaction_id,time,account,counterparty,amount,fraud\n"
  private static let counts = """
    feature payments = count() by account over 1d
    feature logins = count() by account over 1d where activity = login
    feature failed = count() by account over 1d where (activity = login and not succeeded)
    feature known = count() by account over 30d where fraud
    """

  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("assay-activities-\(ProcessInfo.processInfo.globallyUniqueString)")
  private let source = SourceCatalog.entry(.native).source

  /// Runs a test on files that are gone afterwards.
  private func withFiles(
    _ payments: String,
    _ activities: String?,
    gzip: Bool = false,
    _ body: (HistoryFeed) throws -> Void
  ) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    func file(_ name: String, _ text: String) throws -> String {
      let path = folder.appendingPathComponent(name).path
      let sink = try ByteSink(path: path)
      try sink.write { $0.append(contentsOf: Array(text.utf8)) }
      try sink.close()
      return path
    }
    let name = "activities.csv" + (gzip ? ".gz" : "")
    let feed = HistoryFeed(
      paths: [try file("payments.csv", payments)],
      source: source,
      activities: try activities.map { try file(name, $0) },
      tokenizer: OneRun.tokenizer
    )
    try body(feed)
  }

  private func engine(_ features: String) throws -> Engine {
    let engine = Engine(reserve: 1 << 28)
    try engine.apply(.source, ControlEntry.encoded(source).span)
    let set = ControlEntry.Program(source: source.id, name: "test", text: features)
    try engine.apply(.features, set.encoded.span)
    return engine
  }

  private func matrix(_ feed: HistoryFeed, _ features: String) throws -> FeatureMatrix {
    var feed = feed
    return try FeatureMatrix.collect(&feed, through: engine(features), source: source.id)
  }

  @Test(arguments: [false, true])
  func `a payment's vector counts the logins before it and at its instant`(gzip: Bool) throws {
    let payments =
      ActivityFeedTests.header + """
        1,2026-01-01T10:00:00Z,a,shop,5,0
        2,2026-01-01T10:00:00Z,b,shop,5,0
        3,2026-01-02T10:00:01Z,a,shop,5,0
        """
    let activities = """
      time,account,activity,succeeded,device
      2026-01-01T09:00:00Z,a,login,0,phone
      2026-01-01T10:00:00Z,a,login,1,phone
      2026-01-01T10:00:01Z,a,login,1,phone
      2026-01-01T10:00:02Z,b,login,1,
      2026-01-02T10:00:02Z,a,login,1,phone
      """
    try withFiles(payments, activities, gzip: gzip) { feed in
      let matrix = try matrix(feed, ActivityFeedTests.counts)
      #expect(matrix.names == ["payments", "logins", "failed", "known"])
      #expect(matrix.values == [1, 2, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0])
    }
  }

  @Test func `labels that are due come before an activity, and both before the payment`() throws {
    let payments =
      ActivityFeedTests.header + """
        1,2026-01-01T10:00:00Z,a,shop,5,1
        2,2026-01-09T10:00:00Z,a,shop,5,0
        """
    let activities = """
      time,account,activity,succeeded,device
      2026-01-08T09:59:59Z,a,login,1,
      2026-01-08T10:00:00Z,a,login,1,
      """
    try withFiles(payments, activities) { feed in
      var (feed, body, order) = (feed, [UInt8](), [String]())
      while let item = try feed.next(into: &body) {
        switch item {
        case .transaction: order.append("transaction")
        case .label: order.append("label")
        case .activity: order.append("activity")
        }
      }
      #expect(order == ["transaction", "activity", "label", "activity", "transaction"])
      #expect(feed.rows == 2)
    }
  }

  @Test func `a mistake in the file of activities names file, line and what was expected`() throws {
    let payments = ActivityFeedTests.header + "1,2026-01-01T10:00:00Z,a,shop,5,0\n"
    for (text, expected) in [
      ("time,account\n", "expected time,account,activity,succeeded,device"),
      (
        "time,account,activity,succeeded,device\n2026-01-01T08:00:00Z,a,login,1,\n"
          + "2026-01-01T07:00:00Z,a,login,1,\n",
        "line 3: '2026-01-01T07:00:00Z' is not 2026-01-01T08:00:00Z or later"
      ),
    ] {
      try withFiles(payments, text) { feed in
        let error = try #require(throws: InputError.self) {
          try matrix(feed, ActivityFeedTests.counts)
        }
        #expect(error.description.contains("activities.csv: line"), "\(error)")
        #expect(error.description.contains(expected), "\(error)")
      }
    }
  }

  /// A simulated history as two files.
  private func simulated() -> (payments: String, activities: String) {
    let start = Timestamp(year: 2026, month: 1, day: 1)
    var simulation = AccountSimulation(
      .native,
      days: 20,
      accounts: 40,
      seed: 5,
      start: start,
      noise: LabelNoise()
    )
    let text = PaymentText(.native, seed: 5, start: start)
    var payments = Array((text.header + "\n").utf8)
    var activities = Array((PaymentText.activityHeader + "\n").utf8)
    while let event = simulation.next() {
      switch event {
      case .payment(let payment): text.appendLine(payment, to: &payments)
      case .activity(let activity): text.appendLine(activity, to: &activities)
      }
    }
    return (String(decoding: payments, as: UTF8.self), String(decoding: activities, as: UTF8.self))
  }

  @Test func `a log with the same entries gives the same vectors to the bit`() throws {
    let (payments, activities) = simulated()
    let features =
      ActivityFeedTests.counts + """

        feature since_login = time_since_last() by device over 7d where activity = login
        feature risk = fraud_rate() by counterparty over 10d
        """
    try withFiles(payments, activities) { feed in
      let disk = SimulatedDisk()
      let log = try Recovery.run(on: disk, newLog: 7) { _, _, _ in }
      let writer = try JournalWriter(disk: disk, after: log, segmentSize: 16 << 20)
      var batch = Batch()
      func append(_ kind: EntryKind, _ body: [UInt8]) throws {
        batch.append(
          kind,
          sequence: writer.takeSequence(),
          receivedAt: 0,
          semanticsVersion: Engine.semanticsVersion
        ) { $0.append(contentsOf: body) }
        if batch.bytes.count > 1 << 16 {
          try writer.commit(&batch)
          batch = Batch()
        }
      }
      var (entries, count, body) = (feed, 0, [UInt8]())
      while let item = try entries.next(into: &body) {
        switch item {
        case .transaction: try append(.history, body)
        case .label: try append(.label, body)
        case .activity:
          try append(.activity, body)
          count += 1
        }
        body.removeAll(keepingCapacity: true)
      }
      try writer.commit(&batch)
      let logged = try FeatureMatrix.collect(disk, through: engine(features), source: source)
      let read = try matrix(feed, features)
      #expect(read.rows == entries.rows && read.rows > 500 && count > 100)
      #expect(logged.values.map(\.bitPattern) == read.values.map(\.bitPattern))
      let login = try #require(read.names.firstIndex(of: "logins"))
      let logins = stride(from: login, to: read.values.count, by: read.columns)
      #expect(logins.contains { read.values[$0] > 0 })
    }
  }

  @Test func `features that ask for no activities are the same without them, to the bit`() throws {
    let (payments, activities) = simulated()
    let card = try #require(BuiltIn.features["card-handbook"])
    var found: [[UInt32]] = []
    for file in [activities, nil] {
      try withFiles(payments, file) { feed in
        found.append(try matrix(feed, card).values.map(\.bitPattern))
      }
    }
    #expect(found[0] == found[1])
  }

  @Test func `the label of a row that came too late finds it where it landed`() throws {
    let payments =
      ActivityFeedTests.header + """
        1,2026-01-05T10:00:00Z,a,shop,5,0
        2,2026-01-02T10:00:00Z,a,shop,5,1
        3,2026-01-20T10:00:00Z,a,shop,5,0
        """
    try withFiles(payments, nil) { feed in
      let features = "feature frauds = count() by account over 30d where fraud"
      let found = try matrix(feed, features)
      #expect(found.values == [0, 0, 1])
    }
  }
}
