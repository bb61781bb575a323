import Engine
import Foundation
import Learning
import Models
import Payments
import Replay
import Shell

/// Measures how well a feature set detects fraud, by a time-ordered protocol.
enum EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "train and test over time, and report AUC, average precision and CP@100"
  static let options =
    TrainingOptions.options + [
      Arguments.Option("protocol", "P", "prequential (default) or split"),
      Arguments.Option("start", "DATE", "first fold's first day (2018-07-25)"),
      Arguments.Option("folds", "N", "number of folds, a week apart (4)"),
      Arguments.Option("at", "DATE", "for split: train before, test from then on"),
      Arguments.Option("json", nil, "report as JSON"),
    ]

  struct Fold: Encodable {
    var start: String
    var auc: Double
    var ap: Double
    var cp100: Double
  }

  struct Mean: Encodable {
    var auc: Double
    var ap: Double
    var cp100: Double
  }

  private struct Report: Encodable {
    var folds: [Fold]
    var mean: Mean
  }

  static func run(_ arguments: Arguments) throws {
    let table = try TableOptions(arguments)
    let parameters = try TrainingOptions.parameters(arguments, depth: 3)
    let (engine, source) = try SourceCatalog.engine(
      table.dialect,
      columns: table.columns,
      features: arguments.text("features"),
      rules: false
    )
    let matrix: FeatureMatrix
    let report: Report
    switch arguments.text("protocol") ?? "prequential" {
    case "prequential":
      let starts = try startDays(arguments)
      matrix = try TrainingOptions.matrix(arguments, table.columns, engine, source)
      report = try prequential(matrix, starts, parameters)
    case "split":
      let at = try day(try arguments.required("at"), "at")
      matrix = try TrainingOptions.matrix(arguments, table.columns, engine, source)
      report = try split(matrix, at: at, parameters)
    case let word: throw UsageError("--protocol is prequential or split, not '\(word)'")
    }
    if arguments.has("json") { return try Console.json(report) }
    for fold in report.folds {
      Console.print(
        "\(fold.start)  AUC \(shown(fold.auc))  AP \(shown(fold.ap))  CP@100 \(shown(fold.cp100))"
      )
    }
    let mean = report.mean
    Console.print(
      "mean        AUC \(shown(mean.auc))  AP \(shown(mean.ap))  CP@100 \(shown(mean.cp100))"
    )
  }

  private static func shown(_ value: Double) -> String { String(format: "%.4f", value) }

  private static func day(_ text: String, _ option: String) throws(UsageError) -> Int32 {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, let time = Timestamp(parsing: bytes.span) else {
      throw UsageError("--\(option) is a date such as 2018-07-25, not '\(text)'")
    }
    return Int32(time.day)
  }

  private static func startDays(_ arguments: Arguments) throws(UsageError) -> [Int32] {
    let first = try day(arguments.text("start") ?? "2018-07-25", "start")
    let folds = try arguments.integer("folds", 1...52) ?? 4
    return (0..<folds).map { first + Int32($0) * PrequentialSplit.weekDays }
  }

  private static func date(_ day: Int32) -> String {
    let start = Timestamp(microseconds: Int64(day) * Timestamp.microsecondsPerDay)
    return String(start.description.prefix(10))
  }

  private static func prequential(
    _ matrix: FeatureMatrix,
    _ starts: [Int32],
    _ parameters: TrainingParameters
  ) throws -> Report {
    let evaluation = try PrequentialEvaluation(
      featureNames: matrix.names,
      values: matrix.values,
      days: matrix.days,
      cards: matrix.accounts,
      frauds: matrix.fraud,
      startDays: starts,
      parameters: parameters
    )
    let folds = zip(starts, evaluation.folds).map { start, fold in
      Fold(
        start: date(start),
        auc: fold.areaUnderCurve,
        ap: fold.averagePrecision,
        cp100: fold.cardPrecision
      )
    }
    let mean = evaluation.mean
    return Report(
      folds: folds,
      mean: Mean(
        auc: mean.areaUnderCurve,
        ap: mean.averagePrecision,
        cp100: mean.cardPrecision
      )
    )
  }

  private static func split(
    _ matrix: FeatureMatrix,
    at day: Int32,
    _ parameters: TrainingParameters
  ) throws -> Report {
    let days = matrix.days
    let train = days.indices.filter { days[$0] < day }
    let test = days.indices.filter { days[$0] >= day }
    let width = matrix.columns
    let data = try TrainingData(
      featureNames: matrix.names,
      values: TrainingData.rows(train, of: matrix.values, columnCount: width),
      labels: train.map { Float(matrix.fraud[$0]) }
    )
    let scorer = try Trainer.scorer(for: try Trainer.fit(data, parameters))
    let values = matrix.values
    let scores = test.map {
      scorer.margin(of: values.span.extracting($0 * width..<($0 + 1) * width))
    }
    let frauds = test.map { matrix.fraud[$0] }
    guard let auc = RankingMetrics.areaUnderCurve(scores: scores, frauds: frauds),
      let ap = RankingMetrics.averagePrecision(scores: scores, frauds: frauds),
      let cp = RankingMetrics.cardPrecision(
        top: PrequentialEvaluation.cardsPerDay,
        days: test.map { days[$0] },
        cards: test.map { matrix.accounts[$0] },
        scores: scores,
        frauds: frauds
      )
    else {
      throw CommandError("the test part holds no frauds or no legitimate transactions")
    }
    return Report(
      folds: [Fold(start: date(day), auc: auc, ap: ap, cp100: cp)],
      mean: Mean(auc: auc, ap: ap, cp100: cp)
    )
  }
}
