/// The functions that stand over a window and take `by` and `over`, with all that the parser, the
/// compiler's messages and the reference page say of them.
package enum AggregateWord: String, Sendable, CaseIterable {
  case count
  case sum
  case mean
  case std
  case min
  case max
  case median
  case quantile
  case distinct
  case entropy
  case first
  case last
  case timeSinceFirst = "time_since_first"
  case timeSinceLast = "time_since_last"
  case streak
  case decayedCount = "decayed_count"
  case decayedSum = "decayed_sum"
  case fraudRate = "fraud_rate"
  case zscore
  case robustZscore = "robust_zscore"
  case ratioToMean = "ratio_to_mean"
  case firstTime = "first_time"
  case speed

  /// What an aggregate takes between its parentheses.
  package enum Argument: String, Sendable {
    case field = "a money or number field"
    case text = "a text field"
    case share = "a number from 0 to 1"
    case halfLife = "a half-life such as 1d"
  }

  package var arguments: [Argument] {
    switch self {
    case .count, .timeSinceFirst, .timeSinceLast, .streak, .fraudRate, .firstTime, .speed: []
    case .sum, .mean, .std, .min, .max, .median, .first, .last, .zscore, .robustZscore,
      .ratioToMean:
      [.field]
    case .quantile: [.field, .share]
    case .distinct, .entropy: [.text]
    case .decayedCount: [.halfLife]
    case .decayedSum: [.field, .halfLife]
    }
  }

  /// Whether its transactions may be chosen by what became known of them later.
  package var takesFacts: Bool {
    switch self {
    case .count, .timeSinceFirst, .timeSinceLast, .streak, .decayedCount, .firstTime: true
    default: false
    }
  }

  /// Whether its transactions may be activities.
  package var takesActivities: Bool { takesFacts && self != .firstTime }

  /// One line for the reference page.
  package var meaning: String {
    switch self {
    case .count: "how many transactions"
    case .sum: "their total, exact in minor units and rounded once"
    case .mean: "the total over their number"
    case .std: "the sample standard deviation (n − 1), from exact sums"
    case .min: "the least value"
    case .max: "the greatest value"
    case .median: "the middle value; of an even number the mean of the middle two"
    case .quantile: "the value at rank (n − 1) q, in proportion between its neighbours"
    case .distinct: "how many different texts"
    case .entropy: "how evenly the texts are spread, in bits (Shannon)"
    case .first: "the value of the oldest transaction"
    case .last: "the value of the newest transaction"
    case .timeSinceFirst: "the age of the oldest transaction"
    case .timeSinceLast: "the age of the newest transaction"
    case .streak: "how many of the newest transactions meet `where` without a break"
    case .decayedCount: "the number of transactions, each fading by half in a half-life"
    case .decayedSum: "their total, each fading by half in a half-life"
    case .fraudRate: "frauds among the transactions whose label is known"
    case .zscore: "how many standard deviations this value lies above the mean before it"
    case .robustZscore:
      "the same against a profile that does not learn from values more than 3 away"
    case .ratioToMean: "this value over the mean before it"
    case .firstTime: "whether the entity had no transaction in the window before this one"
    case .speed: "km/h from the place of the last transaction (needs `latitude`, `longitude`)"
    }
  }

  /// What it says over no transactions.
  package var overNothing: String {
    switch self {
    case .count, .sum, .distinct, .streak, .decayedCount, .decayedSum: "0"
    case .firstTime: "true"
    default: "missing"
    }
  }

  /// The unit of its value, in words.
  package var unit: String {
    switch self {
    case .count, .distinct, .streak, .decayedCount: "count"
    case .sum, .mean, .std, .min, .max, .median, .quantile, .first, .last, .decayedSum:
      "its field's"
    case .timeSinceFirst, .timeSinceLast: "time"
    case .fraudRate: "rate"
    case .entropy, .zscore, .robustZscore, .ratioToMean, .speed: "number"
    case .firstTime: "condition"
    }
  }

  /// A feature that uses it, as a test runs it.
  package var example: String {
    switch self {
    case .count: "count() by account over 1h"
    case .sum: "sum(amount) by account over 1d"
    case .mean: "mean(amount) by account over 30d before this"
    case .std: "std(amount) by account over 30d before this"
    case .min: "min(amount) by account over 7d"
    case .max: "max(amount) by account over 90d before this"
    case .median: "median(amount) by counterparty over 7d"
    case .quantile: "quantile(amount, 0.95) by account over 90d before this"
    case .distinct: "distinct(counterparty) by account over 1d"
    case .entropy: "entropy(channel) by account over 30d"
    case .first: "first(amount) by account over 1h"
    case .last: "last(amount) by (account, counterparty) over 90d before this"
    case .timeSinceFirst: "time_since_first() by device over 90d"
    case .timeSinceLast: "time_since_last() by account over 30d before this"
    case .streak: "streak() by counterparty over 30d delayed 7d where fraud"
    case .decayedCount: "decayed_count(1d) by account over 30d"
    case .decayedSum: "decayed_sum(amount, 7d) by account over 60d"
    case .fraudRate: "fraud_rate() by counterparty over 30d delayed 7d"
    case .zscore: "zscore(amount) by account over 90d"
    case .robustZscore: "robust_zscore(amount) by account over 90d"
    case .ratioToMean: "ratio_to_mean(amount) by account over 30d"
    case .firstTime: "first_time() by (account, counterparty) over 180d"
    case .speed: "speed() by account over 7d"
    }
  }
}
