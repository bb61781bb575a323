import Foundation
import Payments

/// An aggregate in the language, and what the oracle says of it.
struct AggregateCase: Sendable {
  var text: String
  /// Largest relative difference; 0 asks for the same bits.
  var tolerance = 0.0
  var value: @Sendable (Oracle, Oracle.Event) -> Double

  private typealias Event = Oracle.Event
  private typealias Window = Oracle.Window
  private static let hour: Int64 = 3_600_000_000

  private static let account: @Sendable (Event) -> String? = { $0.account }
  private static let terminal: @Sendable (Event) -> String? = { $0.counterparty }
  private static let device: @Sendable (Event) -> String? = {
    $0.device.isEmpty ? nil : $0.device
  }
  private static let pair: @Sendable (Event) -> String? = { $0.account + "|" + $0.counterparty }

  private static func units(_ events: [Event]) -> [Double] {
    events.map { Double($0.amount) / 100 }
  }

  private static func sum(_ events: [Event]) -> Double {
    Double(events.reduce(Int64(0)) { $0 + $1.amount }) / 100
  }

  private static func isFraud(_ oracle: Oracle, _ event: Event, _ current: Event) -> Bool {
    oracle.label(event, at: current.landed) == true
  }

  private static func seconds(_ current: Event, _ event: Event?) -> Double {
    event.map { Double(current.landed - $0.landed) / 1e6 } ?? .nan
  }

  /// An aggregate that the oracle computes from the chosen events.
  private static func over(
    _ text: String,
    _ window: @autoclosure @escaping @Sendable () -> Window,
    tolerance: Double = 0,
    _ value: @escaping @Sendable ([Event], Event, Oracle) -> Double
  ) -> AggregateCase {
    AggregateCase(text: text, tolerance: tolerance) { oracle, current in
      guard let chosen = oracle.selected(current, window()) else { return .nan }
      return value(chosen, current, oracle)
    }
  }

  static let all: [AggregateCase] = plain + values + texts + facts + nested + roles

  private static let plain: [AggregateCase] = [
    over("count() by account over 1h", Window(length: hour, key: account)) { e, _, _ in
      Double(e.count)
    },
    over(
      "count() by account over 3h before this",
      Window(length: 3 * hour, beforeThis: true, key: account)
    ) { e, _, _ in Double(e.count) },
    over(
      "sum(amount) by account over 2h where channel = online",
      Window(length: 2 * hour, key: account, filter: { $0.channel == "online" })
    ) { e, _, _ in sum(e) },
    over("mean(amount) by account over 5h", Window(length: 5 * hour, key: account)) { e, _, _ in
      Oracle.mean(e.map(\.amount))
    },
    over(
      "mean(amount) by account over 1h before this",
      Window(length: hour, beforeThis: true, key: account)
    ) { e, _, _ in Oracle.mean(e.map(\.amount)) },
    over(
      "mean(fee) by account over 4h",
      Window(length: 4 * hour, key: account, filter: { $0.fee != nil })
    ) { e, _, _ in Oracle.mean(e.compactMap(\.fee)) },
    over(
      "sum(points) by account over 4h",
      Window(length: 4 * hour, key: account),
      tolerance: 1e-6
    ) { e, _, _ in e.reduce(0) { $0 + ($1.points ?? 0) } },
    over(
      "std(amount) by account over 6h before this",
      Window(length: 6 * hour, beforeThis: true, key: account),
      tolerance: 1e-6
    ) { e, _, _ in Oracle.deviation(units(e)) },
    over(
      "count() by (account, counterparty) over 12h",
      Window(length: 12 * hour, key: pair)
    ) { e, _, _ in Double(e.count) },
    over(
      "count() by counterparty over 1h delayed 2h",
      Window(length: hour, delay: 2 * hour, key: terminal)
    ) { e, _, _ in Double(e.count) },
    over("count() by device over 8h", Window(length: 8 * hour, key: device)) { e, _, _ in
      Double(e.count)
    },
    over(
      "decayed_count(90m) by account over 12h",
      Window(length: 12 * hour, key: account),
      tolerance: 1e-6
    ) { e, now, _ in
      Oracle.decayed(e.map { (now.landed - $0.landed, 1) }, 1.5 * Double(hour))
    },
    over(
      "decayed_sum(amount, 2h) by account over 9h delayed 1h where channel = pos",
      Window(length: 9 * hour, delay: hour, key: account, filter: { $0.channel == "pos" }),
      tolerance: 1e-5
    ) { e, now, _ in
      Oracle.decayed(
        e.map { (now.landed - hour - $0.landed, Double($0.amount) / 100) },
        2 * Double(hour)
      )
    },
  ]

  private static let values: [AggregateCase] = [
    over("min(amount) by account over 4h", Window(length: 4 * hour, key: account)) { e, _, _ in
      units(e).min() ?? .nan
    },
    over(
      "max(amount) by account over 7h before this where channel = online",
      Window(
        length: 7 * hour,
        beforeThis: true,
        key: account,
        filter: { $0.channel == "online" }
      )
    ) { e, _, _ in units(e).max() ?? .nan },
    over(
      "max(points) by counterparty over 3h delayed 1h",
      Window(length: 3 * hour, delay: hour, key: terminal)
    ) { e, _, _ in e.compactMap(\.points).max() ?? .nan },
    over("median(amount) by counterparty over 10h", Window(length: 10 * hour, key: terminal)) {
      e,
      _,
      _ in Oracle.quantile(units(e), 0.5)
    },
    over(
      "quantile(amount, 0.9) by account over 11h before this",
      Window(length: 11 * hour, beforeThis: true, key: account),
      tolerance: 1e-6
    ) { e, _, _ in Oracle.quantile(units(e), 0.9) },
    over(
      "median(points) by counterparty over 5h delayed 2h",
      Window(length: 5 * hour, delay: 2 * hour, key: terminal)
    ) { e, _, _ in Oracle.quantile(e.compactMap(\.points), 0.5) },
    over(
      "first(amount) by account over 3h",
      Window(length: 3 * hour, key: account)
    ) { e, _, _ in units(e).first ?? .nan },
    over(
      "last(fee) by account over 6h before this where channel = online",
      Window(
        length: 6 * hour,
        beforeThis: true,
        key: account,
        filter: { $0.channel == "online" && $0.fee != nil }
      )
    ) { e, _, _ in e.last?.fee.map { Double($0) / 100 } ?? .nan },
    over(
      "time_since_last() by account over 6h before this",
      Window(length: 6 * hour, beforeThis: true, key: account)
    ) { e, now, _ in seconds(now, e.last) },
    over(
      "time_since_first() by device over 9h where channel = pos",
      Window(length: 9 * hour, key: device, filter: { $0.channel == "pos" })
    ) { e, now, _ in seconds(now, e.first) },
    AggregateCase(text: "streak() by account over 8h where channel = online") { oracle, now in
      let all = oracle.selected(now, Window(length: 8 * hour, key: account)) ?? []
      return Double(all.reversed().prefix { $0.channel == "online" }.count)
    },
    AggregateCase(text: "speed() by account over 10h", tolerance: 1e-5) { oracle, now in
      let before = Window(length: 10 * hour, beforeThis: true, key: account)
      let all = oracle.selected(now, before) ?? []
      guard let last = all.last, let there = all.last(where: { $0.place != nil })?.place,
        let here = now.place
      else { return .nan }
      let rad = Double.pi / 180
      let a = pow(sin((there.latitude - here.latitude) * rad / 2), 2)
      let b = pow(sin((there.longitude - here.longitude) * rad / 2), 2)
      let h = a + cos(there.latitude * rad) * cos(here.latitude * rad) * b
      let way = 2 * 6371.0088 * asin(h.squareRoot())
      return way / (max(1, Double(now.landed - last.landed) / 1e6) / 3600)
    },
  ]

  private static let texts: [AggregateCase] = [
    over(
      "distinct(counterparty) by account over 4h",
      Window(length: 4 * hour, key: account)
    ) { e, _, _ in Double(Set(e.map(\.counterparty)).count) },
    over(
      "distinct(counterparty) by account over 9h before this",
      Window(length: 9 * hour, beforeThis: true, key: account)
    ) { e, _, _ in Double(Set(e.map(\.counterparty)).count) },
    over(
      "distinct(device) by counterparty over 5h delayed 1h where channel = online",
      Window(
        length: 5 * hour,
        delay: hour,
        key: terminal,
        filter: { $0.channel == "online" && !$0.device.isEmpty }
      )
    ) { e, _, _ in Double(Set(e.map(\.device)).count) },
    over(
      "entropy(counterparty) by account over 8h",
      Window(length: 8 * hour, key: account),
      tolerance: 1e-6
    ) { e, _, _ in Oracle.entropy(e.map(\.counterparty)) },
    over(
      "entropy(device) by account over 6h delayed 1h",
      Window(length: 6 * hour, delay: hour, key: account, filter: { !$0.device.isEmpty }),
      tolerance: 1e-6
    ) { e, _, _ in Oracle.entropy(e.map(\.device)) },
    over(
      "first_time() by (account, counterparty) over 7h",
      Window(length: 7 * hour, beforeThis: true, key: pair)
    ) { e, _, _ in e.isEmpty ? 1 : 0 },
  ]

  private static let facts: [AggregateCase] = [
    over("fraud_rate() by counterparty over 6h", Window(length: 6 * hour, key: terminal)) {
      $2.fraudRate($1, $0)
    },
    over(
      "fraud_rate() by counterparty over 6h delayed 1h",
      Window(length: 6 * hour, delay: hour, key: terminal)
    ) { $2.fraudRate($1, $0) },
    over(
      "fraud_rate() by counterparty over 8h delayed 3h where channel = online",
      Window(length: 8 * hour, delay: 3 * hour, key: terminal, filter: { $0.channel == "online" })
    ) { $2.fraudRate($1, $0) },
    over("fraud_rate() by counterparty over 30m", Window(length: hour / 2, key: terminal)) {
      $2.fraudRate($1, $0)
    },
    over(
      "count() by counterparty over 6h where (fraud and channel = online)",
      Window(length: 6 * hour, key: terminal, filter: { $0.channel == "online" })
    ) { e, now, oracle in Double(e.count { isFraud(oracle, $0, now) }) },
    over(
      "streak() by counterparty over 9h delayed 1h where fraud",
      Window(length: 9 * hour, delay: hour, key: terminal)
    ) { e, now, oracle in Double(e.reversed().prefix { isFraud(oracle, $0, now) }.count) },
    over(
      "time_since_last() by counterparty over 9h where fraud",
      Window(length: 9 * hour, key: terminal)
    ) { e, now, oracle in seconds(now, e.last { isFraud(oracle, $0, now) }) },
    over(
      "decayed_count(2h) by counterparty over 12h delayed 1h where fraud",
      Window(length: 12 * hour, delay: hour, key: terminal),
      tolerance: 1e-5
    ) { e, now, oracle in
      let frauds = e.filter { isFraud(oracle, $0, now) }
      return Oracle.decayed(frauds.map { (now.landed - hour - $0.landed, 1) }, 2 * Double(hour))
    },
    over(
      "count() by account over 6h where disposition = refunded",
      Window(length: 6 * hour, key: account)
    ) { e, now, _ in Double(e.count { $0.refunds.contains { $0 <= now.landed } }) },
    over(
      "count() by account over 6h where outcome = decline",
      Window(length: 6 * hour, key: account, filter: { $0.outcome == .decline })
    ) { e, _, _ in Double(e.count) },
    over(
      "sum(amount) by account over 7h where (outcome != decline and channel = pos)",
      Window(
        length: 7 * hour,
        beforeThis: true,
        key: account,
        filter: { $0.outcome != nil && $0.outcome != .decline && $0.channel == "pos" }
      )
    ) { e, _, _ in sum(e) },
    over(
      "distinct(counterparty) by account over 7h where outcome = decline",
      Window(
        length: 7 * hour,
        beforeThis: true,
        key: account,
        filter: { $0.outcome == .decline }
      )
    ) { e, _, _ in Double(Set(e.map(\.counterparty)).count) },
    over(
      "count() by account over 5h where activity = login",
      Window(
        length: 5 * hour,
        key: account,
        filter: { $0.activity?.kind == .login },
        isActivity: true
      )
    ) { e, _, _ in Double(e.count) },
    over(
      "time_since_last() by device over 9h where (activity = password_change and succeeded)",
      Window(
        length: 9 * hour,
        key: device,
        filter: { $0.activity?.kind == .passwordChange && $0.activity?.succeeded == true },
        isActivity: true
      )
    ) { e, now, _ in seconds(now, e.last) },
  ]

  private static let nested: [AggregateCase] = [
    over(
      "count() by account over 6h where "
        + "(amount > 2 * mean(amount) by account over 3h before this)",
      Window(length: 6 * hour, key: account, filter: { $0.isLarge })
    ) { e, _, _ in Double(e.count) },
    over(
      "median(amount) by account over 6h where "
        + "(amount > 2 * mean(amount) by account over 3h before this)",
      Window(length: 6 * hour, key: account, filter: { $0.isLarge })
    ) { e, _, _ in Oracle.quantile(units(e), 0.5) },
    over(
      "distinct(channel) by account over 9h where "
        + "(amount > 2 * mean(amount) by account over 3h before this)",
      Window(length: 9 * hour, key: account, filter: { $0.isLarge })
    ) { e, _, _ in Double(Set(e.map(\.channel)).count) },
    AggregateCase(text: "robust_zscore(amount) by account over 9h", tolerance: 1e-4) {
      oracle,
      now in robust(oracle, now)
    },
  ]

  /// Whether an event is large against what was usual when it came.
  static func isLarge(_ oracle: Oracle, _ now: Oracle.Event) -> Bool {
    let usual = Window(length: 3 * hour, beforeThis: true, key: account)
    let mean = Oracle.mean((oracle.selected(now, usual) ?? []).map(\.amount))
    return Double(now.amount) / 100 > 2 * mean
  }

  /// From whole sums of minor units, rounded as the language says: a score of exactly 3 is no
  /// outlier, and another order of sums would put it on either side.
  static func robust(_ oracle: Oracle, _ now: Oracle.Event) -> Double {
    let learnt = Window(length: 9 * hour, beforeThis: true, key: account, filter: { $0.isInlier })
    let amounts = (oracle.selected(now, learnt) ?? []).map(\.amount)
    if amounts.count < 5 { return .nan }
    let count = Double(amounts.count)
    let sum = amounts.reduce(0, +)
    let spread = Int64(amounts.count) * amounts.reduce(0) { $0 + $1 * $1 } - sum * sum
    let deviation = (Double(spread) / (count * (count - 1))).squareRoot() / 100
    let score = (Double(now.amount) / 100 - Double(sum) / (count * 100)) / deviation
    return score.isFinite ? score : .nan
  }

  private static let roles: [AggregateCase] = [
    over(
      "count() by account as counterparty over 5h",
      Window(length: 5 * hour, key: terminal, asked: account)
    ) { e, _, _ in Double(e.count) },
    over(
      "distinct(account) by account as counterparty over 8h",
      Window(length: 8 * hour, key: terminal, asked: account)
    ) { e, _, _ in Double(Set(e.map(\.account)).count) },
    over(
      "max(amount) by counterparty as account over 4h",
      Window(length: 4 * hour, key: account, asked: terminal)
    ) { e, _, _ in units(e).max() ?? .nan },
    over(
      "sum(amount) by counterparty as account over 6h delayed 1h",
      Window(length: 6 * hour, delay: hour, key: account, asked: terminal)
    ) { e, _, _ in sum(e) },
  ]
}
