package import Payments

/// Which cells are added up, and by what.
package struct RollupQuery: Sendable, Hashable {
  /// What sums are told apart by, besides the period.
  package enum Dimension: Sendable, Hashable {
    case channel
    case outcome
  }

  package var source: UInt16
  package var grain: RollupGrain
  /// Only these periods.
  package var periods: Range<Int64>?
  /// Whether each period has sums of its own.
  package var byPeriod: Bool
  package var dimension: Dimension?

  package init(
    source: UInt16,
    grain: RollupGrain = .all,
    periods: Range<Int64>? = nil,
    byPeriod: Bool = false,
    dimension: Dimension? = nil
  ) {
    self.source = source
    self.grain = grain
    self.periods = periods
    self.byPeriod = byPeriod
    self.dimension = dimension
  }
}

/// Sums of a query, with what they are told apart by.
package struct RollupGroup: Sendable, Hashable {
  /// 0 where periods are added up.
  package var period: Int64
  /// Nil unless it is the dimension.
  package var channel: String?
  /// Nil unless it is the dimension.
  package var outcome: Outcome?
  package var sums: Rollup

  package init(period: Int64, channel: String?, outcome: Outcome?, sums: Rollup) {
    self.period = period
    self.channel = channel
    self.outcome = outcome
    self.sums = sums
  }
}

/// One of the decisions with the greatest amounts.
package struct LargestDecision: Sendable, Hashable {
  /// How many of each source are kept.
  package static let countMax = 10

  package var position: UInt64
  package var amount: Int64

  package init(position: UInt64, amount: Int64) {
    self.position = position
    self.amount = amount
  }
}

/// Reads what decisions add up to, at a cost that does not depend on how many there are.
///
/// Event time says which period a decision counts in. A label counts where its decision is still
/// kept when it comes. Retention and erasures remove rows, not what they added.
package protocol RollupReader: AnyObject {
  /// Sums by period, then channel or outcome, in ascending order; none of nothing.
  func rollups(_ query: RollupQuery) throws(StoreError) -> [RollupGroup]

  /// How amounts are spread, by channel in ascending order; by day or over all time.
  func amounts(
    source: UInt16,
    days: Range<Int64>?
  ) throws(StoreError) -> [(channel: String, histogram: AmountHistogram)]

  /// How scores are spread by day, in ascending order, or over all time as one of day 0.
  func scores(
    source: UInt16,
    days: Range<Int64>?
  ) throws(StoreError) -> [(day: Int64, histogram: ScoreHistogram)]

  /// The decisions with the greatest amounts, greatest first; the earlier of equal ones first.
  ///
  /// The place of one that was erased is taken by the next that comes.
  func largest(source: UInt16) throws(StoreError) -> [LargestDecision]
}
