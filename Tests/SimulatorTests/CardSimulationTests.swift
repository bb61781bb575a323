import Payments
import Testing

@testable import Simulator

/// Card payments have the cycles, the tails and the loyalty of cards, and the frauds of cards.
struct CardSimulationTests {
  static let start = Timestamp(year: 2026, month: 1, day: 1)
  static let accounts = 1500
  static let simulation = AccountSimulation(
    .card,
    days: 35,
    accounts: accounts,
    seed: 7,
    start: start
  )
  static let events = AccountSimulationTests.events(simulation)
  static let month = AccountSimulationTests.payments(events)
  static let campaigns = Dictionary(grouping: month.filter(\.fraud)) { $0.campaign ?? "" }

  static func isOnline(_ payment: SimulatedPayment) -> Bool {
    simulation.population.profile.kinds[payment.kind].isOnline
  }

  @Test func `cards pay merchants only, and two merchants never share a number`() {
    let text = PaymentText(.card, seed: 7, start: CardSimulationTests.start)
    var parties: [SimulatedParty: String] = [:]
    for payment in CardSimulationTests.month {
      parties[payment.counterparty] = text.name(payment.counterparty)
    }
    #expect(Set(parties.values).count == parties.count)
    for (party, name) in parties {
      #expect(Int(name) != nil, "\(name)")
      guard case .merchant = party else {
        Issue.record("\(party) is no merchant")
        continue
      }
    }
    // Nobody is added as a payee where nobody can be: it would name the thief.
    let payees = CardSimulationTests.events.count {
      if case .activity(let activity) = $0 { activity.kind == .newPayee } else { false }
    }
    #expect(payees == 0)
  }

  @Test func `days and weeks have their cycle`() {
    var hours = [Int](repeating: 0, count: 24)
    var weekdays = [Int](repeating: 0, count: 7)
    for payment in CardSimulationTests.month where !payment.fraud {
      hours[Int(payment.time.microseconds / 3_600_000_000 % 24)] += 1
      weekdays[Int((payment.time.day + 3) % 7)] += 1
    }
    #expect(hours[12] > 6 * hours[3])
    #expect(hours[18] > 5 * hours[5])
    #expect(hours.allSatisfy { $0 > 0 })
    // Saturday against Sunday and Tuesday.
    #expect(Double(weekdays[5]) > 1.4 * Double(weekdays[6]))
    #expect(Double(weekdays[5]) > 1.2 * Double(weekdays[1]))
  }

  @Test func `amounts are log-normal by category, and have a heavy tail`() {
    let honest = CardSimulationTests.month.filter { !$0.fraud }
    let kinds = CardSimulationTests.simulation.population.profile.kinds
    for (index, kind) in kinds.enumerated() where kind.share > 0.05 {
      let amounts = honest.filter { $0.kind == index }.map(\.amountMinorUnits).sorted()
      func size(_ share: Double) -> Double {
        Double(amounts[Int(share * Double(amounts.count))]) / kind.median
      }
      // A logarithm lies as far below its middle as above.
      #expect((0.7...1.3).contains(size(0.5)), "\(kind)")
      #expect((0.6...1.7).contains(size(0.05) * size(0.95) / (size(0.5) * size(0.5))), "\(kind)")
    }
    let amounts = honest.map(\.amountMinorUnits).sorted()
    let median = amounts[amounts.count / 2]
    #expect((1000...6000).contains(median))
    #expect(amounts[amounts.count * 99 / 100] > 7 * median)
    #expect(amounts[amounts.count * 999 / 1000] > 18 * median)
  }

  @Test func `accounts are active, and some much more than others`() {
    var counts = [Int](repeating: 0, count: CardSimulationTests.accounts)
    for payment in CardSimulationTests.month { counts[payment.account] += 1 }
    #expect(counts.count { $0 == 0 } < 30)
    let sorted = counts.sorted()
    #expect(sorted[1485] > 5 * sorted[750])
  }

  @Test func `an account is loyal to a few of many merchants`() {
    var visits: [Int: [SimulatedParty: Int]] = [:]
    for payment in CardSimulationTests.month where !payment.fraud {
      visits[payment.account, default: [:]][payment.counterparty, default: 0] += 1
    }
    let busy = visits.values.filter { $0.values.reduce(0, +) >= 60 }
    #expect(busy.count > 100)
    let favourites = busy.map { merchants in
      let counts = merchants.values.sorted(by: >)
      return Double(counts.prefix(5).reduce(0, +)) / Double(counts.reduce(0, +))
    }
    let mean = favourites.reduce(0, +) / Double(favourites.count)
    #expect((0.3...0.8).contains(mean), "\(mean)")
  }

  @Test func `all kinds of campaigns against cards happen, and mules do not`() {
    let kinds = Set(CardSimulationTests.campaigns.keys.map { $0.prefix { $0 != "-" } })
    #expect(kinds == ["testing", "terminal", "takeover", "onramp", "card"])
  }

  @Test func `campaigns against terminals last days, hit many cards and spare many payments`() {
    let terminals = CardSimulationTests.campaigns.filter {
      $0.key.hasPrefix("terminal-") && $0.value.count >= 8
    }
    #expect(terminals.count >= 5)
    for (name, frauds) in terminals {
      #expect(Set(frauds.map(\.counterparty)).count == 1, "\(name)")
      #expect(Set(frauds.map(\.account)).count > 1, "\(name)")
      let (first, last) = (frauds[0].time, frauds[frauds.count - 1].time)
      #expect(last.microseconds - first.microseconds <= 30 * Timestamp.microsecondsPerDay)
      let spared = CardSimulationTests.month.count {
        !$0.fraud && $0.counterparty == frauds[0].counterparty && (first...last).contains($0.time)
      }
      #expect(spared > 0, "\(name)")
    }
  }

  @Test func `a stolen card is used for days by one thief, mostly online, dearer, at new shops`() {
    let cards = CardSimulationTests.campaigns.filter { $0.key.hasPrefix("card-") }
    #expect(cards.count >= 5)
    var before: [Int: Set<SimulatedParty>] = [:]
    for payment in CardSimulationTests.month where !payment.fraud {
      before[payment.account, default: []].insert(payment.counterparty)
    }
    let population = CardSimulationTests.simulation.population
    var (online, new, dear) = (0, 0, 0)
    for (name, frauds) in cards {
      #expect(Set(frauds.map(\.account)).count == 1, "\(name)")
      let strange = frauds.filter(CardSimulationTests.isOnline)
      #expect(Set(strange.map(\.device)).count <= 1, "\(name)")
      // At a counter it is the card itself that shows.
      for fraud in frauds {
        let isOnline = CardSimulationTests.isOnline(fraud)
        #expect((fraud.device < 0) == isOnline, "\(name)")
        #expect((fraud.hint.state == 1) == isOnline, "\(name)")
      }
      let length = frauds[frauds.count - 1].time.microseconds - frauds[0].time.microseconds
      #expect(length <= 7 * Timestamp.microsecondsPerDay, "\(name)")
      online += frauds.count(where: CardSimulationTests.isOnline)
      new += frauds.count { before[$0.account]?.contains($0.counterparty) != true }
      dear += frauds.count {
        Double($0.amountMinorUnits) > population.profile.kinds[$0.kind].median
      }
    }
    let all = cards.values.map(\.count).reduce(0, +)
    #expect(online * 10 > all * 5 && online < all)
    #expect(new * 10 > all * 6)
    #expect(dear * 10 > all * 5)
    let honest = CardSimulationTests.month.filter { !$0.fraud }
    let share = Double(honest.count(where: CardSimulationTests.isOnline)) / Double(honest.count)
    #expect((0.2...0.4).contains(share), "\(share)")
  }

  @Test func `the dearest honest payments are dearer than most frauds`() {
    let amounts = CardSimulationTests.month.filter(\.fraud).map(\.amountMinorUnits).sorted()
    let high = amounts[amounts.count * 9 / 10]
    let dearer = CardSimulationTests.month.count { !$0.fraud && $0.amountMinorUnits > high }
    #expect(dearer > amounts.count / 2)
  }

  @Test func `some honest days are spent in places that are not the account's own`() {
    let homes = CardSimulationTests.simulation.population.accounts.map(\.place)
    var away: Set<Int> = []
    var payments = 0
    for payment in CardSimulationTests.month
    where !payment.fraud && payment.place != homes[payment.account] {
      away.insert(payment.account)
      payments += 1
    }
    #expect(away.count > 50)
    #expect(payments * 100 > CardSimulationTests.month.count)
    #expect(payments * 10 < CardSimulationTests.month.count)
  }

  @Test func `edges: no day, one account`() {
    func payments(days: Int, accounts: Int) -> [SimulatedPayment] {
      AccountSimulationTests.payments(
        AccountSimulationTests.events(
          AccountSimulationTests.simulation(.card, days: days, accounts: accounts, seed: 1)
        )
      )
    }
    #expect(payments(days: 0, accounts: 5).isEmpty)
    let one = payments(days: 60, accounts: 1)
    #expect(!one.isEmpty && one.allSatisfy { $0.account == 0 })
  }
}
