import Learning
import Models
import Payments
import Replay
import Shell

/// How transactions are parted by time into what is trained on and what is tested.
enum EvaluationProtocol {
  /// The handbook's folds: a week trained on, a week waited, a week tested; those that the data
  /// ends with where no start is given.
  case prequential(start: Int32?, folds: Int)
  /// Trained before a day, tested from it on.
  case split(at: Int32)

  static let options = [
    Arguments.Option("protocol", "P", "prequential (default) or split"),
    Arguments.Option("start", "DATE", "first fold's first day (folds end with the data)"),
    Arguments.Option("folds", "N", "number of folds, a week apart (4)"),
    Arguments.Option("at", "DATE", "for split: train before, test from then on"),
  ]

  init(_ arguments: Arguments) throws(UsageError) {
    switch arguments.text("protocol") ?? "prequential" {
    case "prequential":
      let start = try arguments.text("start").map { text throws(UsageError) in
        try EvaluationProtocol.day(text, "start")
      }
      self = .prequential(start: start, folds: try arguments.integer("folds", 1...52) ?? 4)
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
    case .prequential(let start, let folds):
      let startDays = try EvaluationProtocol.starts(matrix, start, folds)
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

  /// The first days of the folds; refuses those that the data does not reach.
  private static func starts(
    _ matrix: FeatureMatrix,
    _ start: Int32?,
    _ folds: Int
  ) throws(CommandError) -> [Int32] {
    let week = PrequentialSplit.weekDays
    let days = matrix.days
    guard let from = days.min(), let to = days.max() else {
      throw CommandError("there are no rows to evaluate")
    }
    // Each trains on a week, waits one, and tests the third.
    let lasting = Int32(folds + 2) * week
    let first = start ?? to + 1 - lasting
    // Weeks that the data has in part are taken where somebody asks for them.
    let isWithin = start == nil ? first >= from : first + week > from
    guard isWithin, first + lasting - week <= to else {
      throw CommandError(
        "\(folds) folds from \(date(first)) on last to \(date(first + lasting - 1)), and the data"
          + " goes from \(date(from)) to \(date(to)): give another --start, fewer --folds (each has"
          + " three weeks, a week apart), or --protocol split --at DATE"
      )
    }
    let starts = (0..<Int32(folds)).map { first + $0 * week }
    for start in starts { try requireBoth(matrix, start) }
    return starts
  }

  /// Refuses a fold that has no frauds to find, or nothing else.
  private static func requireBoth(_ matrix: FeatureMatrix, _ start: Int32) throws(CommandError) {
    let split = PrequentialSplit(
      startDay: start,
      days: matrix.days,
      cards: matrix.accounts,
      frauds: matrix.fraud
    )
    for (rows, what) in [(split.train, "trains on"), (split.test, "tests")] {
      let frauds = rows.count { matrix.fraud[$0] != 0 }
      if frauds > 0, frauds < rows.count { continue }
      throw CommandError(
        "the fold that starts on \(date(start)) \(what) \(rows.count) rows with \(frauds) frauds,"
          + " and needs both kinds; the data has \(matrix.fraud.count { $0 != 0 }) frauds in"
          + " \(matrix.rows) rows: give another --start, or --protocol split --at DATE"
      )
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
      throw CommandError(
        "of \(test.count) rows from \(EvaluationProtocol.date(day)) on"
          + " \(frauds.count { $0 != 0 }) are fraud, and both kinds are needed; the data has"
          + " \(matrix.fraud.count { $0 != 0 }) frauds in \(matrix.rows) rows: give another --at"
      )
    }
    return Figures(auc: auc, ap: ap, cp100: cp)
  }
}
