/// How well a score separates fraud from honest payments.
package enum Ranking {
  /// The area under the ROC curve, ties counting half, and the average precision, ties in one step;
  /// nil where all are alike.
  package static func quality(
    _ scores: [Double],
    _ frauds: [Bool]
  ) -> (areaUnderCurve: Double, averagePrecision: Double)? {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    let positives = Double(frauds.count { $0 })
    let negatives = Double(frauds.count) - positives
    guard positives > 0, negatives > 0 else { return nil }
    var index = 0
    var (found, passed, wins, precision) = (0.0, 0.0, 0.0, 0.0)
    while index < order.count {
      let value = scores[order[index]]
      var (tiedFrauds, tiedHonest) = (0.0, 0.0)
      while index < order.count, scores[order[index]] == value {
        if frauds[order[index]] { tiedFrauds += 1 } else { tiedHonest += 1 }
        index += 1
      }
      found += tiedFrauds
      wins += tiedFrauds * (negatives - passed - tiedHonest / 2)
      passed += tiedHonest
      if tiedFrauds > 0 { precision += tiedFrauds / positives * found / (found + passed) }
    }
    return (wins / (positives * negatives), precision)
  }
}
