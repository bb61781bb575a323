import FileJournal
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
      Arguments.Option("all-labels", nil, "log labels that are not due yet, behind the last row"),
      Arguments.Option("json", nil, "report as JSON"),
    ]

  struct Report: Encodable {
    var transactions = 0
    var labels = 0
    /// Labels that fall due later than the last transaction, and when the last of them does.
    var labelsNotDue = 0
    var labelsDueUntil: String?
    var activities = 0
    var known = 0
    /// Transactions whose id the log has with other content; the first of these ids.
    var conflicts = 0
    var conflicting: [String] = []
    var quarantined = 0
    var seconds = 0.0

    /// Fails where transactions were not taken.
    func requireWhole() throws(CommandError) {
      guard conflicts > 0 else { return }
      let names = conflicting.map { "'\($0)'" }.joined(separator: ", ")
      throw CommandError(
        "\(conflicts) transactions were not taken, nor their labels: the log has their ids with"
          + " other content, the first are \(names); give them ids of their own, or leave out the"
          + " column of ids, then they are made of what the rows say"
      )
    }
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
      allLabels: arguments.has("all-labels"),
      to: node
    )
    if let until = report.labelsDueUntil {
      Console.note(
        "warning: \(report.labelsNotDue) labels are not logged: they fall due behind the last"
          + " transaction, the last at \(until); feed the file again when later transactions have"
          + " come, or with --all-labels to let them count from now on"
      )
    }
    try print(report, arguments)
    try report.requireWhole()
  }

  private static func print(_ report: Report, _ arguments: Arguments) throws {
    if arguments.has("json") { return try Console.json(report) }
    let activities = arguments.has("activities") ? " \(report.activities) activities," : ""
    let quarantined = report.quarantined > 0 ? " \(report.quarantined) in quarantine," : ""
    Console.print(
      "\(report.transactions) transactions, \(report.labels) labels,"
        + activities + quarantined + " \(report.known) known before,"
        + String(format: " %.1f s", report.seconds)
    )
  }

  /// Streams files into the core thread's log, a batch at a time.
  static func feed(
    _ files: [String],
    _ source: Source,
    columns: ColumnPlan? = nil,
    activities: String? = nil,
    numericIds: Bool = false,
    allLabels: Bool = false,
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
      rowIds: RowIds(isLogged: try numberedRows(source, node)),
      allLabels: allLabels,
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
    if let waiting = feed.labelsNotDue {
      sender.report.labelsNotDue = waiting.count
      sender.report.labelsDueUntil = waiting.until.description
    }
    sender.report.seconds = (ContinuousClock.now - start) / .seconds(1)
    return sender.report
  }

  /// Finds rows that programs of before logged under their numbers; nil where there are none.
  private static func numberedRows(_ source: Source, _ node: Node) throws -> RowIds.Lookup? {
    let core = node.core
    func position(_ id: [UInt8]) -> Position? {
      let lookup = Submission()
      lookup.kind = .lookup
      lookup.add { bytes in
        bytes.append(little: source.id)
        bytes.append(contentsOf: id)
      }
      guard core.submitAndWait(lookup), case .logged(let place) = lookup.results.first else {
        return nil
      }
      return place
    }
    guard position(Array("row-0".utf8)) != nil else { return nil }
    let disk = try FileDisk(directory: node.directory.journal, readOnly: true)
    return { record, earlierContent throws(InputError) in
      let content = TransactionRecord.content(record)
      guard let place = position(HistorySender.id(record)) else { return false }
      var entry: [UInt8] = []
      do throws(JournalError) {
        try JournalLookup.entry(at: place, on: disk, into: &entry)
      } catch {
        throw InputError(.unreadable, "the log at \(place.bytes): \(error)")
      }
      let logged = TransactionRecord.content(entry.span.extracting(EntryHeader.size...))
      return logged == content || logged == earlierContent
    }
  }
}

/// Collects past transactions, labels and activities, and hands them to the core thread in batches.
private struct HistorySender {
  private static let batchItems = 4000

  private let core: CoreThread
  private let submission = Submission()
  var report = BackfillCommand.Report()
  /// The ids of the transactions that wait to be sent, and of those that were not taken.
  private var waiting: Set<[UInt8]> = []
  private var refused: Set<[UInt8]> = []
  private static let refusedMax = 100_000
  private static let namedMax = 3

  init(_ core: CoreThread) {
    self.core = core
    submission.kind = .past
  }

  mutating func add(_ kind: EntryKind, _ body: [UInt8], _ note: RecordNote?) throws {
    if submission.items.count >= HistorySender.batchItems { try send() }
    if kind == .label {
      let id = HistorySender.id(body.span.extracting(Label.record(body.span)))
      // A label goes behind its transaction only where this was taken.
      if waiting.contains(id) { try send() }
      if refused.contains(id) { return }
    } else if kind == .history {
      waiting.insert(HistorySender.id(body.span))
    }
    submission.add { $0.append(contentsOf: body) }
    submission.add(note)
    submission.itemKinds.append(kind)
  }

  static func id(_ record: borrowing Span<UInt8>) -> [UInt8] {
    record.extracting(TransactionRecord.text(Schema.Text.id, record)).array
  }

  private mutating func note(conflict item: Int) throws {
    let bytes = submission.bytes
    let id = HistorySender.id(bytes.span.extracting(submission.items[item]))
    report.conflicts += 1
    refused.insert(id)
    if report.conflicting.count < HistorySender.namedMax {
      report.conflicting.append(String(decoding: id, as: UTF8.self))
    }
    if refused.count > HistorySender.refusedMax { try report.requireWhole() }
  }

  mutating func send() throws {
    if submission.items.isEmpty { return }
    guard core.submitAndWait(submission) else {
      throw CommandError("the core thread has stopped")
    }
    for (item, result) in submission.results.enumerated() {
      let kind = submission.itemKinds[item]
      switch result {
      case .logged where kind == .label: report.labels += 1
      case .logged where kind == .activity: report.activities += 1
      case .logged: report.transactions += 1
      case .conflict where kind == .history: try note(conflict: item)
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
    waiting.removeAll(keepingCapacity: true)
  }
}
