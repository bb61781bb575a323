package import Payments

/// Adds cells up to the groups that a query asks for.
package struct RollupGrouping {
  private struct Key: Hashable {
    var period: Int64
    var channel: String?
    var outcome: Outcome?
  }

  private let query: RollupQuery
  private var groups: [Key: Rollup] = [:]

  package init(_ query: RollupQuery) { self.query = query }

  /// Changes the sums of the group that a cell belongs to.
  ///
  /// Only what tells groups apart is asked for.
  package mutating func change(
    period: Int64,
    channel: @autoclosure () -> String,
    outcome: @autoclosure () -> Outcome?,
    _ change: (inout Rollup) -> Void
  ) {
    let key = Key(
      period: query.byPeriod ? period : 0,
      channel: query.dimension == .channel ? channel() : nil,
      outcome: query.dimension == .outcome ? outcome() : nil
    )
    change(&groups[key, default: Rollup()])
  }

  /// The groups by period, then channel or outcome, in ascending order.
  package var sorted: [RollupGroup] {
    groups.map { key, sums in
      RollupGroup(period: key.period, channel: key.channel, outcome: key.outcome, sums: sums)
    }.sorted { a, b in
      if a.period != b.period { return a.period < b.period }
      if let one = a.channel, let other = b.channel {
        return one.utf8.lexicographicallyPrecedes(other.utf8)
      }
      if let one = a.outcome, let other = b.outcome { return one < other }
      return false
    }
  }
}
