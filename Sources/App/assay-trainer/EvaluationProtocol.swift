import Learning
import Models
import Payments
import Replay
import Shell

/// How transactions are parted by time into what is trained on and what is tested.
enum EvaluationProtocol {
  /// The handbook's folds: a week trained on, a week waited, a week tested.
  case prequential(startDays: [Int32])
  /// Trained before a day, tested from it on.
  case split(at: Int32)

  static let options = [
    Arguments.Option("protocol", "P", "prequential (default) or split"),
    Arguments.Option("start", "DATE", "first fold's first day (2018-07-25)"),
    Arguments.Option("folds", "N", "number of folds, a week apart (4)"),
    Arguments.Option("at", "DATE", "for split: train before, test from then on"),
  ]

  init(_ arguments: Arguments) throws(UsageError) {
    switch arguments.text("protocol") ?? "prequential" {
    case "prequential":
      let start = arguments.text("start") ?? "2018-07-25"
      let first = try EvaluationProtocol.day(start, "start")
      let folds = try arguments.integer("folds", 1...52) ?? 4
      self = .prequential(
        startDays: (0..<folds).map { first + Int32($0) * PrequentialSplit.weekDays }
      )
    case "split":
      self = .split(at: try EvaluationProtocol.day(try arguments.required("at"), "at"))
    case let word: throw UsageError("--protocol is prequential or split, not '\(word)'")
    }
  }

  private static func day(_ text: String, _ option: String) throws(UsageError) -> Int32 {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, let time = Timestamp(parsing: bytes.span) else {
      throw UsageError("--\(option) is a date such as 2018-07-25, not '\(text)'")
    }
    return Int32(time.day)
  }

  private static func date(_ day: Int32) -> String {
    let start = Timestamp(microseconds: Int64(day) * Timestamp.microsecondsPerDay)
    return String(start.description.prefix(10))
  }

  /// Trains and tests on a matrix.
  func evaluate(
    _ matrix: FeatureMatrix,
    _ parameters: TrainingParameters
  ) throws -> Evaluation {
    switch self {
    case .prequential(let startDays):
      let evaluation = try PrequentialEvaluation(
        featureNames: matrix.names,
        values: matrix.values,
        days: matrix.days,
        cards: matrix.accounts,
        frauds: matrix.fraud,
        startDays: startDays,
        parameters: parameters
      )
      return Evaluation(
        folds: zip(startDays, evaluation.folds).map { start, fold in
          Evaluation.Fold(start: EvaluationProtocol.date(start), figures: Figures(fold))
        },
        mean: Figures(evaluation.mean)
      )
    case .split(let day):
      let figures = try EvaluationProtocol.split(matrix, at: day, parameters)
      let fold = Evaluation.Fold(start: EvaluationProtocol.date(day), figures: figures)
      return Evaluation(folds: [fold], mean: figures)
    }
  }

  private static func split(
    _ matrix: FeatureMatrix,
    at day: Int32,
    _ parameters: TrainingParameters
  ) throws -> Figures {
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
    return Figures(auc: auc, ap: ap, cp100: cp)
  }
}
