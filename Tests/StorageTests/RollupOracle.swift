import Payments
import Storage
import TestSupport

/// What was applied, as a plain list, and what it adds up to by the definitions.
struct RollupOracle {
  struct Item {
    var row: DecisionRow
    var isKept = true
    var label: LabelRow?
  }

  private(set) var items: [Item] = []
  private var labels: Set<UInt64> = []

  mutating func apply(_ rows: [DecisionRow], _ labels: [LabelRow]) {
    for row in rows where !items.contains(where: { $0.row.position == row.position && $0.isKept }) {
      items.append(Item(row: row))
    }
    for label in labels where self.labels.insert(label.position).inserted {
      let same = items.indices.filter { items[$0].isKept && items[$0].row.idKey == label.idKey }
      let timely = same.filter { items[$0].row.time == label.time }
      guard
        let found = (timely.isEmpty ? same : timely)
          .max(by: { items[$0].row.position < items[$1].row.position })
      else { continue }
      if items[found].label.map({ $0.position < label.position }) ?? true {
        items[found].label = label
      }
    }
  }

  mutating func forget(before position: UInt64) {
    for index in items.indices where items[index].row.position < position {
      items[index].isKept = false
    }
    labels = labels.filter { $0 >= position }
  }

  func chosen(_ source: UInt16, _ length: Int64?, _ periods: Range<Int64>?) -> [Item] {
    items.filter { item in
      guard item.row.source == source else { return false }
      guard let periods else { return true }
      let period = length.map { floored(item.row.time, $0) } ?? 0
      return periods.contains(period)
    }
  }

  func groups(_ query: RollupQuery) -> [RollupGroup] {
    let length: Int64? = [.hour: 3_600_000_000, .day: 86_400_000_000][query.grain]
    let items = chosen(query.source, length, query.periods)
    func group(_ item: Item) -> RollupGroup {
      RollupGroup(
        period: query.byPeriod ? length.map { floored(item.row.time, $0) } ?? 0 : 0,
        channel: query.dimension == .channel ? item.row.channel : nil,
        outcome: query.dimension == .outcome ? item.row.outcome : nil,
        sums: Rollup()
      )
    }
    return Set(items.map(group)).map { empty in
      var filled = empty
      filled.sums = sums(items.filter { group($0) == empty })
      return filled
    }.sorted {
      ($0.period, $0.channel ?? "", $0.outcome?.rawValue ?? 0)
        < ($1.period, $1.channel ?? "", $1.outcome?.rawValue ?? 0)
    }
  }

  private func sums(_ items: [Item]) -> Rollup {
    let amounts = items.map { Double($0.row.amount) }
    let scores = items.map { Double($0.row.score) }
    let flagged = items.filter { $0.row.outcome == .decline || $0.row.score >= 0.5 }
    var sums = Rollup()
    sums.count = items.count
    sums.flagged = flagged.count
    sums.amount = moments(amounts)
    sums.score = moments(scores)
    sums.first = items.map(\.row.time).min() ?? 0
    sums.last = items.map(\.row.time).max() ?? 0
    let balances = items.compactMap(\.row.balances)
    sums.balances = balances.count
    sums.balanceBefore = balances.reduce(0) { $0 + Double($1.before) }
    sums.balanceAfter = balances.reduce(0) { $0 + Double($1.after) }
    func amount(_ items: [Item]) -> Double { items.reduce(0) { $0 + Double($1.row.amount) } }
    let fraud = items.filter { $0.label?.fraud == true }
    let caught = flagged.filter { $0.label?.fraud == true }
    let falseAlarms = flagged.filter { $0.label?.fraud == false }
    sums.labelled.fraud = fraud.count
    sums.labelled.legitimate = items.count { $0.label?.fraud == false }
    sums.labelled.caught = caught.count
    sums.labelled.falseAlarms = falseAlarms.count
    sums.labelled.fraudAmount = amount(fraud)
    sums.labelled.caughtAmount = amount(caught)
    sums.labelled.falseAlarmAmount = amount(falseAlarms)
    return sums
  }

  private func moments(_ values: [Double]) -> Rollup.Moments {
    var moments = Rollup.Moments()
    moments.sum = values.reduce(0, +)
    moments.squares = values.reduce(0) { $0 + $1 * $1 }
    moments.least = values.min() ?? .infinity
    moments.most = values.max() ?? -.infinity
    return moments
  }

  func largest(_ source: UInt16) -> [LargestDecision] {
    let rows = items.map(\.row).filter { $0.source == source }
      .sorted { ($1.amount, $0.position) < ($0.amount, $1.position) }
    return rows.prefix(10).map { LargestDecision(position: $0.position, amount: $0.amount) }
  }
}

/// A quotient, rounded down.
func floored(_ value: Int64, _ length: Int64) -> Int64 {
  Int64((Double(value) / Double(length)).rounded(.down))
}

/// Whether numbers agree but for the order in which they were added up.
func agree(_ a: Double, _ b: Double) -> Bool {
  a == b || abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))
}

func agree(_ a: Rollup, _ b: Rollup) -> Bool {
  func numbers(_ sums: Rollup) -> [Double] {
    let (labelled, moments) = (sums.labelled, [sums.amount, sums.score])
    return moments.flatMap { [$0.sum, $0.squares, $0.least, $0.most] }
      + [
        sums.balanceBefore, sums.balanceAfter, labelled.fraudAmount, labelled.caughtAmount,
        labelled.falseAlarmAmount,
      ]
  }
  func counts(_ sums: Rollup) -> [Int] {
    [
      sums.count, sums.flagged, sums.balances, sums.labelled.fraud, sums.labelled.legitimate,
      sums.labelled.caught, sums.labelled.falseAlarms,
    ]
  }
  return counts(a) == counts(b) && a.first == b.first && a.last == b.last
    && zip(numbers(a), numbers(b)).allSatisfy { agree($0, $1) }
}

/// Rows as a log has them: positions and arrivals rise, times lie around midnight of some days.
struct RollupRows {
  static let day: Int64 = 86_400_000_000
  private var random: SeededGenerator
  private(set) var position: UInt64 = 1 << 26

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  private mutating func place() -> UInt64 {
    position += UInt64(number(1...40)) << 20
    return position
  }

  mutating func decision() -> DecisionRow {
    let scores: [Float] = [0, 0.005, 0.29, 0.3, 0.5, 0.57, 0.8, 0.995, 1]
    let place = place()
    return DecisionRow(
      position: place,
      source: UInt16(number(1...2)),
      idKey: Int64(number(-200...200)),
      time: Int64(number(-3...3)) * RollupRows.day + Int64(number(-2...2)) * 1_800_000_000
        + Int64(number(-1...1)),
      receivedAt: Int64(place),
      amount: Int64(number(0...1)) * Int64(number(0...99)) + Int64(1 << number(0...34))
        + Int64(number(0...5000)),
      outcome: Outcome.allCases.randomElement(using: &random) ?? .approve,
      score: number(0...2) == 0
        ? Float.random(in: 0...1, using: &random)
        : scores.randomElement(using: &random) ?? 0,
      account: "a",
      channel: ["", "TRANSFER", "PAYMENT", "caf\u{e9}"].randomElement(using: &random) ?? "",
      balances: number(0...1) == 0
        ? nil : DecisionRow.Balances(before: Int64(number(0...9999)), after: Int64(number(0...99)))
    )
  }

  mutating func label(of items: [RollupOracle.Item]) -> LabelRow {
    let row = items.randomElement(using: &random)?.row
    let place = place()
    return LabelRow(
      position: place,
      idKey: row?.idKey ?? 1000,
      time: number(0...3) == 0 ? -7 : row?.time ?? 0,
      receivedAt: Int64(place),
      fraud: number(0...1) == 0
    )
  }
}
