import Foundation
import Learning

/// What an evaluation found: the figures of its folds, and their mean.
struct Evaluation: Encodable {
  struct Fold: Encodable {
    var start: String
    var figures: Figures

    func encode(to encoder: any Encoder) throws {
      try figures.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(start, forKey: .start)
    }

    private enum Key: CodingKey { case start }
  }

  var folds: [Fold]
  var mean: Figures
}

/// How well scores rank frauds first.
struct Figures: Encodable {
  /// Area under the ROC curve.
  var auc: Double
  /// Average precision.
  var ap: Double
  /// Card precision at the top 100.
  var cp100: Double

  init(auc: Double, ap: Double, cp100: Double) {
    (self.auc, self.ap, self.cp100) = (auc, ap, cp100)
  }

  init(_ measures: PrequentialEvaluation.Measures) {
    self.init(
      auc: measures.areaUnderCurve,
      ap: measures.averagePrecision,
      cp100: measures.cardPrecision
    )
  }

  static func - (left: Figures, right: Figures) -> Figures {
    Figures(auc: left.auc - right.auc, ap: left.ap - right.ap, cp100: left.cp100 - right.cp100)
  }

  /// The three in one form each, such as `%.4f`.
  func texts(_ format: String) -> [String] {
    [auc, ap, cp100].map { String(format: format, $0) }
  }

  var description: String {
    zip(["AUC", "AP", "CP@100"], texts("%.4f")).map { "\($0) \($1)" }.joined(separator: "  ")
  }
}
