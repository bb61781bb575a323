import Learning
import Models

/// One model in both engines: agreement on every row, then times taken in turn.
struct Comparison {
  static let agreementRows = 100_000
  /// Rows whose contributions are compared; the library takes 20 ms and more for one of a forest.
  static let explainedRows: [TrainingParameters.Kind: Int] = [.boosted: 2_000, .forest: 200]
  static let rounds = 9
  /// How many times the library's speed is wanted, by number of boosted trees.
  static let scoringGoals = [100: 20.0, 500: 10.0]
  static let explainingGoal = 35.0

  let parameters: TrainingParameters
  let attribution: TreeAttribution
  let trees: PackedTrees
  let booster: Booster
  let rows: [Float]

  init(
    _ kind: TrainingParameters.Kind,
    trees: Int,
    data: TrainingData,
    rows: [Float]
  ) throws {
    var parameters = TrainingParameters(kind)
    parameters.trees = trees
    parameters.treeMethod = .hist
    parameters.threads = 2
    self.parameters = parameters
    let model = try Trainer.fit(data, parameters)
    let base = try Trainer.baseMargin(ofBaseScore: TrainingParameters.baseScore)
    let ensemble = try TreeEnsemble(ubjson: model)
    self.trees = try PackedTrees(ensemble, baseMargin: base)
    attribution = try TreeAttribution(ensemble, baseMargin: base)
    booster = try Booster(ubjson: model)
    self.rows = rows
  }

  private func row(_ index: Int) -> Range<Int> {
    index * Workload.columns..<(index + 1) * Workload.columns
  }

  private func matrix(_ range: Range<Int>) throws -> DenseMatrix {
    let values = rows[range.lowerBound * Workload.columns..<range.upperBound * Workload.columns]
    return try DenseMatrix(values: Array(values), columnCount: Workload.columns)
  }

  /// Prints the figures; false where a goal is missed.
  func run() throws -> Bool {
    print("\(parameters.trees) \(parameters.kind.rawValue) trees of depth \(parameters.depth)")
    let agrees = try checkMargins()
    let scoring = try timeScoring()
    let difference = try largestDifference()
    let explaining = try timeExplaining()
    guard parameters.kind == .boosted, let goal = Self.scoringGoals[parameters.trees] else {
      return agrees && difference <= 1e-5
    }
    print("  goals: score \(goal) times, explain \(Self.explainingGoal) times")
    return agrees && difference <= 1e-5 && scoring >= goal
      && explaining >= Self.explainingGoal
  }

  private func checkMargins() throws -> Bool {
    let scorer = Scorer(trees)
    let margins = try booster.margins(of: try matrix(0..<Self.agreementRows))
    let different = margins.indices.count {
      scorer.margin(of: rows.span.extracting(row($0))).bitPattern != margins[$0].bitPattern
    }
    print("  margins that differ from XGBoost's by a bit: \(different) of \(margins.count)")
    return different == 0
  }

  /// The ratio of medians, single row against single row.
  private func timeScoring() throws -> Double {
    let scorer = Scorer(trees)
    let single = SingleRow(width: Workload.columns)
    var (ours, theirs): ([Double], [Double]) = ([], [])
    var sum: Float = 0
    for round in 0..<Self.rounds {
      let first = round * 2_000
      ours.append(
        ThreadTime.measure {
          for index in first..<first + 10_000 {
            sum += scorer.margin(of: rows.span.extracting(row(index)))
          }
        } / 10_000
      )
      theirs.append(
        try ThreadTime.measure {
          for index in first..<first + 1_000 {
            single.assign(rows.span.extracting(row(index)))
            sum += try booster.margin(of: single)
          }
        } / 1_000
      )
    }
    let ratio = theirs.median / ours.median
    print(
      "  score one row: \(ours.median.rounded()) ns, XGBoost in place "
        + "\(theirs.median.rounded()) ns: \(ratio.rounded(1)) times (sum \(sum))"
    )
    return ratio
  }

  /// Relative to the sum of a row's contributions where that exceeds 1.
  private func largestDifference() throws -> Float {
    let attributor = Attributor(attribution)
    let count = Self.explainedRows[parameters.kind] ?? 0
    let expected = try booster.contributions(of: try matrix(0..<count))
    var (largest, relative): (Float, Float) = (0, 0)
    for index in 0..<count {
      let found = attributor.contributions(of: rows.span.extracting(row(index)))
      let start = index * (Workload.columns + 1)
      let wanted = expected[start...start + Workload.columns]
      let scale = max(1, wanted.reduce(0) { $0 + $1.magnitude })
      for (value, other) in zip(found + [attribution.baseValue], wanted) {
        largest = max(largest, (value - other).magnitude)
        relative = max(relative, (value - other).magnitude / scale)
      }
    }
    print("  largest difference of a contribution: \(largest), relative \(relative)")
    return relative
  }

  /// The ratio of medians, against the library's batch, its faster way.
  private func timeExplaining() throws -> Double {
    let attributor = Attributor(attribution)
    var (ours, single, batch): ([Double], [Double], [Double]) = ([], [], [])
    var contributions = [Float](repeating: 0, count: Workload.columns)
    let few = try matrix(0..<200)
    for round in 0..<Self.rounds {
      let first = round * 2_000
      ours.append(
        ThreadTime.measure {
          for index in first..<first + 2_000 {
            var output = contributions.mutableSpan
            attributor.explain(rows.span.extracting(row(index)), into: &output)
          }
        } / 2_000
      )
      single.append(
        try ThreadTime.measure {
          for index in first..<first + 20 {
            _ = try booster.contributions(of: try matrix(index..<index + 1))
          }
        } / 20
      )
      batch.append(try ThreadTime.measure { _ = try booster.contributions(of: few) } / 200)
    }
    let ratio = batch.median / ours.median
    print(
      "  explain one row: \((ours.median / 1e3).rounded(1)) us, XGBoost "
        + "\((single.median / 1e3).rounded(1)) us single, \((batch.median / 1e3).rounded(1)) us in "
        + "batch: \((single.median / ours.median).rounded(1)) and \(ratio.rounded(1)) times"
    )
    return ratio
  }
}

extension Double {
  /// Rounded to that many decimal places.
  func rounded(_ places: Int) -> Double {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    return (self * scale).rounded() / scale
  }
}
