import Payments

/// What the decisions of one cell add up to.
///
/// Amounts are minor units. Their sums are doubles: exact up to 2^53, whatever the order.
package struct Rollup: Sendable, Hashable {
  package var count = 0
  /// Decisions that take their transaction for fraud.
  package var flagged = 0
  package var amount = Moments()
  package var score = Moments()
  /// Earliest and latest event time, µs.
  package var first = Int64.max
  package var last = Int64.min
  /// Decisions with balances, and the sums of these.
  package var balances = 0
  package var balanceBefore = 0.0
  package var balanceAfter = 0.0
  /// What labels said so far.
  package var labelled = Labelled()

  /// Sums of a number over decisions.
  package struct Moments: Sendable, Hashable {
    package var sum = 0.0
    package var squares = 0.0
    package var least = Double.infinity
    package var most = -Double.infinity

    package init() {}

    package mutating func add(_ value: Double) {
      sum += value
      squares += value * value
      least = min(least, value)
      most = max(most, value)
    }

    package mutating func merge(_ other: Moments) {
      sum += other.sum
      squares += other.squares
      least = min(least, other.least)
      most = max(most, other.most)
    }

    /// The standard deviation of a sample, as the usual tools have it; nil below two values.
    package func deviation(of count: Int) -> Double? {
      guard count > 1 else { return nil }
      let mean = sum / Double(count)
      return max(0, (squares - mean * sum) / Double(count - 1)).squareRoot()
    }
  }

  /// Decisions by what became known of their transactions.
  package struct Labelled: Sendable, Hashable {
    package var fraud = 0
    package var legitimate = 0
    /// Frauds that were flagged.
    package var caught = 0
    /// Legitimate ones that were flagged.
    package var falseAlarms = 0
    package var fraudAmount = 0.0
    package var caughtAmount = 0.0
    package var falseAlarmAmount = 0.0

    package init() {}

    package mutating func merge(_ other: Labelled) {
      fraud += other.fraud
      legitimate += other.legitimate
      caught += other.caught
      falseAlarms += other.falseAlarms
      fraudAmount += other.fraudAmount
      caughtAmount += other.caughtAmount
      falseAlarmAmount += other.falseAlarmAmount
    }
  }

  package init() {}

  package mutating func add(_ row: DecisionRow) {
    count += 1
    if row.isFlagged { flagged += 1 }
    amount.add(Double(row.amount))
    score.add(row.countedScore)
    first = min(first, row.time)
    last = max(last, row.time)
    guard let balances = row.balances else { return }
    self.balances += 1
    balanceBefore += Double(balances.before)
    balanceAfter += Double(balances.after)
  }

  /// Takes a label of a decision in, or back out with a `sign` of -1.
  package mutating func add(label fraud: Bool, of row: DecisionRow, sign: Int = 1) {
    let amount = Double(row.amount) * Double(sign)
    if fraud {
      labelled.fraud += sign
      labelled.fraudAmount += amount
      guard row.isFlagged else { return }
      labelled.caught += sign
      labelled.caughtAmount += amount
    } else {
      labelled.legitimate += sign
      guard row.isFlagged else { return }
      labelled.falseAlarms += sign
      labelled.falseAlarmAmount += amount
    }
  }

  package mutating func merge(_ other: Rollup) {
    count += other.count
    flagged += other.flagged
    amount.merge(other.amount)
    score.merge(other.score)
    first = min(first, other.first)
    last = max(last, other.last)
    balances += other.balances
    balanceBefore += other.balanceBefore
    balanceAfter += other.balanceAfter
    labelled.merge(other.labelled)
  }
}

extension DecisionRow {
  /// Whether the decision takes the transaction for fraud.
  package var isFlagged: Bool { outcome.isFraud(score: score) }

  /// The score, as rollups count it: 0 where there is none.
  package var countedScore: Double { score.isFinite ? Double(score) : 0 }
}
