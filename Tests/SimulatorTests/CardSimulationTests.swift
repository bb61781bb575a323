import Payments
import Simulator
import Testing

/// The population looks like card payments, and gives nothing away.
struct CardSimulationTests {
  static let start = Timestamp(year: 2018, month: 4, day: 1)
  static let month = payments(days: 35, accounts: 1500, seed: 7)

  static func payments(
    days: Int,
    accounts: Int,
    seed: UInt64
  ) -> [SimulatedTransaction] {
    var simulation = CardSimulation(days: days, accounts: accounts, seed: seed, start: start)
    var all: [SimulatedTransaction] = []
    while let next = simulation.next() { all.append(next) }
    return all
  }

  /// The probability that a fraud has a larger value than an honest payment; ties count half.
  static func areaUnderCurve(
    _ payments: [SimulatedTransaction],
    _ value: (SimulatedTransaction) -> Double
  ) -> Double {
    let scored = payments.map { (value: value($0), fraud: $0.fraud) }.sorted { $0.value < $1.value }
    var below = 0.0
    var wins = 0.0
    var frauds = 0.0
    var index = 0
    while index < scored.count {
      var end = index
      var tiedFrauds = 0.0
      while end < scored.count, scored[end].value == scored[index].value {
        tiedFrauds += scored[end].fraud ? 1 : 0
        end += 1
      }
      let tiedHonest = Double(end - index) - tiedFrauds
      wins += tiedFrauds * (below + tiedHonest / 2)
      below += tiedHonest
      frauds += tiedFrauds
      index = end
    }
    return wins / (frauds * below)
  }

  @Test func `the same seed gives the same payments, another seed others`() {
    let first = CardSimulationTests.payments(days: 8, accounts: 200, seed: 3)
    #expect(first == CardSimulationTests.payments(days: 8, accounts: 200, seed: 3))
    #expect(first != CardSimulationTests.payments(days: 8, accounts: 200, seed: 4))
    // A longer run begins with the shorter one.
    #expect(CardSimulationTests.payments(days: 12, accounts: 200, seed: 3).starts(with: first))
  }

  @Test func `times ascend within the days asked for, and ids count`() {
    let payments = CardSimulationTests.month
    #expect(payments.map(\.id) == Array(payments.indices))
    #expect(zip(payments, payments.dropFirst()).allSatisfy { $0.time <= $1.time })
    #expect(payments.allSatisfy { (0..<35).contains($0.time.day - CardSimulationTests.start.day) })
    #expect(payments.allSatisfy { $0.amountMinorUnits > 0 })
  }

  @Test func `edges: no day, one account`() {
    #expect(CardSimulationTests.payments(days: 0, accounts: 5, seed: 1).isEmpty)
    let one = CardSimulationTests.payments(days: 60, accounts: 1, seed: 1)
    #expect(!one.isEmpty && one.allSatisfy { $0.account == 0 })
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func `about one payment in a hundred and fifty is fraud`(seed: UInt64) {
    let payments = CardSimulationTests.payments(days: 30, accounts: 1000, seed: seed)
    let share = Double(payments.count { $0.fraud }) / Double(payments.count)
    #expect((0.003...0.015).contains(share), "\(share)")
  }

  @Test func `days and weeks have their cycle`() {
    let payments = CardSimulationTests.month
    var hours = [Int](repeating: 0, count: 24)
    var weekdays = [Int](repeating: 0, count: 7)
    for payment in payments where !payment.fraud {
      hours[Int(payment.time.microseconds / 3_600_000_000 % 24)] += 1
      weekdays[Int((payment.time.day + 3) % 7)] += 1
    }
    #expect(hours[12] > 10 * hours[3])
    #expect(hours[18] > 5 * hours[5])
    #expect(hours.allSatisfy { $0 > 0 })
    // Saturday against Sunday and Tuesday.
    #expect(Double(weekdays[5]) > 1.4 * Double(weekdays[6]))
    #expect(Double(weekdays[5]) > 1.2 * Double(weekdays[1]))
  }

  @Test func `amounts have a heavy tail`() {
    let amounts = CardSimulationTests.month.map(\.amountMinorUnits).sorted()
    let median = amounts[amounts.count / 2]
    #expect((1000...6000).contains(median))
    #expect(amounts[amounts.count * 99 / 100] > 7 * median)
    #expect(amounts[amounts.count * 999 / 1000] > 18 * median)
  }

  @Test func `no single column gives fraud away`() {
    let payments = CardSimulationTests.month
    let amount = CardSimulationTests.areaUnderCurve(payments) { Double($0.amountMinorUnits) }
    #expect((0.5..<0.8).contains(amount), "\(amount)")
    let online = CardSimulationTests.areaUnderCurve(payments) { $0.isOnline ? 1 : 0 }
    #expect((0.5..<0.85).contains(online), "\(online)")
    let night = CardSimulationTests.areaUnderCurve(payments) {
      $0.time.microseconds / 3_600_000_000 % 24 < 6 ? 1 : 0
    }
    #expect((0.45..<0.75).contains(night), "\(night)")
    // Above the dearest of most frauds there are honest payments still.
    let fraudAmounts = payments.filter(\.fraud).map(\.amountMinorUnits).sorted()
    let high = fraudAmounts[fraudAmounts.count * 9 / 10]
    #expect(payments.count { !$0.fraud && $0.amountMinorUnits > high } > fraudAmounts.count / 2)
  }

  @Test func `accounts are active, and some much more than others`() {
    var counts = [Int](repeating: 0, count: 1500)
    for payment in CardSimulationTests.month { counts[payment.account] += 1 }
    #expect(counts.count { $0 == 0 } < 15)
    let sorted = counts.sorted()
    #expect(sorted[1485] > 5 * sorted[750])
  }

  @Test func `an account is loyal to a few of many terminals`() {
    var visits: [Int: [Int: Int]] = [:]
    for payment in CardSimulationTests.month where !payment.fraud {
      visits[payment.account, default: [:]][payment.counterparty, default: 0] += 1
    }
    let busy = visits.values.filter { $0.values.reduce(0, +) >= 60 }
    #expect(busy.count > 100)
    let favourites = busy.map { terminals in
      let counts = terminals.values.sorted(by: >)
      return Double(counts.prefix(5).reduce(0, +)) / Double(counts.reduce(0, +))
    }
    let mean = favourites.reduce(0, +) / Double(favourites.count)
    #expect((0.3..<0.8).contains(mean), "\(mean)")
    #expect(busy.allSatisfy { $0.count >= 8 })
  }

  @Test func `campaigns against terminals last days, hit many cards and spare many payments`() {
    let payments = CardSimulationTests.month
    var campaigns: [String: [SimulatedTransaction]] = [:]
    for payment in payments {
      if let campaign = payment.campaign { campaigns[campaign, default: []].append(payment) }
    }
    let terminals = campaigns.filter { $0.key.hasPrefix("terminal-") && $0.value.count >= 8 }
    #expect(terminals.count >= 5)
    for (name, frauds) in terminals {
      #expect(Set(frauds.map(\.counterparty)).count == 1, "\(name)")
      #expect(Set(frauds.map(\.account)).count > 1, "\(name)")
      let (first, last) = (frauds[0].time, frauds[frauds.count - 1].time)
      #expect(last.microseconds - first.microseconds < 30 * Timestamp.microsecondsPerDay)
      let spared = payments.count {
        !$0.fraud && $0.counterparty == frauds[0].counterparty && (first...last).contains($0.time)
      }
      #expect(spared > 0, "\(name)")
    }
    let cards = campaigns.filter { $0.key.hasPrefix("card-") }
    #expect(cards.count >= 5)
    for (name, frauds) in cards {
      #expect(Set(frauds.map(\.account)).count == 1, "\(name)")
      let length = frauds[frauds.count - 1].time.microseconds - frauds[0].time.microseconds
      #expect(length < 7 * Timestamp.microsecondsPerDay, "\(name)")
    }
    #expect(payments.allSatisfy { $0.fraud == ($0.campaign != nil) })
  }

  @Test func `thieves prefer web shops`() {
    let payments = CardSimulationTests.month
    let stolen = payments.filter { $0.campaign?.hasPrefix("card-") == true }
    let honest = payments.filter { !$0.fraud }
    #expect(stolen.count { $0.isOnline } * 10 > stolen.count * 6)
    let online = Double(honest.count { $0.isOnline }) / Double(honest.count)
    #expect((0.08...0.4).contains(online), "\(online)")
  }

  @Test func `some honest days are spent at terminals that the account never sees again`() {
    struct Key: Hashable {
      var account: Int
      var other: Int
    }
    var days: [Key: [Int]] = [:]
    var seen: [Key: ClosedRange<Int>] = [:]
    for payment in CardSimulationTests.month where !payment.fraud {
      let day = Int(payment.time.day)
      let visit = Key(account: payment.account, other: payment.counterparty)
      days[Key(account: payment.account, other: day), default: []].append(payment.counterparty)
      seen[visit] = (seen[visit]?.lowerBound ?? day)...day
    }
    let away = days.count { key, terminals in
      terminals.count >= 5
        && terminals.allSatisfy { terminal in
          (seen[Key(account: key.account, other: terminal)]?.count ?? 0) <= 14
        }
    }
    // About 18 in 1000; without journeys, 5 in 1000 by chance.
    let busy = days.values.count { $0.count >= 5 }
    #expect(away * 100 > busy && away * 10 < busy, "\(away) of \(busy)")
  }
}
