package import Models

/// How to train: XGBoost's parameters that matter here, each with its range.
///
/// XGBoost ignores a misspelt parameter in silence, so only the names listed here are accepted.
package struct TrainingParameters: Equatable, Sendable {
  /// What kind of ensemble is trained.
  package enum Kind: String, CaseIterable, Sendable {
    /// Trees that each correct those before.
    case boosted
    /// Trees that each see a part of the rows and, at each split, of the features; they vote.
    case forest
  }

  /// How splits are searched for.
  package enum TreeMethod: String, CaseIterable, Sendable {
    /// Every value is a candidate.
    case exact
    /// Candidates are the edges of histogram bins.
    case hist
  }

  /// The probability every model starts from; fixed, so that no library version estimates it.
  package static let baseScore = "0.5"

  /// What kind of ensemble is trained.
  package private(set) var kind = Kind.boosted
  /// Trees.
  package var trees = 100
  /// Share of each tree's leaves that is kept.
  package var eta = 0.1
  /// Splits on the longest path.
  package var depth = 6
  /// How splits are searched for.
  package var treeMethod = TreeMethod.exact
  /// Bins of a histogram; fewer than 1024 blur a cut in an amount.
  package var binCount = 1024
  /// Least cover of a leaf.
  package var leastChildWeight = 1.0
  /// Share of the rows each tree sees.
  package var rowShare = 1.0
  /// Share of the features each tree sees.
  package var columnShare = 1.0
  /// Share of a tree's features among which each split is searched for.
  package var splitColumnShare = 1.0
  /// Weight of a fraud relative to a genuine row.
  package var fraudWeight = 1.0
  /// Penalty on the squares of leaf values.
  package var lambda = 1.0
  /// Penalty on the sizes of leaf values.
  package var alpha = 0.0
  /// Least gain of a split.
  package var gamma = 0.0
  /// Seed of the row and feature samples.
  package var seed = 0
  /// Threads to train with; without sampling the model does not depend on it.
  package var threads = 1

  /// The default parameters of a kind of ensemble.
  ///
  /// A forest's are those of the handbook's as far as XGBoost has them: leaves down to one row, the
  /// share of distinct rows that a sample with replacement has, nothing penalised, so that a leaf
  /// is the share of frauds in it (`ScoreLink.share`).
  package init(_ kind: Kind = .boosted) {
    self.kind = kind
    guard kind == .forest else { return }
    eta = 1
    depth = 14
    leastChildWeight = 0.25
    rowShare = 0.632
    splitColumnShare = 0.3
    lambda = 0
  }

  /// Rounds of training: a forest is grown in one.
  package var rounds: Int { kind == .forest ? 1 : trees }

  /// How the trained model's margin becomes a score.
  package var link: ScoreLink { kind == .forest ? .share : .logistic }

  /// Reads named values over the defaults; a name or value that is not allowed is refused.
  package init(_ pairs: [(name: String, value: String)]) throws(BoosterError) {
    if let word = pairs.last(where: { $0.name == "model" })?.value {
      guard let kind = Kind(rawValue: word) else {
        throw BoosterError(.badParameter, "model is boosted or forest, not '\(word)'")
      }
      self.init(kind)
    } else {
      self.init()
    }
    for (name, value) in pairs {
      switch name {
      case "model": break
      case "trees": trees = try Self.integer(name, value, 1...5_000)
      case "eta": eta = try Self.number(name, value, 0.000_1...1)
      case "depth": depth = try Self.integer(name, value, 1...14)
      case "tree_method":
        guard let method = TreeMethod(rawValue: value) else {
          throw BoosterError(.badParameter, "tree_method is exact or hist, not '\(value)'")
        }
        treeMethod = method
      case "max_bin": binCount = try Self.integer(name, value, 1_024...65_535)
      case "min_child_weight": leastChildWeight = try Self.number(name, value, 0...1e6)
      case "subsample": rowShare = try Self.number(name, value, 0.01...1)
      case "colsample_bytree": columnShare = try Self.number(name, value, 0.01...1)
      case "colsample_bynode": splitColumnShare = try Self.number(name, value, 0.01...1)
      case "scale_pos_weight": fraudWeight = try Self.number(name, value, 0.001...1e6)
      case "lambda": lambda = try Self.number(name, value, 0...1e6)
      case "alpha": alpha = try Self.number(name, value, 0...1e6)
      case "gamma": gamma = try Self.number(name, value, 0...1e6)
      case "seed": seed = try Self.integer(name, value, 0...Int(Int32.max))
      case "nthread": threads = try Self.integer(name, value, 1...64)
      default:
        let allowed = Self().named.map(\.name).joined(separator: ", ")
        throw BoosterError(
          .badParameter,
          "'\(name)' is not a training parameter; these are: \(allowed)"
        )
      }
    }
    guard kind == .boosted || (eta == 1 && lambda == 0 && alpha == 0) else {
      throw BoosterError(
        .badParameter,
        "a forest has eta 1, lambda 0 and alpha 0: else its leaves are no shares of frauds"
      )
    }
  }

  /// Every parameter by the name `init` reads, in a fixed order.
  package var named: [(name: String, value: String)] {
    [
      ("model", kind.rawValue), ("trees", String(trees)), ("eta", String(eta)),
      ("depth", String(depth)), ("tree_method", treeMethod.rawValue),
      ("max_bin", String(binCount)),
      ("min_child_weight", String(leastChildWeight)), ("subsample", String(rowShare)),
      ("colsample_bytree", String(columnShare)), ("colsample_bynode", String(splitColumnShare)),
      ("scale_pos_weight", String(fraudWeight)),
      ("lambda", String(lambda)), ("alpha", String(alpha)), ("gamma", String(gamma)),
      ("seed", String(seed)), ("nthread", String(threads)),
    ]
  }

  /// What XGBoost is told.
  var arguments: [(name: String, value: String)] {
    let renamed = named.filter { !["model", "trees", "depth", "max_bin"].contains($0.name) }
    let bins = treeMethod == .hist ? [(name: "max_bin", value: String(binCount))] : []
    let forest = kind == .forest ? [(name: "num_parallel_tree", value: String(trees))] : []
    return renamed + bins + forest + [
      ("booster", "gbtree"), ("objective", "binary:logistic"), ("base_score", Self.baseScore),
      ("max_depth", String(depth)), ("verbosity", "0"),
    ]
  }

  private static func integer(
    _ name: String,
    _ value: String,
    _ range: ClosedRange<Int>
  ) throws(BoosterError) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw BoosterError(
        .badParameter,
        "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound), not '\(value)'"
      )
    }
    return number
  }

  private static func number(
    _ name: String,
    _ value: String,
    _ range: ClosedRange<Double>
  ) throws(BoosterError) -> Double {
    guard let number = Double(value), range.contains(number) else {
      throw BoosterError(
        .badParameter,
        "\(name) is a number from \(range.lowerBound) to \(range.upperBound), not '\(value)'"
      )
    }
    return number
  }
}
