/// How well scores rank frauds before genuine rows; equal scores count as one step.
package enum RankingMetrics {
  /// Area under the ROC curve: the chance that a fraud outranks a genuine row, ties by half (Mann
  /// and Whitney, 1947).
  ///
  /// Nil unless both classes occur.
  package static func areaUnderCurve(scores: [Float], frauds: [UInt8]) -> Double? {
    var (caught, passed, area) = (0.0, 0.0, 0.0)
    forEachStep(scores, frauds) { fraudCount, genuineCount in
      area += genuineCount * (caught + fraudCount / 2)
      caught += fraudCount
      passed += genuineCount
    }
    return caught > 0 && passed > 0 ? area / (caught * passed) : nil
  }

  /// Average precision: the sum of (Rₙ − Rₙ₋₁) Pₙ over the steps, without interpolation.
  ///
  /// Nil unless a fraud occurs.
  package static func averagePrecision(scores: [Float], frauds: [UInt8]) -> Double? {
    let total = Double(frauds.count { $0 != 0 })
    var (caught, seen, sum) = (0.0, 0.0, 0.0)
    forEachStep(scores, frauds) { fraudCount, genuineCount in
      caught += fraudCount
      seen += fraudCount + genuineCount
      sum += fraudCount / total * (caught / seen)
    }
    return total > 0 ? sum : nil
  }

  /// Frauds and genuine rows at each distinct score, highest first.
  private static func forEachStep(
    _ scores: [Float],
    _ frauds: [UInt8],
    _ body: (_ frauds: Double, _ genuine: Double) -> Void
  ) {
    precondition(scores.count == frauds.count, "scores and labels of different length")
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var start = 0
    while start < order.count {
      var end = start
      var (fraudCount, genuineCount) = (0.0, 0.0)
      repeat {
        if frauds[order[end]] != 0 { fraudCount += 1 } else { genuineCount += 1 }
        end += 1
      } while end < order.count && scores[order[end]] == scores[order[start]]
      body(fraudCount, genuineCount)
      start = end
    }
  }

  /// Card precision at the top k, as the Fraud Detection Handbook defines it.
  ///
  /// Each day's cards are ranked by their highest score that day, equal scores by card number;
  /// caught are those among the first k that were defrauded that day. A card caught on an earlier
  /// day is left out. The result is caught / k, averaged over the days that occur; nil if none
  /// does.
  package static func cardPrecision(
    top k: Int,
    days: [Int32],
    cards: [Int32],
    scores: [Float],
    frauds: [UInt8]
  ) -> Double? {
    precondition(
      k > 0 && days.count == scores.count && cards.count == scores.count
        && frauds.count == scores.count,
      "columns of different length"
    )
    var byDay: [Int32: [Int]] = [:]
    for row in days.indices { byDay[days[row], default: []].append(row) }
    var alreadyCaught: Set<Int32> = []
    var sum = 0.0
    for day in byDay.keys.sorted() {
      var best: [Int32: (score: Float, defrauded: Bool)] = [:]
      for row in byDay[day] ?? [] where !alreadyCaught.contains(cards[row]) {
        let known = best[cards[row]] ?? (scores[row], false)
        best[cards[row]] = (max(known.score, scores[row]), known.defrauded || frauds[row] != 0)
      }
      let ranked = best.sorted { ($1.value.score, $0.key) < ($0.value.score, $1.key) }
      let caught = ranked.prefix(k).filter(\.value.defrauded).map(\.key)
      alreadyCaught.formUnion(caught)
      sum += Double(caught.count) / Double(k)
    }
    return byDay.isEmpty ? nil : sum / Double(byDay.count)
  }
}
