import Payments
import Storage

/// Seeded decisions on mobile money (SplitMix64), spread over a year, whatever their number.
struct Traffic {
  static let source: UInt16 = 2
  private static let start: Int64 = 1_767_225_600_000_000
  private static let year: Int64 = 365 * 86_400_000_000
  /// Bytes of log that a transaction and its decision take.
  static let entryBytes: UInt64 = 420
  private static let types = ["PAYMENT", "TRANSFER", "CASH_OUT", "DEBIT", "CASH_IN"]

  private var state: UInt64 = 20_261_121
  private let step: Int64
  private var number = 0
  private(set) var position: UInt64 = 4096
  private var time = Traffic.start

  init(decisions: Int) { step = Traffic.year / Int64(decisions) }

  static var firstDay: Int64 { RollupGrain.day.period(of: start) }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }

  mutating func decision() -> DecisionRow {
    number += 1
    position += Traffic.entryBytes
    time += step
    // Most scores are low; amounts span seven orders.
    let score = Float(fraction() * fraction() * fraction())
    let exponent = Int64(fraction() * 24)
    let amount = Int64(100) << exponent / 2 + Int64(next() % 4096)
    return DecisionRow(
      position: position,
      source: Traffic.source,
      idKey: Int64(bitPattern: next()),
      time: time,
      receivedAt: time,
      amount: amount,
      outcome: score >= 0.8 ? .decline : score >= 0.5 ? .review : .approve,
      score: score,
      account: "C\(next() % 1_000_000_000)",
      channel: Traffic.types[Int(next() % 5)],
      balances: DecisionRow.Balances(before: amount * 3, after: amount * 2)
    )
  }

  /// What became known of an earlier decision.
  mutating func label(of row: DecisionRow) -> LabelRow {
    position += Traffic.entryBytes
    return LabelRow(
      position: position,
      idKey: row.idKey,
      time: row.time,
      receivedAt: time,
      fraud: fraction() < Double(row.score)
    )
  }
}
