import Payments
package import Storage

extension SQLiteReader {
  package func rollups(_ query: RollupQuery) throws(StoreError) -> [RollupGroup] {
    let statement = try rollups.cells()
    try statement.bind(Int64(query.source), at: 1)
    try statement.bind(Int64(query.grain.rawValue), at: 2)
    try statement.bind(query.periods?.lowerBound ?? .min, at: 3)
    try statement.bind(query.periods?.upperBound ?? .max, at: 4)
    var groups = RollupGrouping(query)
    while try statement.next() {
      guard let sums = Rollup(encoded: statement.bytes(3)) else {
        statement.reset()
        throw RollupWriter.damaged
      }
      groups.change(
        period: statement.integer(0),
        channel: statement.text(1),
        outcome: Outcome(rawValue: UInt8(truncatingIfNeeded: statement.integer(2)))
      ) { $0.merge(sums) }
    }
    return groups.sorted
  }

  package func amounts(
    source: UInt16,
    days: Range<Int64>?
  ) throws(StoreError) -> [(channel: String, histogram: AmountHistogram)] {
    let statement = try rollups.amounts()
    try bind(source, days, to: statement)
    var histograms: [(channel: String, histogram: AmountHistogram)] = []
    while try statement.next() {
      let channel = statement.text(0)
      if histograms.last?.channel.utf8.elementsEqual(channel.utf8) != true {
        histograms.append((channel, AmountHistogram()))
      }
      guard histograms[histograms.count - 1].histogram.merge(encoded: statement.bytes(1)) else {
        statement.reset()
        throw RollupWriter.damaged
      }
    }
    return histograms
  }

  package func scores(
    source: UInt16,
    days: Range<Int64>?
  ) throws(StoreError) -> [(day: Int64, histogram: ScoreHistogram)] {
    let statement = try rollups.scores()
    try bind(source, days, to: statement)
    var histograms: [(day: Int64, histogram: ScoreHistogram)] = []
    while try statement.next() {
      var histogram = ScoreHistogram()
      guard histogram.merge(encoded: statement.bytes(1)) else {
        statement.reset()
        throw RollupWriter.damaged
      }
      histograms.append((statement.integer(0), histogram))
    }
    return histograms
  }

  private func bind(
    _ source: UInt16,
    _ days: Range<Int64>?,
    to statement: Statement
  ) throws(StoreError) {
    try statement.bind(Int64(source), at: 1)
    let grain = days == nil ? RollupGrain.all : .day
    try statement.bind(Int64(grain.rawValue), at: 2)
    try statement.bind(days?.lowerBound ?? 0, at: 3)
    try statement.bind(days?.upperBound ?? 1, at: 4)
  }

  package func largest(source: UInt16) throws(StoreError) -> [LargestDecision] {
    let statement = try rollups.largest()
    try statement.bind(Int64(source), at: 1)
    var decisions: [LargestDecision] = []
    while try statement.next() {
      decisions.append(
        LargestDecision(
          position: UInt64(clamping: statement.integer(0)),
          amount: statement.integer(1)
        )
      )
    }
    return decisions
  }
}

/// The statements that read rollups, each made when it is first asked for.
final class RollupStatements {
  private let connection: Connection
  private var known: [String: Statement] = [:]

  init(_ connection: Connection) { self.connection = connection }

  private func statement(_ sql: String) throws(StoreError) -> Statement {
    if let statement = known[sql] { return statement }
    let statement = try Statement(connection, sql, to: "read rollups")
    known[sql] = statement
    return statement
  }

  func cells() throws(StoreError) -> Statement {
    try statement(
      """
      SELECT period, channel, outcome, sums FROM rollup
      WHERE source = ? AND grain = ? AND period >= ? AND period < ?
      ORDER BY period, channel, outcome
      """
    )
  }

  func amounts() throws(StoreError) -> Statement {
    try statement(
      """
      SELECT channel, counts FROM amount_histogram
      WHERE source = ? AND grain = ? AND period >= ? AND period < ? ORDER BY channel, period
      """
    )
  }

  func scores() throws(StoreError) -> Statement {
    try statement(
      """
      SELECT period, counts FROM score_histogram
      WHERE source = ? AND grain = ? AND period >= ? AND period < ? ORDER BY period
      """
    )
  }

  func largest() throws(StoreError) -> Statement {
    try statement(
      "SELECT position, amount FROM largest WHERE source = ? ORDER BY amount DESC, position"
    )
  }
}
