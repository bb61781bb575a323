import Numerics
package import Payments

/// Payments of a card population in time order, with honest oddities and two kinds of fraud.
///
/// The same arguments give the same payments on every machine. It holds its accounts, terminals and
/// the payments of one day.
package struct CardSimulation: IteratorProtocol {
  package static let daysMax = 3660
  package static let accountsMax = 5_000_000

  /// A payment before it has its id; campaigns are terminals' where positive, cards' where
  /// negative.
  private struct Draft {
    var second: Int64
    var account: Int32
    var terminal: Int32
    var amount: Int64
    var campaign: Int32
    var knownAfter: Int64?
  }

  private static let orderShift: UInt64 = 40
  private static let neverKnownShare = 0.02
  private static let knownAfterDaysMedian = 3.0
  private static let knownAfterSigma = 0.9

  private let days: Int
  private let seed: UInt64
  private let midnight: Int64
  private let population: CardPopulation
  private var campaigns: CardCampaigns
  private var day = 0
  private var drafts: [Draft] = []
  /// The day's drafts in time order: second of the day above, index in `drafts` below.
  private var order: [UInt64] = []
  private var index = 0
  private var nextID = 0

  package var terminalCount: Int { population.terminals.count }

  /// A simulation of whole days in UTC; `start` is rounded down to its midnight.
  package init(days: Int, accounts: Int, seed: UInt64, start: Timestamp) {
    precondition((0...CardSimulation.daysMax).contains(days), "0 to 3660 days are simulated")
    precondition((1...CardSimulation.accountsMax).contains(accounts), "too few or many accounts")
    precondition(
      start >= Timestamp.earliest && start.day + Int64(days) < Timestamp.latest.day,
      "the simulated days lie outside 1970 to 2200"
    )
    self.days = days
    self.seed = seed
    midnight = start.day * Timestamp.microsecondsPerDay
    population = CardPopulation(accounts: accounts, seed: seed)
    campaigns = CardCampaigns(population: population, start: midnight, seed: seed)
  }

  package mutating func next() -> SimulatedTransaction? {
    while index == order.count {
      guard day < days else { return nil }
      simulateDay()
      day += 1
    }
    let draft = drafts[Int(order[index] & (1 << CardSimulation.orderShift - 1))]
    index += 1
    defer { nextID += 1 }
    let number = draft.campaign.magnitude
    let terminal = Int(draft.terminal)
    return SimulatedTransaction(
      id: nextID,
      time: Timestamp(microseconds: draft.second * Timestamp.microsecondsPerSecond),
      account: Int(draft.account),
      counterparty: terminal,
      amountMinorUnits: draft.amount,
      isOnline: MerchantCategory.all[population.terminals[terminal].category].isOnline,
      fraud: number > 0,
      campaign: number == 0 ? nil : (draft.campaign > 0 ? "terminal-" : "card-") + String(number),
      knownAfterMicroseconds: draft.knownAfter
    )
  }

  private mutating func simulateDay() {
    drafts.removeAll(keepingCapacity: true)
    index = 0
    let today = midnight + Int64(day) * Timestamp.microsecondsPerDay
    campaigns.compromiseTerminals(day: day, midnight: today)
    let date = Timestamp(microseconds: today)
    // 1 January 1970 was a Thursday.
    let weekday = MerchantCategory.weekdays[Int((date.day + 3) % 7)]
    let dayOfMonth = date.civil.day
    for number in population.accounts.indices {
      var random = SimulationRandom(seed: seed, number, day)
      campaigns.stealCard(of: number, midnight: today, &random)
      campaigns.travel(number, day: day, in: population, &random)
      addHonest(number, today, weekday: weekday, dayOfMonth: dayOfMonth, &random)
      if campaigns.thefts[number].end > today { addStolen(number, today, &random) }
    }
    // By second of the day, then in the order of making, which is by account.
    order = drafts.indices.map { index in
      UInt64(drafts[index].second - today / Timestamp.microsecondsPerSecond)
        << CardSimulation.orderShift | UInt64(index)
    }
    order.sort()
  }

  /// The holder's own payments; some are copied by a compromised terminal and count as its fraud.
  private mutating func addHonest(
    _ number: Int,
    _ today: Int64,
    weekday: Double,
    dayOfMonth: Int,
    _ random: inout SimulationRandom
  ) {
    let account = population.accounts[number]
    let isPayTime = account.salaryDay > 0 && (0...2).contains(dayOfMonth - account.salaryDay)
    let away = campaigns.journeys[number].terminals
    var shift = account.spending
    if isPayTime { shift += 0.2 }
    if !away.isEmpty { shift += 0.25 }
    for _ in 0..<random.poisson(account.rate * weekday * (isPayTime ? 2 : 1)) {
      let terminal =
        !away.isEmpty && random.chance(0.85)
        ? away[random.rank(below: away.count)]
        : random.chance(0.04)
          ? population.onlineTerminal(&random)
          : population.familiarTerminal(of: account, &random)
      let large = random.chance(0.004) ? random.uniform(1.2...3) : 0
      let amount = population.amount(at: terminal, shift: shift + large, &random)
      let second = time(at: terminal, shift: account.hourShift, &random)
      let instant = today + second * Timestamp.microsecondsPerSecond
      let compromise = campaigns.compromises[terminal]
      let isFraud =
        instant >= compromise.start && instant < compromise.end && random.chance(compromise.share)
      add(
        number,
        terminal,
        amount,
        instant,
        campaign: isFraud ? Int32(compromise.number) : 0,
        &random
      )
    }
  }

  /// A thief's payments: mostly online, dearer, with a few small trials, at most hours.
  private mutating func addStolen(
    _ number: Int,
    _ today: Int64,
    _ random: inout SimulationRandom
  ) {
    let theft = campaigns.thefts[number]
    let from = max(theft.start, today)
    let until = min(theft.end, today + Timestamp.microsecondsPerDay)
    guard until > from else { return }
    let part = Double(until - from) / Double(Timestamp.microsecondsPerDay)
    for _ in 0..<random.poisson(theft.paymentsPerDay * part) {
      let terminal =
        random.chance(0.8)
        ? population.onlineTerminal(&random)
        : random.integer(below: population.terminals.count)
      let trial = random.chance(0.15) ? -2.0 : 0
      let shift = population.accounts[number].spending + theft.spending + trial
      let amount = population.amount(at: terminal, shift: shift, &random)
      let usual =
        today + time(at: terminal, shift: 0, &random) * Timestamp.microsecondsPerSecond
      let any = from + Int64(random.unit() * Double(until - from))
      let keepsHours = random.chance(0.6) && usual >= from && usual < until
      let instant = keepsHours ? usual : any
      add(number, terminal, amount, instant, campaign: -Int32(theft.number), &random)
    }
  }

  private mutating func add(
    _ account: Int,
    _ terminal: Int,
    _ amount: Int64,
    _ instant: Int64,
    campaign: Int32,
    _ random: inout SimulationRandom
  ) {
    var knownAfter: Int64?
    if campaign != 0, !random.chance(CardSimulation.neverKnownShare) {
      let days = random.logNormal(
        median: CardSimulation.knownAfterDaysMedian,
        sigma: CardSimulation.knownAfterSigma
      )
      knownAfter = Int64(days * 86_400) * Timestamp.microsecondsPerSecond
    }
    drafts.append(
      Draft(
        second: instant / Timestamp.microsecondsPerSecond,
        account: Int32(account),
        terminal: Int32(terminal),
        amount: amount,
        campaign: campaign,
        knownAfter: knownAfter
      )
    )
  }

  /// A second of the day at which people pay at such a terminal.
  private func time(at terminal: Int, shift: Double, _ random: inout SimulationRandom) -> Int64 {
    let isOnline = MerchantCategory.all[population.terminals[terminal].category].isOnline
    let hours = isOnline ? MerchantCategory.onlineHours : MerchantCategory.shopHours
    var hour = Double(hours.draw(&random)) + random.unit() + shift
    // Shifts are a few hours: one turn of the clock is enough, and the clamp is for the rest.
    if hour < 0 { hour += 24 } else if hour >= 24 { hour -= 24 }
    return min(max(Int64(hour * 3600), 0), 86_399)
  }
}
