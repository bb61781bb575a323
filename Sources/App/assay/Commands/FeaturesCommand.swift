import Engine
import Foundation
import Intake
import Payments
import Replay
import Shell

/// Computes the features of past transactions, as training and live scoring do.
enum FeaturesCommand: Command {
  static let name = "features"
  static let summary = "compute the features of transaction files in one pass"
  static let options =
    TableOptions.options + [
      Arguments.Option("data", "F…", "CSV files, plain or gzip", repeats: true),
      TableOptions.activities,
      Arguments.Option("features", "S", "feature set: a built-in name or a file"),
      Arguments.Option("out", "G", "file for the vectors: 32-bit floats, row by row"),
      Arguments.Option("json", nil, "report as JSON"),
    ]

  private struct Report: Encodable {
    var rows: Int
    var features: [String]
    var seconds: Double
    var peakMemoryMiB: Int
  }

  static func run(_ arguments: Arguments) throws {
    let table = try TableOptions(arguments)
    let files = arguments.list("data")
    guard !files.isEmpty else { throw UsageError("--data is missing") }
    let (engine, source) = try SourceCatalog.engine(
      table.dialect,
      columns: table.columns,
      features: arguments.text("features"),
      rules: false
    )
    var feed = HistoryFeed(
      paths: files,
      source: source,
      columns: table.columns,
      activities: arguments.text("activities"),
      tokenizer: OneRun.tokenizer
    )
    let start = ContinuousClock.now
    let matrix = try FeatureMatrix.collect(&feed, through: engine, source: source.id) {
      Console.progress("\($0) rows")
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    Console.endProgress()
    if let path = arguments.text("out") { try write(matrix.values, to: path) }
    let report = Report(
      rows: matrix.rows,
      features: matrix.names,
      seconds: seconds,
      peakMemoryMiB: ProcessUsage.peakMemoryMiB
    )
    if arguments.has("json") { return try Console.json(report) }
    Console.print(
      "\(report.rows) rows, \(report.features.count) features, \(seconds) s,"
        + " \(report.peakMemoryMiB) MiB"
    )
  }

  private static func write(_ values: [Float], to path: String) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * values.count)
    for value in values { bytes.append(little: value.bitPattern) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}
