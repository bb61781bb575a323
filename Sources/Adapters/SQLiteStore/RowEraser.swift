import Payments
import Storage

/// Removes the rows of erased accounts, inside the store's transaction.
///
/// No index has the account: one costs every insert, and erasures are rare. All erasures of a
/// transaction go through the decisions once, at its end (docs/decisions/019).
final class RowEraser {
  private static let operation = "erase an account"

  /// An account of a source, as SQLite compares it.
  private struct Account: Hashable {
    var source: UInt16
    var bytes: [UInt8]

    init(_ source: UInt16, _ account: String) {
      self.source = source
      bytes = Array(account.utf8)
    }
  }

  private struct Row {
    var position: Int64
    var idKey: Int64
    var time: Int64
    /// Labels from here on came behind the erasure.
    var end: Int64
  }

  private let addAccount: Statement
  private let removeAccounts: Statement
  private let removeLargest: Statement
  private let find: Statement
  private let removeDecision: Statement
  private let removeLabels: Statement
  /// The places of an account's erasures, ascending.
  private var noted: [Account: [UInt64]] = [:]

  init(_ connection: Connection) throws(StoreError) {
    try connection.execute(
      """
      CREATE TEMP TABLE IF NOT EXISTS erased (
        source INTEGER, account TEXT, position INTEGER, number INTEGER,
        PRIMARY KEY (source, account)) WITHOUT ROWID
      """,
      to: RowEraser.operation
    )
    func statement(_ sql: String) throws(StoreError) -> Statement {
      try Statement(connection, sql, to: RowEraser.operation)
    }
    addAccount = try statement("INSERT OR REPLACE INTO temp.erased VALUES (?, ?, ?, ?)")
    removeAccounts = try statement("DELETE FROM temp.erased")
    removeLargest = try statement(
      """
      DELETE FROM largest WHERE source = ?1 AND position < ?3 AND EXISTS (
        SELECT 1 FROM decision WHERE decision.position = largest.position AND account = ?2)
      """
    )
    find = try statement(RowEraser.findErased)
    removeDecision = try statement("DELETE FROM decision WHERE position = ?")
    removeLabels = try statement(
      "DELETE FROM label WHERE id_key = ? AND time = ? AND position < ? RETURNING 1"
    )
  }

  /// Goes through the decisions before a place once, whatever the number of accounts.
  static let findErased = """
    SELECT decision.position, id_key, time, number FROM decision
    CROSS JOIN temp.erased
      ON erased.source = decision.source AND erased.account = decision.account
      AND decision.position < erased.position
    WHERE decision.position < ?
    """

  /// Forgets what was noted in a transaction that was undone.
  func discard() { noted.removeAll() }

  /// Whether a decision was erased in this transaction.
  func covers(_ row: DecisionRow) -> Bool {
    if noted.isEmpty { return false }
    return noted[Account(row.source, row.account)]?.last.map { row.position < $0 } ?? false
  }

  /// Notes an erasure behind everything that was written before.
  func note(_ erasure: ErasureRow) throws(StoreError) {
    noted[Account(erasure.source, erasure.account), default: []].append(erasure.position)
    try removeLargest.bind(Int64(erasure.source), at: 1)
    try removeLargest.bind(erasure.account, at: 2)
    try removeLargest.bind(Int64(clamping: erasure.position), at: 3)
    try removeLargest.run()
  }

  /// Removes the rows of all that was noted; how many.
  func erase() throws(StoreError) -> DecisionTotals {
    var removed = DecisionTotals(decisions: 0, labels: 0)
    let places = Array(noted)
    guard let last = places.compactMap(\.value.last).max() else { return removed }
    try removeAccounts.run()
    for (number, (account, positions)) in places.enumerated() {
      try addAccount.bind(Int64(account.source), at: 1)
      try addAccount.bind(String(decoding: account.bytes, as: UTF8.self), at: 2)
      try addAccount.bind(Int64(clamping: positions.last ?? 0), at: 3)
      try addAccount.bind(Int64(number), at: 4)
      try addAccount.run()
    }
    var rows: [Row] = []
    try find.bind(Int64(clamping: last), at: 1)
    while try find.next() {
      let position = find.integer(0)
      // The first erasure behind a decision is the one that removed it, however the log was cut.
      let end = places[Int(find.integer(3))].value.first { $0 > UInt64(clamping: position) } ?? last
      rows.append(
        Row(
          position: position,
          idKey: find.integer(1),
          time: find.integer(2),
          end: Int64(clamping: end)
        )
      )
    }
    for row in rows {
      try removeDecision.bind(row.position, at: 1)
      try removeDecision.run()
      removed.decisions += 1
      try removeLabels.bind(row.idKey, at: 1)
      try removeLabels.bind(row.time, at: 2)
      try removeLabels.bind(row.end, at: 3)
      while try removeLabels.next() { removed.labels += 1 }
    }
    try removeAccounts.run()
    noted.removeAll()
    return removed
  }
}
