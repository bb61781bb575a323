import Numerics
package import Payments

/// Payments of a population in time order, with what happens on its accounts besides, honest
/// oddities, and fraud in campaigns.
///
/// The same arguments give the same events on every machine. It holds its accounts, the pairs that
/// ever paid one another, the events of one day and the frauds that are planned for later ones.
package struct AccountSimulation: IteratorProtocol {
  package static let daysMax = 3660
  package static let accountsMax = 200_000

  private static let shopsAwayDays = 0.006
  private static let newDeviceDays = 0.003
  private static let loginShare = 0.5
  private static let orderShift: UInt64 = 40

  /// Payments of the last hour or so: each counts less the longer it is ago.
  private struct Pace {
    var count = 0.0
    var time: Int64 = 0

    mutating func add(at second: Int64) -> Double {
      let hours = Double(second - time) / 3600
      count = count * DeterministicMath.exp(-min(hours, 50)) + 1
      time = second
      return count
    }
  }

  package let dialect: Dialect
  let population: AccountPopulation
  private let days: Int
  private let seed: UInt64
  private let midnight: Int64
  private let noise: LabelNoise
  private var campaigns: AccountCampaigns
  private var balances: [Int64]
  /// The device that an account uses at present.
  private var devices: [Int32]
  private var away: [(until: Int, place: Int)]
  private var known: Set<UInt64> = []
  /// How busy accounts and parties are, by their numbers.
  private var pace: [Int: Pace] = [:]
  private var day = 0
  private var drafts: [PaymentDraft] = []
  private var later: [PaymentDraft] = []
  /// The day's drafts in time order: second of the day above, index in `drafts` below.
  private var order: [UInt64] = []
  private var index = 0
  private var nextID = 0

  /// A simulation of whole days; `start` is rounded down to its midnight in UTC, and the days begin
  /// `hours` later.
  package init(
    _ dialect: Dialect,
    days: Int,
    accounts: Int,
    seed: UInt64,
    start: Timestamp,
    hours: Int = 0,
    noise: LabelNoise = LabelNoise()
  ) {
    precondition((0...AccountSimulation.daysMax).contains(days), "0 to 3660 days are simulated")
    precondition((1...AccountSimulation.accountsMax).contains(accounts), "too few or many accounts")
    precondition(
      start >= Timestamp.earliest && start.day + Int64(days) < Timestamp.latest.day,
      "the simulated days lie outside 1970 to 2200"
    )
    self.dialect = dialect
    self.days = days
    self.seed = seed
    self.noise = noise
    midnight =
      start.day * Timestamp.microsecondsPerDay / Timestamp.microsecondsPerSecond
      + Int64(hours) * 3600
    population = AccountPopulation(PaymentProfile(dialect), accounts: accounts, seed: seed)
    campaigns = AccountCampaigns(population, seed: seed)
    devices = Array(repeating: 0, count: accounts)
    away = Array(repeating: (-1, 0), count: accounts)
    let usual = population.profile.kinds.map(\.median).max() ?? 1
    balances = (0..<accounts).map { number in
      var random = SimulationRandom(seed: seed, number, -2)
      return random.chance(0.25) ? 0 : Int64(random.logNormal(median: 2 * usual, sigma: 1.2))
    }
  }

  package mutating func next() -> AccountEvent? {
    while index == order.count {
      guard day < days else { return nil }
      simulateDay()
      day += 1
    }
    let draft = drafts[Int(order[index] & (1 << AccountSimulation.orderShift - 1))]
    index += 1
    let time = Timestamp(microseconds: draft.second * Timestamp.microsecondsPerSecond)
    if let kind = draft.activity {
      return .activity(
        SimulatedActivity(
          time: time,
          account: Int(draft.account),
          kind: kind,
          succeeded: draft.succeeded,
          device: draft.device
        )
      )
    }
    defer { nextID += 1 }
    return .payment(pay(draft, time))
  }

  /// Lets a payment happen: balances move, and what it shows is looked at.
  private mutating func pay(_ draft: PaymentDraft, _ time: Timestamp) -> SimulatedPayment {
    let account = Int(draft.account)
    let kind = population.profile.kinds[draft.kind]
    let isDeposit = kind.target == .agent && draft.kind != population.profile.exit
    var amount = draft.amount
    let old = balances[account]
    // Who empties an account honestly has about as much as he would pay.
    if draft.balanceShare > 0, old > 100, draft.fraud > 0 || old < 4 * amount {
      amount = max(1, Int64(Double(old) * draft.balanceShare))
    }
    balances[account] = isDeposit ? old + amount : max(0, old - amount)
    var (otherOld, otherNew): (Int64, Int64) = (0, 0)
    if case .person(let other) = draft.party {
      otherOld = balances[other]
      balances[other] += amount
      otherNew = balances[other]
    }
    var random = SimulationRandom(seed: seed &+ 77, nextID, 0)
    var payment = SimulatedPayment(
      id: nextID,
      time: time,
      account: account,
      counterparty: draft.party,
      kind: draft.kind,
      amountMinorUnits: amount,
      device: draft.device,
      place: draft.place,
      oldBalance: old,
      newBalance: balances[account],
      counterpartyOldBalance: otherOld,
      counterpartyNewBalance: otherNew,
      fraud: draft.fraud > 0,
      campaign: draft.fraud > 0 ? campaigns.name(draft.fraud) : nil,
      hint: draft.hint
    )
    report(&payment, &random)
    payment.hint.cell = cell(payment)
    return payment
  }

  private func report(_ payment: inout SimulatedPayment, _ random: inout SimulationRandom) {
    let isMissing = payment.fraud && random.chance(noise.missing)
    let isWrong = random.chance(payment.fraud ? noise.wrong : noise.wrong / 100)
    if isMissing { return }
    payment.reported = payment.fraud != isWrong
    if payment.reported == true {
      let days = random.logNormal(median: noise.delayDaysMedian, sigma: noise.delaySigma)
      payment.knownAfterMicroseconds =
        Int64(days * 86_400) * Timestamp.microsecondsPerSecond
    }
  }

  /// The class of what a payment shows.
  private mutating func cell(_ payment: SimulatedPayment) -> UInt16 {
    let pair = Fingerprint.chain(UInt64(payment.account), UInt64(payment.counterparty.number))
    let isNew = known.insert(pair).inserted
    let kind = population.profile.kinds[payment.kind]
    let usual =
      kind.median * DeterministicMath.exp(population.accounts[payment.account].spending)
    let size = Double(payment.amountMinorUnits) / usual
    let step = size < 0.3 ? 0 : size < 2 ? 1 : size < 6 ? 2 : 3
    let hour = payment.time.microseconds / 3_600_000_000 % 24
    var cell = payment.kind * 4 + step
    cell = cell * 2 + (isNew ? 1 : 0)
    cell = cell * 2 + (hour < 6 ? 1 : 0)
    let isStrange = population.profile.showsDevice && payment.device < 0
    cell = cell * 2 + (isStrange ? 1 : 0)
    let second = payment.time.microseconds / Timestamp.microsecondsPerSecond
    let own = pace[-1 - payment.account, default: Pace()].add(at: second)
    let other = pace[payment.counterparty.number, default: Pace()].add(at: second)
    cell = cell * 3 + (own < 1.5 ? 0 : own < 2.5 ? 1 : 2)
    return UInt16(cell * 3 + (other < 2 ? 0 : other < 5 ? 1 : 2))
  }

  private mutating func simulateDay() {
    drafts.removeAll(keepingCapacity: true)
    index = 0
    let today = midnight + Int64(day) * 86_400
    campaigns.begin(day: day, midnight: today, in: population, into: &later)
    let date = Timestamp(microseconds: today * Timestamp.microsecondsPerSecond)
    // 1 January 1970 was a Thursday.
    let weekday = PaymentProfile.weekdays[Int((date.day + 3) % 7)]
    let sale = self.sale(date)
    for number in population.accounts.indices {
      var random = SimulationRandom(seed: seed, number, day)
      live(number, today, weekday: weekday, dayOfMonth: date.civil.day, sale: sale, &random)
    }
    // What campaigns planned for today; the rest waits.
    var waiting: [PaymentDraft] = []
    for var draft in later {
      if draft.second < today + 86_400 {
        if draft.keepsDevice { draft.device = Int(devices[Int(draft.account)]) }
        drafts.append(draft)
      } else {
        waiting.append(draft)
      }
    }
    later = waiting
    order = drafts.indices.map { index in
      UInt64(drafts[index].second - today) << AccountSimulation.orderShift | UInt64(index)
    }
    order.sort()
  }

  /// The kind of payment that is on sale; on about two days a month.
  private func sale(_ date: Timestamp) -> Int? {
    var random = SimulationRandom(seed: seed, -30, Int(date.day))
    guard random.chance(0.07) else { return nil }
    let shops = population.profile.kinds.indices.filter {
      population.profile.kinds[$0].target == .merchant
    }
    if shops.isEmpty { return nil }
    return shops[WeightedChoice(shops.map { population.profile.kinds[$0].share }).draw(&random)]
  }

  /// An account's own day: money that comes, journeys, new devices, and payments.
  private mutating func live(
    _ number: Int,
    _ today: Int64,
    weekday: Double,
    dayOfMonth: Int,
    sale: Int?,
    _ random: inout SimulationRandom
  ) {
    let account = population.accounts[number]
    let profile = population.profile
    if dayOfMonth == max(account.salaryDay, 1) {
      let usual = profile.kinds.map(\.median).max() ?? 1
      let salary = Int64(usual * account.rate * 12 * DeterministicMath.exp(account.spending))
      balances[number] = min(balances[number] + salary, 2 * salary)
    }
    if random.chance(AccountSimulation.shopsAwayDays), away[number].until < day {
      away[number] = (
        day + 2 + random.integer(below: 12), random.integer(below: profile.places.count)
      )
    }
    if random.chance(AccountSimulation.newDeviceDays) {
      devices[number] += 1
      let second = today + self.second(account, &random)
      for kind in [ActivityKind.newDevice, .login] {
        note(kind, number, second)
      }
    }
    let isPayTime = account.salaryDay > 0 && (0...2).contains(dayOfMonth - account.salaryDay)
    let isAway = away[number].until >= day
    let mean = account.rate * weekday * (isPayTime ? 1.8 : 1) * (sale == nil ? 1 : 1.25)
    for _ in 0..<random.poisson(mean) {
      pay(number, today, isPayTime: isPayTime, isAway: isAway, sale: sale, &random)
    }
  }

  private mutating func pay(
    _ number: Int,
    _ today: Int64,
    isPayTime: Bool,
    isAway: Bool,
    sale: Int?,
    _ random: inout SimulationRandom
  ) {
    let account = population.accounts[number]
    let kind = population.drawKind(account, sale: sale, &random)
    let paid = population.profile.kinds[kind]
    let place = isAway ? away[number].place : account.place
    let party = population.party(
      for: number,
      kind: kind,
      at: place,
      loyalty: isAway && !paid.isOnline ? 0.1 : 0.88,
      &random
    )
    var shift = account.spending + (isPayTime ? 0.2 : 0) + (isAway ? 0.25 : 0)
    if kind == sale { shift -= 0.3 }
    if random.chance(0.006) { shift += random.uniform(1...2.5) }
    var draft = PaymentDraft(
      second: today + second(account, &random),
      account: Int32(number),
      party: party,
      kind: kind,
      amount: population.amount(kind, shift: shift, &random),
      device: Int(devices[number]),
      place: place
    )
    // Some empty their accounts honestly.
    let mayEmpty = paid.target == .person || kind == population.profile.exit
    if mayEmpty, population.profile.keepsBalances, random.chance(0.05) { draft.balanceShare = 1 }
    if paid.isOnline, random.chance(AccountSimulation.loginShare) {
      if random.chance(0.04) {
        note(.login, number, draft.second - 30, succeeded: false)
      }
      note(.login, number, draft.second - 20)
    }
    if paid.target == .person, random.chance(0.1) {
      note(.newPayee, number, draft.second - 10)
    }
    if random.chance(0.0015) { note(.passwordChange, number, draft.second - 15) }
    cover(&draft, &random)
    drafts.append(draft)
  }

  /// Places an honest payment among the campaigns: some of a terminal's are copied.
  private mutating func cover(_ draft: inout PaymentDraft, _ random: inout SimulationRandom) {
    if case .merchant(let merchant) = draft.party {
      let stretch = campaigns.terminals[merchant]
      if draft.second >= stretch.start, draft.second < stretch.end {
        draft.hint = SimulatedHint(campaign: stretch.campaign, state: Float(stretch.share))
        if random.chance(stretch.share) { draft.fraud = stretch.campaign }
        return
      }
    }
    let stretch = campaigns.accounts[Int(draft.account)]
    guard draft.second >= stretch.start, draft.second <= stretch.end, stretch.campaign > 0 else {
      return
    }
    let shown = population.profile.kinds[draft.kind].isOnline ? 0 : stretch.counterShare
    let share = population.profile.showsDevice ? shown : stretch.share
    draft.hint = SimulatedHint(campaign: stretch.campaign, state: Float(share))
  }

  private mutating func note(
    _ kind: ActivityKind,
    _ number: Int,
    _ second: Int64,
    succeeded: Bool = true
  ) {
    var draft = PaymentDraft(
      second: max(second, midnight + Int64(day) * 86_400),
      account: Int32(number),
      party: .person(0),
      kind: 0,
      amount: 0,
      device: Int(devices[number]),
      place: 0
    )
    draft.activity = kind
    draft.succeeded = succeeded
    drafts.append(draft)
  }

  /// A second of the day at which the account pays.
  private func second(
    _ account: AccountPopulation.Account,
    _ random: inout SimulationRandom
  ) -> Int64 {
    var hour = Double(population.profile.hours.draw(&random)) + random.unit() + account.hourShift
    if hour < 0 { hour += 24 } else if hour >= 24 { hour -= 24 }
    return min(max(Int64(hour * 3600), 0), 86_399)
  }
}
