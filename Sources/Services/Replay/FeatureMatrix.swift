package import Engine
package import Intake
import Features
import Journal
import Payments

/// Feature vectors with what is known of their transactions, row by row: for training, evaluation
/// and export.
package struct FeatureMatrix: Sendable {
  /// What is known of a transaction's verdict.
  package enum Knowledge: UInt8, Sendable {
    case labelled
    /// Without a label: presumed legitimate from the source's maturity on.
    case silent
    /// Declined, without a label: never known.
    case declined
  }

  package var names: [String]
  /// Row-major; missing values are NaN.
  package var values: [Float] = []
  /// 1 fraud, 0 legitimate or unknown.
  package var fraud: [UInt8] = []
  package var knowledge: [Knowledge] = []
  /// Event times, µs.
  package var times: [Int64] = []
  /// Accounts, numbered in the order of their first transaction.
  package var accounts: [Int32] = []

  package var rows: Int { times.count }
  package var columns: Int { names.count }

  /// Calendar days since 1970 in UTC.
  package var days: [Int32] {
    times.map { Int32(Timestamp(microseconds: $0).day) }
  }

  /// Takes out the rows of which nothing is known yet, as windows have it too: those without a
  /// label that are younger than the maturity, and those that were declined; how many they were.
  package mutating func leaveOutUnknown(maturity: Int64) -> Int {
    let end = times.max() ?? 0
    let known = times.indices.filter { row in
      switch knowledge[row] {
      case .labelled: true
      case .silent: times[row] + maturity <= end
      case .declined: false
      }
    }
    let leftOut = rows - known.count
    guard leftOut > 0 else { return 0 }
    var values: [Float] = []
    values.reserveCapacity(known.count * columns)
    for row in known { values.append(contentsOf: self.values[row * columns..<(row + 1) * columns]) }
    self.values = values
    fraud = known.map { fraud[$0] }
    knowledge = known.map { knowledge[$0] }
    accounts = known.map { accounts[$0] }
    times = known.map { times[$0] }
    return leftOut
  }

  /// The same rows without some of the columns.
  package func leavingOut(_ names: Set<String>) -> FeatureMatrix {
    let kept = self.names.indices.filter { !names.contains(self.names[$0]) }
    var matrix = self
    matrix.names = kept.map { self.names[$0] }
    matrix.values = []
    matrix.values.reserveCapacity(rows * kept.count)
    for row in 0..<rows {
      for column in kept { matrix.values.append(values[row * columns + column]) }
    }
    return matrix
  }

  /// Runs a feed through an engine in one pass and keeps every vector.
  package static func collect(
    _ feed: inout HistoryFeed,
    through engine: Engine,
    source: UInt16,
    progress: (Int) -> Void = { _ in }
  ) throws(InputError) -> FeatureMatrix {
    guard let state = engine.source(Int(source)) else { return FeatureMatrix(names: []) }
    var matrix = FeatureMatrix(names: state.program.features.map(\.name))
    var numbering = AccountNumbers()
    var body: [UInt8] = []
    while let item = try feed.next(into: &body) {
      switch item {
      case .label: engine.label(body.span)
      case .activity:
        do throws(EngineError) {
          try engine.apply(.activity, body.span)
        } catch {
          throw InputError(.invalid, "\(error)")
        }
      case .transaction(let time, let label):
        engine.learn(body.span, evaluate: true)
        state.profile.appendVector(to: &matrix.values)
        matrix.fraud.append(label == .fraud ? 1 : 0)
        matrix.knowledge.append(label == nil ? .silent : .labelled)
        matrix.times.append(time.microseconds)
        matrix.accounts.append(numbering.number(of: body.span))
        if matrix.rows % 10_000 == 0 { progress(matrix.rows) }
      }
      body.removeAll(keepingCapacity: true)
    }
    return matrix
  }
}

/// Numbers accounts in the order of their first appearance; a transaction without one has a number
/// of its own.
package struct AccountNumbers {
  private var numbers: [[UInt8]: Int32] = [:]
  private var count: Int32 = 0

  package init() {}

  package mutating func number(of record: borrowing Span<UInt8>) -> Int32 {
    let name = record.extracting(TransactionRecord.text(Schema.Text.account, record)).array
    if let number = numbers[name] { return number }
    defer { count += 1 }
    if !name.isEmpty { numbers[name] = count }
    return count
  }
}
