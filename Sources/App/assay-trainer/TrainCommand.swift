import Engine
import Foundation
import Learning
import Payments
import Registry
import Replay
import Shell

/// Trains a model and writes it with its proof.
enum TrainCommand: Command {
  static let name = "train"
  static let summary = "train a model on past transactions and write it with its proof"
  static let options =
    TrainingOptions.options + [
      Arguments.Option("out", "DIR", "directory of models (models)"),
      Arguments.Option("name", "NAME", "the model's name (the dialect)"),
      Arguments.Option("json", nil, "report as JSON"),
    ]

  private struct Report: Encodable {
    var model: String
    var rows: Int
    var frauds: Int
    /// Rows of which nothing is known yet.
    var leftOut: Int
    var features: String
    var seconds: Double
  }

  static func run(_ arguments: Arguments) throws {
    let table = try TableOptions(arguments)
    let parameters = try TrainingOptions.parameters(arguments)
    let (engine, source, features) = try TrainingOptions.engine(arguments, table)
    let start = ContinuousClock.now
    let (matrix, leftOut) = try TrainingOptions.knownRows(
      arguments,
      table.columns,
      engine,
      source
    )
    let frauds = matrix.fraud.count { $0 == 1 }
    guard frauds > 0, frauds < matrix.rows else {
      throw CommandError(
        "\(matrix.rows) rows with \(frauds) frauds: training needs both fraud and legitimate rows"
      )
    }
    let data = try TrainingData(
      featureNames: matrix.names,
      values: matrix.values,
      labels: matrix.fraud.map { Float($0) }
    )
    Console.progress("training \(parameters.trees) trees on \(matrix.rows) rows")
    func time(_ microseconds: Int64?) -> String {
      Timestamp(microseconds: microseconds ?? 0).description
    }
    let description = Trainer.Description(
      name: arguments.text("name") ?? table.dialect.word,
      featureSetHash: TrainingOptions.hash(TrainingOptions.fingerprint(engine, source)),
      dataFrom: time(matrix.times.min()),
      dataTo: time(matrix.times.max()),
      metrics: ["fraud_share": Double(frauds) / Double(matrix.rows)],
      createdAt: ISO8601DateFormatter().string(from: Date())
    )
    let directory = ModelDirectory(root: arguments.text("out") ?? "models")
    let path = try Trainer.train(data, parameters, description, into: directory)
    Console.endProgress()
    let report = Report(
      model: path,
      rows: matrix.rows,
      frauds: frauds,
      leftOut: leftOut,
      features: features,
      seconds: (ContinuousClock.now - start) / .seconds(1)
    )
    if arguments.has("json") { return try Console.json(report) }
    Console.print(
      "\(report.model): \(report.rows) rows, \(report.frauds) frauds, features \(features),"
        + String(format: " %.1f s", report.seconds)
    )
  }
}
