import Payments
import Storage

/// Adds what new rows count for to the rollups, inside the store's transaction.
final class RollupWriter {
  private static let operation = "write rollups"

  private let readCell: Statement
  private let writeCell: Statement
  private let readAmounts: Statement
  private let writeAmounts: Statement
  private let readScores: Statement
  private let writeScores: Statement
  private let addLargest: Statement
  private let trimLargest: Statement
  private let readChannels: Statement
  private var batch = RollupBatch()
  private var channels = KnownChannels()
  private var hasReadChannels = false

  init(_ connection: Connection) throws(StoreError) {
    func statement(_ sql: String) throws(StoreError) -> Statement {
      try Statement(connection, sql, to: RollupWriter.operation)
    }
    readCell = try statement(
      """
      SELECT sums FROM rollup
      WHERE source = ? AND grain = ? AND period = ? AND channel = ? AND outcome = ?
      """
    )
    writeCell = try statement("INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?, ?, ?)")
    readAmounts = try statement(
      """
      SELECT counts FROM amount_histogram
      WHERE source = ? AND grain = ? AND period = ? AND channel = ?
      """
    )
    writeAmounts = try statement(
      """
      INSERT INTO amount_histogram (source, grain, period, channel, counts) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET counts = excluded.counts
      """
    )
    readScores = try statement(
      "SELECT counts FROM score_histogram WHERE source = ? AND grain = ? AND period = ?"
    )
    writeScores = try statement(
      """
      INSERT INTO score_histogram (source, grain, period, counts) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET counts = excluded.counts
      """
    )
    addLargest = try statement(
      "INSERT OR IGNORE INTO largest (source, position, amount) VALUES (?, ?, ?)"
    )
    trimLargest = try statement(
      """
      DELETE FROM largest WHERE source = ?1 AND position NOT IN (
        SELECT position FROM largest WHERE source = ?1 ORDER BY amount DESC, position
        LIMIT \(LargestDecision.countMax))
      """
    )
    readChannels = try statement(
      "SELECT source, channel FROM rollup WHERE grain = ? AND period = 0"
    )
  }

  /// Forgets what was not written, and what was known of a transaction that may have been undone.
  func discard() {
    batch.removeAll()
    hasReadChannels = false
  }

  func add(_ row: DecisionRow) throws(StoreError) {
    batch.add(row, channel: try counted(row))
    if batch.isLarge { try write() }
  }

  func move(_ move: LabelMover.Move) throws(StoreError) {
    batch.move(move.row, channel: try counted(move.row), from: move.old, to: move.new)
    if batch.isLarge { try write() }
  }

  private func counted(_ row: DecisionRow) throws(StoreError) -> String {
    if !hasReadChannels {
      channels = try knownChannels()
      hasReadChannels = true
    }
    return channels.counted(row.channel, of: row.source)
  }

  private func knownChannels() throws(StoreError) -> KnownChannels {
    var known = KnownChannels()
    try readChannels.bind(Int64(RollupGrain.all.rawValue), at: 1)
    while try readChannels.next() {
      known.note(readChannels.text(1), of: UInt16(truncatingIfNeeded: readChannels.integer(0)))
    }
    return known
  }

  /// Writes what was added since the last time.
  func write() throws(StoreError) {
    if batch.isEmpty { return }
    for (key, sums) in batch.cells { try write(sums, key) }
    for (key, histogram) in batch.amounts { try write(histogram, key) }
    for (key, histogram) in batch.scores { try write(histogram, key) }
    for (source, decisions) in batch.largest {
      for decision in decisions {
        try addLargest.bind(Int64(source), at: 1)
        try addLargest.bind(Int64(decision.position), at: 2)
        try addLargest.bind(decision.amount, at: 3)
        try addLargest.run()
      }
      try trimLargest.bind(Int64(source), at: 1)
      try trimLargest.run()
    }
    batch.removeAll()
  }

  private func write(_ added: Rollup, _ key: RollupKey) throws(StoreError) {
    var sums = added
    for statement in [readCell, writeCell] {
      try statement.bind(Int64(key.source), at: 1)
      try statement.bind(Int64(key.grain.rawValue), at: 2)
      try statement.bind(key.period, at: 3)
      try statement.bind(key.channel, at: 4)
      try statement.bind(Int64(key.outcome.rawValue), at: 5)
    }
    if let bytes = try readCell.first({ $0.bytes(0) }) {
      guard let known = Rollup(encoded: bytes) else { throw RollupWriter.damaged }
      sums.merge(known)
    }
    try writeCell.bind(sums.encoded, at: 6)
    try writeCell.run()
  }

  private func write(
    _ added: AmountHistogram,
    _ key: RollupBatch.AmountKey
  ) throws(StoreError) {
    var histogram = added
    for statement in [readAmounts, writeAmounts] {
      try statement.bind(Int64(key.source), at: 1)
      try statement.bind(Int64(key.grain.rawValue), at: 2)
      try statement.bind(key.period, at: 3)
      try statement.bind(key.channel, at: 4)
    }
    if let bytes = try readAmounts.first({ $0.bytes(0) }), !histogram.merge(encoded: bytes) {
      throw RollupWriter.damaged
    }
    try writeAmounts.bind(histogram.encoded, at: 5)
    try writeAmounts.run()
  }

  private func write(_ added: ScoreHistogram, _ key: RollupBatch.ScoreKey) throws(StoreError) {
    var histogram = added
    for statement in [readScores, writeScores] {
      try statement.bind(Int64(key.source), at: 1)
      try statement.bind(Int64(key.grain.rawValue), at: 2)
      try statement.bind(key.period, at: 3)
    }
    if let bytes = try readScores.first({ $0.bytes(0) }), !histogram.merge(encoded: bytes) {
      throw RollupWriter.damaged
    }
    try writeScores.bind(histogram.encoded, at: 4)
    try writeScores.run()
  }

  static let damaged = StoreError(.damaged, operation, "a rollup is not as it was written")
}
