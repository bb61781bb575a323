import Foundation
import Payments
import SQLiteStore
import Storage

/// Fills a store as the projection does, then times what dashboards ask of it.
struct StoreBenchmark {
  /// Decisions that the projection takes in at once: 8 MiB of log.
  private static let batchSize = 20_000
  private static let rateGoal = 100_000.0
  private static let millisecondsGoal = 50.0
  /// For an erasure in a store of a million decisions.
  private static let erasureSecondsGoal = 1.0

  private let folder: String
  private let path: String
  private let millions: Int
  private let store: SQLiteStore
  private let reader: any DecisionReader
  private let source = Traffic.source
  private let first = Traffic.firstDay
  private let last = Traffic.firstDay + 365
  private let misses = Misses()

  /// Goals that were missed.
  private final class Misses {
    private(set) var names: [String] = []
    func append(_ name: String) { names.append(name) }
  }

  init(folder: String, millions: Int) throws {
    self.folder = folder
    self.millions = max(1, millions)
    path = folder + "/decisions.sqlite"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try SQLiteStore.remove(path: path)
    store = try SQLiteStore(path: path)
    reader = try store.reader()
  }

  /// Prints the figures; false where a goal is missed.
  func run() throws -> Bool {
    try fill()
    try askForSums()
    try askForRows()
    try erase()
    try FileManager.default.removeItem(atPath: folder)
    return misses.names.isEmpty
  }

  private func seconds(_ work: () throws -> Void) rethrows -> Double {
    let time = try ContinuousClock().measure(work)
    return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
  }

  private func shown(_ value: Double, _ places: Int = 0) -> String {
    String(format: "%.\(places)f", value)
  }

  private func fill() throws {
    let total = millions * 1_000_000
    var traffic = Traffic(decisions: total)
    var (applying, processor, labelCount) = (0.0, 0.0, 0)
    var earlier: [DecisionRow] = []
    for batch in 1...total / StoreBenchmark.batchSize {
      let rows = (0..<StoreBenchmark.batchSize).map { _ in traffic.decision() }
      let labels = earlier.map { traffic.label(of: $0) }
      labelCount += labels.count
      // One in a hundred becomes known.
      earlier = stride(from: 0, to: rows.count, by: 100).map { rows[$0] }
      let end = StoreCursor(position: traffic.position + 1, sequence: UInt64(batch + 1))
      let start = clock()
      applying += try seconds { try store.apply(rows, labels, upTo: end) }
      processor += Double(clock() - start) / Double(CLOCKS_PER_SEC)
    }
    let rate = Double(total) / processor
    let bytes = try reader.footprint().bytes
    print(
      "\(millions) million decisions with \(labelCount) labels: \(shown(rate)) in a second of one"
        + " processor (goal \(shown(StoreBenchmark.rateGoal))), \(shown(Double(total) / applying))"
        + " in one of the clock; \(bytes / total) bytes each"
    )
    if rate < StoreBenchmark.rateGoal { misses.append("rate") }
  }

  /// Times a query on a new connection and again; the worst counts.
  private func time(
    _ name: String,
    _ query: (any DecisionReader) throws -> Int
  ) throws {
    let cold = try store.reader()
    var found = 0
    let start = try seconds { found = try query(cold) } * 1000
    var times: [Double] = []
    for _ in 0..<9 { times.append(try seconds { _ = try query(reader) } * 1000) }
    times.sort()
    let worst = max(start, times[8])
    let padded = name + String(repeating: " ", count: max(1, 44 - name.count))
    print(
      "  \(padded)\(shown(times[4], 2)) ms, first \(shown(start, 2)), worst \(shown(worst, 2));"
        + " \(found) items"
    )
    if worst > StoreBenchmark.millisecondsGoal { misses.append(name) }
  }

  private func sums(
    _ grain: RollupGrain,
    _ periods: Range<Int64>?,
    _ dimension: RollupQuery.Dimension? = nil
  ) -> RollupQuery {
    RollupQuery(
      source: source,
      grain: grain,
      periods: periods,
      byPeriod: grain != .all,
      dimension: dimension
    )
  }

  private func askForSums() throws {
    try time("fraud-trends, 30 days") { try $0.rollups(sums(.day, last - 30..<last)).count }
    try time("fraud-trends, a year") { try $0.rollups(sums(.day, first..<last)).count }
    try time("transaction-patterns, stats, statistics") {
      try $0.rollups(sums(.all, nil, .channel)).count + $0.amounts(source: source, days: nil).count
        + $0.largest(source: source).count
    }
    try time("risk-distribution, model-performance") {
      try $0.rollups(sums(.all, nil)).count + $0.scores(source: source, days: nil).count
    }
    try time("trends, 31 days by hour and channel") {
      try $0.rollups(sums(.hour, 24 * (last - 31)..<24 * last, .channel)).count
        + $0.amounts(source: source, days: last - 31..<last).count
    }
    try time("trends, a year by day and channel") {
      try $0.rollups(sums(.day, first..<last, .channel)).count
        + $0.amounts(source: source, days: first..<last).count
    }
    try time("quality, a year") {
      try $0.rollups(RollupQuery(source: source, grain: .day, periods: first..<last)).count
        + $0.scores(source: source, days: first..<last).count
    }
  }

  private func page(_ change: (inout DecisionQuery) -> Void) -> DecisionQuery {
    var query = DecisionQuery(limit: 100)
    query.source = source
    change(&query)
    return query
  }

  private func askForRows() throws {
    try time("the newest hundred") { try $0.decisions(page { _ in }).count }
    try time("a hundred, 100 000 passed over") {
      try $0.decisions(page { $0.offset = 100_000 }).count
    }
    try time("a hundred of a day half a year ago") { reader in
      try reader.decisions(
        page {
          $0.receivedFrom = RollupGrain.day.start(of: first + 180).microseconds
          $0.receivedBefore = RollupGrain.day.start(of: first + 181).microseconds
        }
      ).count
    }
    try time("a source without decisions") { try $0.decisions(page { $0.source = 9 }).count }
  }

  /// Times erasures, for which the projection stands still: of one account, then of a hundred.
  private func erase() throws {
    let rows = try reader.decisions(page { $0.limit = 1000 })
    let cursor = try store.cursor()
    for count in [1, 100] {
      let accounts = stride(from: count, to: count * 10 + count, by: 10).map {
        rows[$0 % 1000].account
      }
      let erasures = accounts.prefix(count).map {
        ErasureRow(position: cursor.position, source: source, account: $0)
      }
      let applying = try seconds { try store.apply([], [], erasures, upTo: cursor) }
      let scrubbing = try seconds { _ = try store.scrub() }
      print(
        "  an erasure of \(count) accounts\(count < 100 ? "  " : "")                     "
          + " \(shown(applying * 1000)) ms, and \(shown(scrubbing * 1000)) to overwrite"
      )
      if applying > StoreBenchmark.erasureSecondsGoal * Double(millions) {
        misses.append("erasure")
      }
    }
  }
}
