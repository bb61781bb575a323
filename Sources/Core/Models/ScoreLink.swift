import Numerics

/// How a model's margin becomes a score.
///
/// The raw values stand in log entries and never change.
package enum ScoreLink: UInt8, Sendable, CaseIterable {
  /// The margin is log-odds: boosted trees.
  case logistic = 0
  /// The margin is four times the mean share of frauds in the leaves, less two: a forest.
  case share = 1

  package var word: String {
    switch self {
    case .logistic: "logistic"
    case .share: "share"
    }
  }

  package init?(word: String) {
    guard let link = ScoreLink.allCases.first(where: { $0.word == word }) else { return nil }
    self = link
  }

  /// The probability of fraud that a margin stands for, 0 to 1.
  ///
  /// A tree that starts from even odds and is fitted once, unpenalised, has −Σg / Σh = 4 q − 2 in
  /// a leaf whose share of frauds is q; XGBoost divides it by the number of trees.
  package func score(_ margin: Float) -> Float {
    switch self {
    case .logistic: DeterministicMath.logistic(margin)
    case .share: min(max((margin + 2) * 0.25, 0), 1)
    }
  }
}
