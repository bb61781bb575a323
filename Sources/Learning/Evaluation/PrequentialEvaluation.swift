import Models

/// The prequential evaluation of one set of features and parameters over several folds.
package struct PrequentialEvaluation: Sendable, Equatable {
  /// What one fold, or the mean of all, measured.
  package struct Measures: Sendable, Equatable {
    /// Area under the ROC curve.
    package var areaUnderCurve: Double
    /// Average precision.
    package var averagePrecision: Double
    /// Card precision at the top 100.
    package var cardPrecision: Double
  }

  /// Cards an investigator can look at in a day.
  package static let cardsPerDay = 100

  /// The folds' measures, in the order of their starts.
  package let folds: [Measures]

  /// The mean of the folds.
  package var mean: Measures {
    func average(_ value: (Measures) -> Double) -> Double {
      folds.reduce(0) { $0 + value($1) } / Double(max(1, folds.count))
    }
    return Measures(
      areaUnderCurve: average(\.areaUnderCurve),
      averagePrecision: average(\.averagePrecision),
      cardPrecision: average(\.cardPrecision)
    )
  }

  /// Trains and tests a fold for each start day; rows need no order.
  package init(
    featureNames: [String],
    values: [Float],
    days: [Int32],
    cards: [Int32],
    frauds: [UInt8],
    startDays: [Int32],
    parameters: TrainingParameters
  ) throws {
    let width = featureNames.count
    var folds: [Measures] = []
    for start in startDays {
      let split = PrequentialSplit(startDay: start, days: days, cards: cards, frauds: frauds)
      let data = try TrainingData(
        featureNames: featureNames,
        values: TrainingData.rows(split.train, of: values, columnCount: width),
        labels: split.train.map { frauds[$0] != 0 ? 1 : 0 }
      )
      let scorer = try Trainer.scorer(for: try Trainer.fit(data, parameters))
      let scores = split.test.map { row in
        scorer.margin(of: values.span.extracting(row * width..<(row + 1) * width))
      }
      let labels = split.test.map { frauds[$0] }
      guard let area = RankingMetrics.areaUnderCurve(scores: scores, frauds: labels),
        let precision = RankingMetrics.averagePrecision(scores: scores, frauds: labels),
        let cardPrecision = RankingMetrics.cardPrecision(
          top: Self.cardsPerDay,
          days: split.test.map { days[$0] },
          cards: split.test.map { cards[$0] },
          scores: scores,
          frauds: labels
        )
      else {
        throw BoosterError(
          .badData,
          "the fold that starts on day \(start) tests no frauds or no genuine rows"
        )
      }
      folds.append(
        Measures(
          areaUnderCurve: area,
          averagePrecision: precision,
          cardPrecision: cardPrecision
        )
      )
    }
    self.folds = folds
  }
}
