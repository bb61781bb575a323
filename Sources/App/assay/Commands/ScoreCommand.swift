import Engine
import Features
import Journal
import Foundation
import Intake
import Models
import Payments
import Registry
import Replay
import Shell

/// Scores a file with a model, without a server and without a trace.
enum ScoreCommand: Command {
  static let name = "score"
  static let summary = "score a file of transactions with a model"
  static let options =
    TableOptions.options + [
      Arguments.Option("model", "M", "directory of a model version"),
      Arguments.Option("in", "F…", "CSV files as one stream, plain or gzip", repeats: true),
      TableOptions.activities,
      Arguments.Option("out", "G", "CSV file for the scores"),
      Arguments.Option("features", "S", "feature set: a built-in name or a file"),
      Arguments.Option("json", nil, "report as JSON"),
    ]

  private struct Report: Encodable {
    var rows: Int
    var seconds: Double
  }

  static func run(_ arguments: Arguments) throws {
    let table = try TableOptions(arguments)
    let files = arguments.list("in")
    guard !files.isEmpty else { throw UsageError("--in is missing") }
    let target = try arguments.required("out")
    let (engine, source) = try SourceCatalog.engine(
      table.dialect,
      columns: table.columns,
      features: arguments.text("features"),
      rules: false
    )
    guard let state = engine.source(Int(source.id)) else { throw CommandError("no source") }
    let model = try ModelDirectory.load(
      at: try arguments.required("model"),
      featureSetHash: String(state.program.fingerprint, radix: 16)
    )
    let scorer = Scorer(model.trees)
    guard FileManager.default.createFile(atPath: target, contents: nil) else {
      throw CommandError("cannot write \(target)")
    }
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: target))
    var lines = Array("transaction_id,score\n".utf8)
    var feed = HistoryFeed(
      paths: files,
      source: source,
      columns: table.columns,
      activities: arguments.text("activities"),
      tokenizer: OneRun.tokenizer
    )
    let start = ContinuousClock.now
    var body: [UInt8] = []
    while let item = try feed.next(into: &body) {
      switch item {
      case .label: engine.label(body.span)
      case .activity: try engine.apply(.activity, body.span)
      case .transaction:
        engine.learn(body.span, evaluate: true)
        let vector = state.profile.vector
        let score = model.link.score(scorer.margin(of: vector.span))
        let id = body[TransactionRecord.text(Schema.Text.id, body.span)]
        lines.append(contentsOf: quoted(id))
        lines.append(contentsOf: ",\(score)\n".utf8)
        if lines.count > 1 << 20 {
          try output.write(contentsOf: Data(lines))
          lines.removeAll(keepingCapacity: true)
          Console.progress("\(feed.rows) rows")
        }
      }
      body.removeAll(keepingCapacity: true)
    }
    try output.write(contentsOf: Data(lines))
    try output.close()
    Console.endProgress()
    let report = Report(rows: feed.rows, seconds: (ContinuousClock.now - start) / .seconds(1))
    if arguments.has("json") { return try Console.json(report) }
    Console.print("\(report.rows) rows scored," + String(format: " %.1f s", report.seconds))
  }

  /// A field in quotes where it needs them.
  private static func quoted(_ field: ArraySlice<UInt8>) -> [UInt8] {
    let special = field.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }
    if !special { return Array(field) }
    let quote = UInt8(ascii: "\"")
    return [quote] + field.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
  }
}
