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

/// Looks for features that know what comes later: rewrites the future of a history and compares
/// every vector before it, to the bit.
struct LeakAudit {
  /// One payment of the native dialect's columns.
  private struct Row {
    var fields: [Substring]
    var time: Int64

    static let account = 2
    static let counterparty = 3
    static let channel = 4
    static let category = 7
    static let amount = 8
    static let fraud = 9
  }

  /// One line of the activities, and its time.
  private struct ActivityRow {
    var fields: [Substring]
    var time: Int64

    static let account = 1
    static let kind = 2
    static let device = 4
  }

  /// What was compared, and how much of it came out otherwise.
  struct Finding {
    var rows = 0
    var vectors = 0
    /// Names of features that changed, with the number of rows.
    var changed: [String: Int] = [:]
    /// Vectors after the instant that changed, as they should.
    var changedLater = 0
  }

  private let header: String
  private let rows: [Row]
  private let activities: [ActivityRow]
  private let features: String
  private let source: Source
  private let folder: URL

  /// A simulated history; `features` is the text under audit.
  init(
    features: String,
    days: Int,
    accounts: Int,
    seed: UInt64,
    maturity: Int64? = nil
  ) throws {
    let start = Timestamp(year: 2026, month: 1, day: 1)
    var simulation = AccountSimulation(
      .native,
      days: days,
      accounts: accounts,
      seed: seed,
      start: start,
      noise: LabelNoise()
    )
    let text = PaymentText(.native, seed: seed, start: start)
    var rows: [Row] = []
    var activities: [ActivityRow] = []
    func fields(_ write: (inout [UInt8]) -> Void) -> [Substring] {
      var bytes: [UInt8] = []
      write(&bytes)
      let line = String(decoding: bytes.dropLast(), as: UTF8.self)
      return line.split(separator: ",", omittingEmptySubsequences: false)
    }
    while let event = simulation.next() {
      switch event {
      case .payment(let payment):
        let fields = fields { text.appendLine(payment, to: &$0) }
        rows.append(Row(fields: fields, time: payment.time.microseconds))
      case .activity(let activity):
        let fields = fields { text.appendLine(activity, to: &$0) }
        activities.append(ActivityRow(fields: fields, time: activity.time.microseconds))
      }
    }
    self.rows = rows
    self.activities = activities
    header = text.header
    self.features = features
    var source = SourceCatalog.entry(.native).source
    if let maturity { source.maturity = maturity }
    self.source = source
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("assay-leak-\(ProcessInfo.processInfo.globallyUniqueString)")
  }

  /// Compares the history with as many others that part from it at instants of their own.
  func run(instants: Int, seed: UInt64) throws -> Finding {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var random = SeededGenerator(seed: seed)
    let truth = try matrix(rows, activities)
    var finding = Finding(rows: rows.count)
    for _ in 0..<instants {
      let cut = Int.random(in: rows.count / 3..<rows.count, using: &random)
      let other = try matrix(
        rewritten(from: cut, &random),
        rewritten(after: rows[cut - 1].time, &random)
      )
      compare(truth, other, cut, &finding)
    }
    try FileManager.default.removeItem(at: folder)
    return finding
  }

  /// The history with another future from row `cut` on: other payments, in another order, and other
  /// labels of all payments that nobody can have labelled by then.
  private func rewritten(from cut: Int, _ random: inout SeededGenerator) -> [Row] {
    var rows = rows
    func swapped(_ column: Int, _ random: inout SeededGenerator) -> Substring {
      self.rows[Int.random(in: 0..<self.rows.count, using: &random)].fields[column]
    }
    for index in cut..<rows.count {
      let columns = [Row.account, Row.counterparty, Row.channel, Row.category, Row.amount]
      for column in columns { rows[index].fields[column] = swapped(column, &random) }
      if Bool.random(using: &random) { rows[index].fields[Row.amount] += "9" }
    }
    rows[cut...].shuffle(using: &random)
    // The instant is that of the last payment that stays.
    let unknown = rows[cut - 1].time - Source.day * 7
    for index in rows.indices where rows[index].time > unknown {
      rows[index].fields[Row.fraud] = rows[index].fields[Row.fraud] == "1" ? "0" : "1"
    }
    return rows
  }

  /// The activities with others in place of those later than a time.
  private func rewritten(
    after time: Int64,
    _ random: inout SeededGenerator
  ) -> [ActivityRow] {
    var rows = activities
    for index in rows.indices where rows[index].time > time {
      for column in [ActivityRow.account, ActivityRow.kind, ActivityRow.device] {
        let other = Int.random(in: activities.indices, using: &random)
        rows[index].fields[column] = activities[other].fields[column]
      }
    }
    return rows
  }

  private func write(_ name: String, _ header: String, _ rows: [[Substring]]) throws -> String {
    let file = folder.appendingPathComponent(name)
    let lines = rows.map { $0.joined(separator: ",") + "\n" }
    try Data((header + "\n" + lines.joined()).utf8).write(to: file)
    return file.path
  }

  private func matrix(_ rows: [Row], _ activities: [ActivityRow]) throws -> FeatureMatrix {
    let history = try write("history.csv", header, rows.map(\.fields))
    let told = try write("activities.csv", PaymentText.activityHeader, activities.map(\.fields))
    let engine = Engine(reserve: 1 << 28)
    try engine.apply(.source, ControlEntry.encoded(source).span)
    let set = ControlEntry.Program(source: source.id, name: "audited", text: features)
    try engine.apply(.features, set.encoded.span)
    var feed = HistoryFeed(
      paths: [history],
      source: source,
      activities: told,
      tokenizer: OneRun.tokenizer
    )
    return try FeatureMatrix.collect(&feed, through: engine, source: source.id)
  }

  private func compare(
    _ truth: FeatureMatrix,
    _ other: FeatureMatrix,
    _ cut: Int,
    _ finding: inout Finding
  ) {
    finding.vectors += cut
    let width = truth.columns
    for row in 0..<truth.rows {
      var differs = false
      for (column, name) in truth.names.enumerated() {
        let place = row * width + column
        guard truth.values[place].bitPattern != other.values[place].bitPattern else { continue }
        if row < cut { finding.changed[name, default: 0] += 1 }
        differs = true
      }
      if row >= cut, differs { finding.changedLater += 1 }
    }
  }
}
