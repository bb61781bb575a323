import Foundation
import Intake
import Journal
import Payments
import Pipeline
import Replay
import Shell
import Vault

/// Feeds past transactions to a data directory: state learns, nothing is decided.
enum BackfillCommand: Command {
  static let name = "backfill"
  static let summary = "feed past transactions, labels and activities to a data directory"
  static let options =
    TableOptions.options + [
      Arguments.Option("data", "DIR", "data directory; no server may be using it"),
      Arguments.Option("in", "F…", "CSV files as one stream, plain or gzip", repeats: true),
      TableOptions.activities,
      Arguments.Option("numeric-ids", nil, "ids of digits alone are numbers and no cards'"),
      Arguments.Option("json", nil, "report as JSON"),
    ]

  struct Report: Encodable {
    var transactions = 0
    var labels = 0
    var activities = 0
    var known = 0
    var quarantined = 0
    var seconds = 0.0
  }

  static func run(_ arguments: Arguments) throws {
    let table = try TableOptions(arguments)
    let source = SourceCatalog.entry(table.dialect).source
    if let currency = table.columns?.currency, currency != source.currency {
      throw CommandError(
        "the column map says \(currency.code); source \(source.name) has \(source.currency.code)"
      )
    }
    let files = arguments.list("in")
    guard !files.isEmpty else { throw UsageError("--in is missing") }
    let node = try Node(DataDirectory(try arguments.required("data")))
    node.start()
    defer {
      node.core.stop()
      node.close()
    }
    let activities = arguments.text("activities")
    let report = try feed(
      files,
      source,
      columns: table.columns,
      activities: activities,
      numericIds: arguments.has("numeric-ids"),
      to: node
    )
    if arguments.has("json") { return try Console.json(report) }
    Console.print(
      "\(report.transactions) transactions, \(report.labels) labels,"
        + (activities == nil ? "" : " \(report.activities) activities,")
        + " \(report.known) known before," + String(format: " %.1f s", report.seconds)
    )
  }

  /// Streams files into the core thread's log, a batch at a time.
  static func feed(
    _ files: [String],
    _ source: Source,
    columns: ColumnPlan? = nil,
    activities: String? = nil,
    numericIds: Bool = false,
    to node: Node,
    progress: (Int) -> Void = { Console.progress("\($0) transactions") }
  ) throws -> Report {
    let vault = node.vault
    var feed = HistoryFeed(
      paths: files,
      source: source,
      columns: columns,
      activities: activities,
      watermark: node.watermarks[source.id] ?? .min,
      numericIds: numericIds,
      tokenizer: { vault.token($0) }
    )
    var sender = HistorySender(node.core)
    let start = ContinuousClock.now
    var body: [UInt8] = []
    while let item = try feed.next(into: &body) {
      switch item {
      case .transaction: try sender.add(.history, body, feed.note)
      case .label: try sender.add(.label, body, nil)
      case .activity: try sender.add(.activity, body, feed.note)
      }
      body.removeAll(keepingCapacity: true)
      if feed.rows % 10_000 == 0 { progress(feed.rows) }
    }
    try sender.send()
    Console.endProgress()
    sender.report.seconds = (ContinuousClock.now - start) / .seconds(1)
    return sender.report
  }
}

/// Collects past transactions, labels and activities, and hands them to the core thread in batches.
private struct HistorySender {
  private static let batchItems = 4000

  private let core: CoreThread
  private let submission = Submission()
  var report = BackfillCommand.Report()

  init(_ core: CoreThread) {
    self.core = core
    submission.kind = .past
  }

  mutating func add(_ kind: EntryKind, _ body: [UInt8], _ note: RecordNote?) throws {
    if submission.items.count >= HistorySender.batchItems { try send() }
    submission.add { $0.append(contentsOf: body) }
    submission.add(note)
    submission.itemKinds.append(kind)
  }

  mutating func send() throws {
    if submission.items.isEmpty { return }
    guard core.submitAndWait(submission) else {
      throw CommandError("the core thread has stopped")
    }
    for (kind, result) in zip(submission.itemKinds, submission.results) {
      switch result {
      case .logged where kind == .label: report.labels += 1
      case .logged where kind == .activity: report.activities += 1
      case .logged: report.transactions += 1
      case .known, .conflict, .duplicate: report.known += 1
      case .unavailable(let obstacle): throw CommandError("\(obstacle)")
      case .future:
        let what = kind == .activity ? "an activity" : "a transaction"
        throw CommandError("\(what) lies in the future")
      case .cardNumber:
        let what = kind == .activity ? "the id of an activity" : "a transaction_id"
        throw CommandError("\(what) \(CardNumber.idRefusal)")
      case .quarantined: report.quarantined += 1
      case .refused(let why): throw CommandError(why)
      case .decided: break
      }
    }
    submission.reset()
    submission.kind = .past
  }
}
