/// One fold of the Fraud Detection Handbook's prequential evaluation: train on a week, wait a week
/// for its labels, test on the next.
package struct PrequentialSplit: Sendable, Equatable {
  /// Days trained on, waited and tested, each.
  package static let weekDays: Int32 = 7

  /// Rows to train on, in the order given.
  package let train: [Int]
  /// Rows to test on, without those of cards already known as defrauded, in the order given.
  package let test: [Int]

  /// Splits rows by day for a fold that starts on a day a.
  ///
  /// On test day q (calendar day a + 14 + q) known are the cards with a fraud on days a to a + 6,
  /// and those with one on days a + 7 to a + 6 + q; frauds of earlier days do not count.
  package init(startDay a: Int32, days: [Int32], cards: [Int32], frauds: [UInt8]) {
    precondition(
      days.count == cards.count && days.count == frauds.count,
      "columns of different length"
    )
    let week = Self.weekDays
    var firstFraud: [Int32: Int32] = [:]
    for row in days.indices where frauds[row] != 0 && (a..<a + 2 * week).contains(days[row]) {
      firstFraud[cards[row]] = min(firstFraud[cards[row]] ?? .max, days[row])
    }
    var train: [Int] = []
    var test: [Int] = []
    for row in days.indices {
      let offset = days[row] - a
      if (0..<week).contains(offset) { train.append(row) }
      guard (2 * week..<3 * week).contains(offset) else { continue }
      // Test day q knows the frauds up to day a + 6 + q, which is the day itself less 8.
      let lastKnownDay = days[row] - week - 1
      if let first = firstFraud[cards[row]], first <= lastKnownDay { continue }
      test.append(row)
    }
    self.train = train
    self.test = test
  }
}
