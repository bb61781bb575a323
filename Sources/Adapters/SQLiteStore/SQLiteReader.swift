import Payments
package import Storage

/// Reads a SQLite store through a connection of its own; each call sees the newest commit.
package final class SQLiteReader: DecisionReader {
  static let cursorSQL = "SELECT position, sequence FROM cursor"

  /// Pages kept in memory by a reader, KiB.
  private static let cacheKiBMax = 8 << 10
  private static let operation = "read decisions"

  private let connection: Connection
  private let fileName: String
  private let readPositions: Statement
  private let readLabel: Statement
  private let readTotals: Statement
  private let readCursor: Statement
  private let readBounds: Statement
  private let readArrival: Statement
  let rollups: RollupStatements
  /// One statement for each set of filters, made when it is first asked for.
  private var searches: [[String]: Statement] = [:]

  /// Opens a database file that a store has made.
  package init(path: String) throws(StoreError) {
    connection = try Connection(path: path, mode: .readOnly)
    fileName = String(path.split(separator: "/").last ?? "")
    let operation = SQLiteReader.operation
    try connection.execute("PRAGMA cache_size = -\(SQLiteReader.cacheKiBMax)", to: operation)
    readPositions = try Statement(
      connection,
      SQLiteReader.positionsByKey,
      to: operation
    )
    readLabel = try Statement(
      connection,
      """
      SELECT position, id_key, time, received_at, fraud FROM label WHERE id_key = ?
      ORDER BY position DESC LIMIT 1
      """,
      to: operation
    )
    readTotals = try Statement(connection, "SELECT decisions, labels FROM totals", to: operation)
    readCursor = try Statement(connection, SQLiteReader.cursorSQL, to: operation)
    readBounds = try Statement(
      connection,
      "SELECT (SELECT min(position) FROM decision), (SELECT max(position) FROM decision)",
      to: operation
    )
    readArrival = try Statement(
      connection,
      "SELECT position, received_at FROM decision WHERE position >= ? ORDER BY position LIMIT 1",
      to: operation
    )
    rollups = RollupStatements(connection)
  }

  package func decisions(_ query: DecisionQuery) throws(StoreError) -> [DecisionRow] {
    let search = try search(for: query)
    var index: Int32 = 0
    func place() -> Int32 {
      index += 1
      return index
    }
    if let source = query.source { try search.bind(Int64(source), at: place()) }
    if let outcome = query.outcome { try search.bind(Int64(outcome.rawValue), at: place()) }
    if let score = query.minimumScore { try search.bind(Double(score), at: place()) }
    if let account = query.account { try search.bind(account, at: place()) }
    if let before = query.before { try search.bind(Int64(clamping: before), at: place()) }
    if let from = query.receivedFrom {
      try search.bind(try position(receivedFrom: from), at: place())
    }
    if let end = query.receivedBefore {
      try search.bind(try position(receivedFrom: end), at: place())
    }
    try search.bind(Int64(min(max(query.limit, 1), DecisionQuery.limitMax)), at: place())
    try search.bind(Int64(max(query.offset, 0)), at: place())
    var rows: [DecisionRow?] = []
    while try search.next() { rows.append(SQLiteReader.row(from: search)) }
    let sound = rows.compactMap(\.self)
    guard sound.count == rows.count else {
      throw StoreError(.damaged, SQLiteReader.operation, "a row has values out of range")
    }
    return sound
  }

  /// The first position that was received at an instant or later, found by halving: `received_at`
  /// has no index and never falls.
  private func position(receivedFrom instant: Int64) throws(StoreError) -> Int64 {
    let bounds = try readBounds.first { ($0.integer(0), $0.integer(1)) }
    guard var (low, high) = bounds else { return 0 }
    high += 1
    while low < high {
      let middle = low + (high - low) / 2
      try readArrival.bind(middle, at: 1)
      let found = try readArrival.first { ($0.integer(0), $0.integer(1)) }
      guard let (position, received) = found else {
        high = middle
        continue
      }
      if received < instant { low = position + 1 } else { high = middle }
    }
    return low
  }

  private func search(for query: DecisionQuery) throws(StoreError) -> Statement {
    var filters: [String] = []
    if query.source != nil { filters.append("source = ?") }
    if query.outcome != nil { filters.append("outcome = ?") }
    if query.minimumScore != nil { filters.append("score >= ?") }
    if query.account != nil { filters.append("account = ?") }
    if query.before != nil { filters.append("position < ?") }
    if query.receivedFrom != nil { filters.append("position >= ?") }
    if query.receivedBefore != nil { filters.append("position < ? ") }
    if let known = searches[filters] { return known }
    let condition = filters.isEmpty ? "" : "WHERE " + filters.joined(separator: " AND ")
    let search = try Statement(
      connection,
      """
      SELECT \(SQLiteReader.columns)
      FROM decision \(condition) ORDER BY position DESC LIMIT ? OFFSET ?
      """,
      to: SQLiteReader.operation
    )
    searches[filters] = search
    return search
  }

  /// The columns that `row` reads.
  static let columns = """
    position, source, id_key, time, received_at, amount, outcome, score, account, channel,
    balance_before, balance_after
    """

  /// The decision in a row; nil where its values are out of range.
  static func row(from statement: Statement) -> DecisionRow? {
    guard let position = UInt64(exactly: statement.integer(0)),
      let source = UInt16(exactly: statement.integer(1)),
      let outcome = UInt8(exactly: statement.integer(6)).flatMap(Outcome.init(rawValue:))
    else { return nil }
    return DecisionRow(
      position: position,
      source: source,
      idKey: statement.integer(2),
      time: statement.integer(3),
      receivedAt: statement.integer(4),
      amount: statement.integer(5),
      outcome: outcome,
      score: Float(statement.real(7)),
      account: statement.text(8),
      channel: statement.text(9),
      balances: statement.isNull(10)
        ? nil
        : DecisionRow.Balances(before: statement.integer(10), after: statement.integer(11))
    )
  }

  /// Looks a key up in every stretch of the index, hopping from one stretch to the next.
  static let positionsByKey = """
    WITH RECURSIVE stretch (number) AS (
      SELECT (SELECT position >> 26 FROM decision ORDER BY position >> 26 LIMIT 1)
      UNION ALL
      SELECT (SELECT position >> 26 FROM decision WHERE position >> 26 > number
        ORDER BY position >> 26 LIMIT 1)
      FROM stretch WHERE number IS NOT NULL)
    SELECT decision.position FROM stretch
      CROSS JOIN decision ON decision.position >> 26 = stretch.number AND decision.id_key = ?
      ORDER BY decision.position
    """

  package func positions(idKey: Int64) throws(StoreError) -> [UInt64] {
    try readPositions.bind(idKey, at: 1)
    var positions: [UInt64] = []
    while try readPositions.next() { positions.append(UInt64(clamping: readPositions.integer(0))) }
    return positions
  }

  package func label(idKey: Int64) throws(StoreError) -> LabelRow? {
    try readLabel.bind(idKey, at: 1)
    return try readLabel.first { row in
      LabelRow(
        position: UInt64(clamping: row.integer(0)),
        idKey: row.integer(1),
        time: row.integer(2),
        receivedAt: row.integer(3),
        fraud: row.integer(4) != 0
      )
    }
  }

  package func totals() throws(StoreError) -> DecisionTotals {
    let totals = try readTotals.first { row in
      DecisionTotals(decisions: Int(row.integer(0)), labels: Int(row.integer(1)))
    }
    guard let totals else { throw StoreError(.damaged, "read its totals", "the row is missing") }
    return totals
  }

  package func cursor() throws(StoreError) -> StoreCursor {
    try SQLiteReader.cursor(from: readCursor)
  }

  package func footprint() throws(StoreError) -> StoreFootprint {
    let size = try Statement(
      connection,
      "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
      to: SQLiteReader.operation
    )
    let bytes = try size.first { Int($0.integer(0)) } ?? 0
    return StoreFootprint(name: fileName, bytes: bytes)
  }

  static func cursor(from statement: Statement) throws(StoreError) -> StoreCursor {
    let cursor = try statement.first { row in
      StoreCursor(
        position: UInt64(clamping: row.integer(0)),
        sequence: UInt64(clamping: row.integer(1))
      )
    }
    guard let cursor else { throw StoreError(.damaged, "read its cursor", "the row is missing") }
    return cursor
  }
}
