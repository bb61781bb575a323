import Numerics
import Payments

/// How well the generator itself could rank its payments.
///
/// It scores each payment by what it knows of the campaign that covers it (a compromised shop with
/// the share of its payments that are copied, an account in a thief's hands), else by the share of
/// fraud in the payment's class, counted over this very run, and by what further columns say.
///
/// - The *ceiling* knows every campaign from its start. What it misses is fraud that nobody can
///   tell from the honest payments beside it: a figure above it means that labels leak.
/// - The *reference under delay* knows a campaign from the moment at which a label first named one
///   of its frauds; before it has only the classes. They are coarse, so a detector with a longer
///   memory may pass it; one that stays far below has something to learn.
package struct Oracle {
  package struct Quality: Sendable {
    package var areaUnderCurve: Double
    package var averagePrecision: Double
  }

  private struct Row {
    var fraud: Bool
    var cell: UInt16
    var state: Float
    var evidence: Float
    var isKnown: Bool
  }

  private var rows: [Row] = []
  private var firstKnown: [Int32: Int64] = [:]
  private var frauds: [Double] = []
  private var counts: [Double] = []
  package private(set) var fraudCount = 0

  package init() {}

  package var count: Int { rows.count }

  /// Notes a payment, in time order; `evidence` is what further columns say, as log-odds.
  package mutating func add(_ payment: SimulatedPayment, evidence: Double = 0) {
    let hint = payment.hint
    let known = firstKnown[hint.campaign].map { $0 <= payment.time.microseconds } ?? false
    rows.append(
      Row(
        fraud: payment.fraud,
        cell: hint.cell,
        state: hint.campaign == 0 ? -1 : hint.state,
        evidence: Float(evidence),
        isKnown: known
      )
    )
    while counts.count <= Int(hint.cell) {
      counts.append(0)
      frauds.append(0)
    }
    counts[Int(hint.cell)] += 1
    guard payment.fraud else { return }
    frauds[Int(hint.cell)] += 1
    fraudCount += 1
    guard payment.reported == true, let delay = payment.knownAfterMicroseconds else { return }
    let at = payment.time.microseconds + delay
    firstKnown[hint.campaign] = min(firstKnown[hint.campaign] ?? .max, at)
  }

  /// The ceiling, and the reference under the labels' delay; nil where all payments are alike.
  package func qualities() -> (ceiling: Quality, underDelay: Quality)? {
    let share = Double(fraudCount) / Double(max(rows.count, 1))
    let cells = zip(frauds, counts).map { ($0 + share) / ($1 + 1) }
    func score(_ row: Row, knows: Bool) -> Double {
      let prior = knows && row.state >= 0 ? Double(row.state) : cells[Int(row.cell)]
      let bounded = min(max(prior, 1e-9), 1 - 1e-9)
      return DeterministicMath.log(bounded / (1 - bounded)) + Double(row.evidence)
    }
    let labels = rows.map(\.fraud)
    guard let start = Ranking.quality(rows.map { score($0, knows: true) }, labels),
      let label = Ranking.quality(rows.map { score($0, knows: $0.isKnown) }, labels)
    else { return nil }
    return (
      Quality(areaUnderCurve: start.areaUnderCurve, averagePrecision: start.averagePrecision),
      Quality(areaUnderCurve: label.areaUnderCurve, averagePrecision: label.averagePrecision)
    )
  }
}
