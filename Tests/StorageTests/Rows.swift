import Payments
import Storage
import TestSupport

/// Accounts that differ only where a careless comparison sees no difference: case, composed and
/// decomposed letters, an embedded zero byte.
let accounts = ["a", "A", "", "caf\u{e9}", "cafe\u{301}", "a\0b", "a\0c", "' OR 1=1 --", "日本"]

extension DecisionRow {
  init(_ position: UInt64, idKey: Int64 = 0, account: String = "a") {
    self.init(
      position: position,
      source: 1,
      idKey: idKey,
      time: 5,
      receivedAt: 6,
      amount: 7,
      outcome: .approve,
      score: 0.5,
      account: account
    )
  }

  /// A row of few different values, so that every filter meets many rows.
  init(_ position: UInt64, using random: inout SeededGenerator) {
    let scores: [Float] = [0, 0.1, 0.25, 1 / 3, 0.7, 1]
    self.init(
      position: position,
      source: UInt16(truncatingIfNeeded: Int.random(in: 0...2, using: &random) * 32_767),
      idKey: Int64.random(in: -5...5, using: &random),
      time: Int64.random(in: .min ... .max, using: &random),
      receivedAt: Int64.random(in: .min ... .max, using: &random),
      amount: Int64.random(in: .min ... .max, using: &random),
      outcome: Outcome.allCases.randomElement(using: &random) ?? .approve,
      score: scores.randomElement(using: &random) ?? 0,
      account: accounts.randomElement(using: &random) ?? ""
    )
  }
}

extension DecisionQuery {
  init(rows: UInt64, using random: inout SeededGenerator) {
    self.init(limit: Int.random(in: 1...40, using: &random))
    if Bool.random(using: &random) {
      source = [0, 32_767, 65_534].randomElement(using: &random)
    }
    if Bool.random(using: &random) { outcome = Outcome.allCases.randomElement(using: &random) }
    if Bool.random(using: &random) {
      minimumScore = [0, 0.1, 1 / 3, 0.5, 1, 1.5].randomElement(using: &random)
    }
    if Bool.random(using: &random) { account = accounts.randomElement(using: &random) }
    if Bool.random(using: &random) {
      before = [UInt64.random(in: 0...rows, using: &random), 0, .max].randomElement(using: &random)
    }
  }

  /// The answer by the definition, from rows in any order.
  func answer(from rows: [DecisionRow]) -> [DecisionRow] {
    let found = rows.filter { row in
      (source == nil || row.source == source)
        && (outcome == nil || row.outcome == outcome)
        && (minimumScore.map { row.score >= $0 } ?? true)
        && (account.map { Array(row.account.utf8) == Array($0.utf8) } ?? true)
        && (before.map { row.position < $0 } ?? true)
    }
    return Array(found.sorted { $0.position > $1.position }.prefix(limit))
  }
}
