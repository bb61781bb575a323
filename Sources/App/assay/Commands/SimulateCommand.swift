import Foundation
import Intake
import Payments
import Shell
import Simulator

/// Makes transactions of a simulated population, with their labels.
enum SimulateCommand: Command {
  static let name = "simulate"
  static let summary = "make transactions of a simulated population, the same for the same seed"
  static let options = [
    Arguments.Option("dialect", "D", "\(SourceCatalog.dialectWords) (card); sparkov is not made"),
    Arguments.Option("days", "N", "days to simulate (30)"),
    Arguments.Option("accounts", "N", "accounts in the population (1000)"),
    Arguments.Option("seed", "S", "seed (1)"),
    Arguments.Option("start", "DATE", "first day (2026-01-01)"),
    Arguments.Option("format", "F", "csv (labels in a column) or ndjson (labels as events)"),
    Arguments.Option("out", "G", "file, gzip where it ends in .gz; the terminal otherwise"),
    Arguments.Option("activities", "G", "file for logins, new devices, payees and passwords"),
    Arguments.Option("label-missing", "P", "share of frauds nobody hears of (0.02)"),
    Arguments.Option("label-wrong", "P", "share of frauds called legitimate (0.01)"),
    Arguments.Option("into", "URL", "send it to a server, such as http://localhost:8000"),
    Arguments.Option("rate", "R", "with --into: payments a second (100)"),
    Arguments.Option("seconds", "S", "with --into: end after this time"),
    Arguments.Option("connections", "N", "with --into: requests in flight, at most (16)"),
    Arguments.Option("key", "K", "with --into: the API key (ADMIN_API_KEY or FRONTEND_API_KEY)"),
    Arguments.Option("json", nil, "with --into: report as JSON"),
    Arguments.Option("check", nil, "print how the population looks, and what columns give away"),
    Arguments.Option("label-delay", "DAYS", "median delay of a label (3)"),
  ]

  static func run(_ arguments: Arguments) throws {
    let dialect = try SourceCatalog.dialect(arguments.text("dialect") ?? "card")
    guard dialect != .sparkov else {
      throw UsageError(
        "sparkov's payments come from its own generator; --dialect card is like them"
      )
    }
    if arguments.has("into") { return try LoadCommand.run(dialect, arguments) }
    for name in ["rate", "seconds", "connections", "key", "json"] where arguments.has(name) {
      throw UsageError("--\(name) goes with --into")
    }
    if arguments.has("check") { return try SimulationCheck.run(dialect, arguments) }
    let simulation = try accounts(dialect, arguments)
    let text = PaymentText(dialect, seed: try seed(arguments), start: try start(arguments))
    let output = try Output(arguments.text("out"))
    let activities = try arguments.text("activities").map { try Output($0) }
    let oracle: Oracle
    switch arguments.text("format") ?? "csv" {
    case "csv":
      oracle = try writeCSV(simulation, text, to: output, activities: activities)
    case "ndjson": oracle = try writeLines(simulation, text, to: output)
    case let word: throw UsageError("--format is csv or ndjson, not '\(word)'")
    }
    try output.close()
    try activities?.close()
    Console.note(SimulationSummary.text(oracle))
  }

  static func seed(_ arguments: Arguments) throws -> UInt64 {
    UInt64(try arguments.integer("seed", 0...Int.max) ?? 1)
  }

  static func start(_ arguments: Arguments, otherwise: String = "2026-01-01") throws -> Timestamp {
    let text = Array((arguments.text("start") ?? otherwise).utf8)
    guard let start = Timestamp(parsing: text.span) else {
      throw UsageError("--start is a date such as 2026-01-01")
    }
    return start
  }

  /// The population of a dialect.
  static func accounts(
    _ dialect: Dialect,
    _ arguments: Arguments,
    seed: UInt64? = nil,
    start first: Timestamp? = nil
  ) throws -> AccountSimulation {
    var noise = LabelNoise()
    noise.missing = try arguments.number("label-missing", 0...1) ?? noise.missing
    noise.wrong = try arguments.number("label-wrong", 0...1) ?? noise.wrong
    noise.delayDaysMedian =
      try arguments.number("label-delay", 0.001...365) ?? noise.delayDaysMedian
    return AccountSimulation(
      dialect,
      days: try arguments.integer("days", 1...AccountSimulation.daysMax) ?? 30,
      accounts: try arguments.integer("accounts", 2...AccountSimulation.accountsMax) ?? 1000,
      seed: try seed ?? self.seed(arguments),
      start: try first ?? start(arguments),
      noise: noise
    )
  }

  /// Writes it, up to a time, as a file with its labels, and what an oracle could find in it.
  static func writeCSV(
    _ simulation: AccountSimulation,
    _ text: PaymentText,
    to output: Output,
    activities: Output? = nil,
    until end: Timestamp = .latest
  ) throws -> Oracle {
    var simulation = simulation
    var oracle = Oracle()
    try output.write { $0.append(contentsOf: Array((text.header + "\n").utf8)) }
    try activities?.write {
      $0.append(contentsOf: Array((PaymentText.activityHeader + "\n").utf8))
    }
    while let event = simulation.next(), event.time < end {
      switch event {
      case .payment(let payment):
        oracle.add(payment, evidence: text.evidence(payment))
        try output.write { text.appendLine(payment, to: &$0) }
      case .activity(let activity): try activities?.write { text.appendLine(activity, to: &$0) }
      }
    }
    return oracle
  }

  private static func writeLines(
    _ simulation: AccountSimulation,
    _ text: PaymentText,
    to output: Output
  ) throws -> Oracle {
    var feed = AccountFeed(simulation)
    var oracle = Oracle()
    while let event = feed.next() {
      switch event {
      case .payment(let payment):
        oracle.add(payment, evidence: text.evidence(payment))
        try output.write { bytes in
          text.appendJSON(payment, to: &bytes)
          bytes.append(UInt8(ascii: "\n"))
        }
      case .activity(let activity): try output.write { text.appendJSONLine(activity, to: &$0) }
      case .label(let label): try output.write { text.appendJSONLine(label, to: &$0) }
      }
    }
    return oracle
  }
}

/// Where a simulation is written.
final class Output {
  private let file: ByteSink?
  private var piece: [UInt8] = []

  /// A file, or the terminal's output.
  init(_ path: String?) throws {
    file = try path.map { path throws(InputError) in
      try ByteSink(path: path)
    }
  }

  func write(_ append: (inout [UInt8]) -> Void) throws {
    if let file { return try file.write(append) }
    append(&piece)
    if piece.count > 1 << 20 { try flush() }
  }

  private func flush() throws {
    try FileHandle.standardOutput.write(contentsOf: Data(piece))
    piece.removeAll(keepingCapacity: true)
  }

  func close() throws {
    try file?.close()
    try flush()
  }
}

/// What is said of a simulation when it has ended.
enum SimulationSummary {
  static func text(_ oracle: Oracle) -> String {
    var text = "\(oracle.count) payments, \(oracle.fraudCount) of them fraud"
    if let (ceiling, delayed) = oracle.qualities() {
      text += String(
        format: "; ceiling AUC %.3f, AP %.3f; AUC %.3f, AP %.3f for one who knows a campaign from"
          + " its first label",
        ceiling.areaUnderCurve,
        ceiling.averagePrecision,
        delayed.areaUnderCurve,
        delayed.averagePrecision
      )
    }
    return text
  }
}
