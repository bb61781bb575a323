import Payments
import Storage

/// Finds the decisions that labels concern and notes what is known of them.
struct LabelMover {
  /// What became known of a decision, and what was known before.
  struct Move {
    var row: DecisionRow
    var old: Bool?
    var new: Bool
  }

  private let findStretch: Statement
  private let find: Statement
  private let note: Statement

  init(_ connection: Connection) throws(StoreError) {
    let operation = "write labels"
    findStretch = try Statement(
      connection,
      """
      SELECT position >> 26 FROM decision WHERE position >> 26 < ?
      ORDER BY position >> 26 DESC LIMIT 1
      """,
      to: operation
    )
    find = try Statement(connection, LabelMover.inStretch, to: operation)
    note = try Statement(
      connection,
      "UPDATE decision SET label = ?, label_position = ? WHERE position = ?",
      to: operation
    )
  }

  static let inStretch = """
    SELECT \(SQLiteReader.columns), label, label_position FROM decision
    WHERE position >> 26 = ? AND id_key = ? ORDER BY position DESC
    """

  /// The label's effect; nil where its decision is not there or something newer is known of it.
  ///
  /// A decision that `isErased` is as good as gone.
  func apply(
    _ label: LabelRow,
    unless isErased: (DecisionRow) -> Bool
  ) throws(StoreError) -> Move? {
    guard let (row, old, position) = try decision(of: label, isErased) else { return nil }
    if let position, position > label.position { return nil }
    try note.bind(Int64(label.fraud ? 1 : 0), at: 1)
    try note.bind(Int64(label.position), at: 2)
    try note.bind(Int64(row.position), at: 3)
    try note.run()
    return Move(row: row, old: old, new: label.fraud)
  }

  private typealias Found = (row: DecisionRow, label: Bool?, position: UInt64?)

  /// Looks in every stretch of the index, from the newest back: labels come soon after their
  /// transactions, and the search ends with one of their time.
  private func decision(
    of label: LabelRow,
    _ isErased: (DecisionRow) -> Bool
  ) throws(StoreError) -> Found? {
    var newest: Found?
    try findStretch.bind(Int64.max, at: 1)
    while let stretch = try findStretch.first({ $0.integer(0) }) {
      try find.bind(stretch, at: 1)
      try find.bind(label.idKey, at: 2)
      while try find.next() {
        guard let row = SQLiteReader.row(from: find), !isErased(row) else { continue }
        let isLabelled = !find.isNull(12)
        let found: Found = (
          row, isLabelled ? find.integer(12) != 0 : nil,
          isLabelled ? UInt64(clamping: find.integer(13)) : nil
        )
        if row.time == label.time {
          find.reset()
          return found
        }
        if newest == nil { newest = found }
      }
      try findStretch.bind(stretch, at: 1)
    }
    return newest
  }
}
