import Payments

/// A payment before it happens: what is decided about it when its day is made.
struct PaymentDraft {
  var second: Int64
  var account: Int32
  var party: SimulatedParty
  var kind: Int
  var amount: Int64
  /// The share of the balance that is taken, in place of an amount; 0 for none.
  var balanceShare = 0.0
  var device = 0
  /// Whether it comes from the device that the account uses then.
  var keepsDevice = false
  var place: Int
  /// The campaign it is a fraud of; 0 for honest ones.
  var fraud: Int32 = 0
  var hint = SimulatedHint()
  /// Not a payment, but something else that happens on the account.
  var activity: ActivityKind?
  var succeeded = true
}

/// Who is attacked when, and by which kind of campaign.
struct AccountCampaigns {
  enum Kind: Int, CaseIterable {
    /// Many cards, each tried by small payments at one shop within an hour.
    case testing
    /// A merchant whose payments are copied for days.
    case terminal
    /// A thief enters an account from his own device and empties it.
    case takeover
    /// Stolen money that runs through accounts of others and leaves.
    case mule
    /// A holder who is talked into buying at an exchange, from his own device.
    case onramp
    /// A stolen card that is used for days.
    case card

    var word: String {
      switch self {
      case .testing: "testing"
      case .terminal: "terminal"
      case .takeover: "takeover"
      case .mule: "mule"
      case .onramp: "onramp"
      case .card: "card"
      }
    }
  }

  /// A stretch of time in which payments of an account or at a merchant may be a campaign's.
  struct Stretch {
    var start: Int64 = 0
    var end: Int64 = 0
    var campaign: Int32 = 0
    /// The probability that a payment in it is fraud, for one who knows of it.
    var share = 0.0
    /// The same at a counter, where thieves show the holder's own device.
    var counterShare = 0.0
  }

  private static let testingPerAccountDay = 0.00007
  private static let takeoverPerAccountDay = 0.0006
  private static let mulePerAccountDay = 0.0003
  private static let onrampPerAccountDay = 0.0002
  private static let cardPerAccountDay = 0.00035
  private static let hour: Int64 = 3600

  private(set) var terminals: [Stretch]
  /// What an account's own payments are hidden among, or hide among.
  private(set) var accounts: [Stretch]
  private var counts = [Int32](repeating: 0, count: Kind.allCases.count)
  /// The kind and number of each campaign, which count from 1.
  private(set) var names: [(kind: Kind, number: Int32)] = []
  private let seed: UInt64

  init(_ population: AccountPopulation, seed: UInt64) {
    terminals = Array(repeating: Stretch(), count: population.merchantCount)
    accounts = Array(repeating: Stretch(), count: population.accounts.count)
    self.seed = seed
  }

  /// The name of a campaign, such as `takeover-3`.
  func name(_ campaign: Int32) -> String {
    let (kind, number) = names[Int(campaign) - 1]
    return "\(kind.word)-\(number)"
  }

  mutating func begin(_ kind: Kind) -> Int32 {
    counts[kind.rawValue] += 1
    names.append((kind, counts[kind.rawValue]))
    return Int32(names.count)
  }

  /// Lets a day's campaigns begin; what they will do goes into `drafts`, on this day or later.
  mutating func begin(
    day: Int,
    midnight: Int64,
    in population: AccountPopulation,
    into drafts: inout [PaymentDraft]
  ) {
    var random = SimulationRandom(seed: seed, -20, day)
    func start() -> Int64 { midnight + Int64(random.integer(below: 86_400)) }
    let count = Double(population.accounts.count)
    let merchants = Double(population.merchantCount)
    for _ in 0..<random.poisson(population.profile.compromisesPerMerchantDay * merchants) {
      compromise(start(), population, &random)
    }
    for _ in 0..<random.poisson(AccountCampaigns.testingPerAccountDay * count) {
      testCards(start(), population, &random, &drafts)
    }
    for _ in 0..<random.poisson(AccountCampaigns.takeoverPerAccountDay * count) {
      takeOver(start(), population, &random, &drafts)
    }
    if population.profile.paysPersons {
      for _ in 0..<random.poisson(AccountCampaigns.mulePerAccountDay * count) {
        runMules(start(), population, &random, &drafts)
      }
    }
    if population.profile.exchange != nil {
      for _ in 0..<random.poisson(AccountCampaigns.onrampPerAccountDay * count) {
        talkInto(start(), population, &random, &drafts)
      }
    }
    if population.profile.losesCards {
      for _ in 0..<random.poisson(AccountCampaigns.cardPerAccountDay * count) {
        useStolenCard(start(), population, &random, &drafts)
      }
    }
  }

  private mutating func compromise(
    _ start: Int64,
    _ population: AccountPopulation,
    _ random: inout SimulationRandom
  ) {
    let merchant = random.integer(below: population.merchantCount)
    guard terminals[merchant].end <= start else { return }
    terminals[merchant] = Stretch(
      start: start,
      end: start + Int64(random.uniform(population.profile.compromiseDays) * 86_400),
      campaign: begin(.terminal),
      share: random.uniform(0.1...0.6)
    )
  }

  private mutating func testCards(
    _ start: Int64,
    _ population: AccountPopulation,
    _ random: inout SimulationRandom,
    _ drafts: inout [PaymentDraft]
  ) {
    let campaign = begin(.testing)
    let kind = population.profile.trial
    let place = random.integer(below: population.profile.places.count)
    let shop = population.party(
      for: 0,
      kind: kind,
      at: place,
      loyalty: 0,
      &random
    )
    let length = 10 * 60 + random.integer(below: 110 * 60)
    for _ in 0..<5 + random.integer(below: 20) {
      let account = random.integer(below: population.accounts.count)
      var time = start + Int64(random.integer(below: length))
      for trial in 0..<1 + random.integer(below: 3) {
        let isLarge = trial == 2
        drafts.append(
          PaymentDraft(
            second: time,
            account: Int32(account),
            party: shop,
            kind: kind,
            amount: population.amount(
              kind,
              shift: isLarge ? 0.8 : random.uniform(-2.5 ... -0.5),
              &random
            ),
            device: -Int(campaign),
            place: place,
            fraud: campaign,
            hint: SimulatedHint(campaign: campaign, state: 1)
          )
        )
        time += 20 + Int64(random.integer(below: 600))
      }
    }
  }

  private mutating func takeOver(
    _ start: Int64,
    _ population: AccountPopulation,
    _ random: inout SimulationRandom,
    _ drafts: inout [PaymentDraft]
  ) {
    let account = random.integer(below: population.accounts.count)
    guard accounts[account].end <= start else { return }
    let campaign = begin(.takeover)
    let holder = population.accounts[account]
    let place = random.integer(below: population.profile.places.count)
    let count = 1 + random.integer(below: 5)
    let end = start + AccountCampaigns.hour * Int64(1 + random.integer(below: 6))
    let share = enter(account, from: start, to: end, campaign, frauds: count, population)
    var draft = PaymentDraft(
      second: start,
      account: Int32(account),
      party: .person(0),
      kind: population.profile.transfer,
      amount: 0,
      device: -Int(campaign),
      place: random.chance(0.5) ? holder.place : place
    )
    var activities: [(ActivityKind, Bool)] = []
    for _ in 0..<random.integer(below: 3) { activities.append((.login, false)) }
    activities += [(.newDevice, true), (.login, true)]
    if random.chance(0.5) { activities.append((.passwordChange, true)) }
    if random.chance(0.7), population.profile.paysPersons { activities.append((.newPayee, true)) }
    for (kind, succeeded) in activities {
      (draft.activity, draft.succeeded) = (kind, succeeded)
      draft.second += 5 + Int64(random.integer(below: 90))
      drafts.append(draft)
    }
    (draft.activity, draft.succeeded) = (nil, true)
    draft.fraud = campaign
    draft.hint = SimulatedHint(campaign: campaign, state: Float(share))
    let receiver = population.party(
      for: account,
      kind: draft.kind,
      at: place,
      loyalty: 0,
      &random
    )
    for _ in 0..<count {
      let spends = random.chance(0.4)
      draft.kind = spends ? population.profile.exit : population.profile.transfer
      draft.party =
        spends
        ? population.party(for: account, kind: draft.kind, at: place, loyalty: 0, &random)
        : receiver
      draft.amount = population.amount(
        draft.kind,
        shift: holder.spending + random.uniform(0...1.4),
        &random
      )
      draft.balanceShare =
        population.profile.keepsBalances && random.chance(0.5) ? random.uniform(0.2...1) : 0
      draft.second = min(
        draft.second + 60 + Int64(random.integer(below: Int(end - start))) / Int64(count),
        end
      )
      drafts.append(draft)
    }
  }

  /// Puts an account in a thief's hands for a while; the share of its payments then that are his.
  mutating func enter(
    _ account: Int,
    from start: Int64,
    to end: Int64,
    _ campaign: Int32,
    frauds count: Int,
    atCounter counterCount: Int = 0,
    _ population: AccountPopulation
  ) -> Double {
    let expected = population.accounts[account].rate * Double(end - start) / 86_400
    // A device of his own tells the thief's payments from the holder's, where it shows.
    let share =
      population.profile.showsDevice ? 1 : Double(count) / (Double(count) + expected)
    let atCounter = expected * population.profile.counterShare + Double(counterCount)
    accounts[account] = Stretch(
      start: start,
      end: end,
      campaign: campaign,
      share: share,
      counterShare: counterCount == 0 ? 0 : Double(counterCount) / atCounter
    )
    return share
  }

  private mutating func runMules(
    _ start: Int64,
    _ population: AccountPopulation,
    _ random: inout SimulationRandom,
    _ drafts: inout [PaymentDraft]
  ) {
    let campaign = begin(.mule)
    let count = population.accounts.count
    var time = start
    // One account in fifty lends itself to it, so that mules come again.
    func mule() -> Int { random.integer(below: max(1, count / 50)) * 50 % count }
    var from = random.integer(below: count)
    var amount = population.amount(
      population.profile.transfer,
      shift: random.uniform(0.3...1.5),
      &random
    )
    for hop in 0..<2 + random.integer(below: 3) {
      let to = mule()
      if to == from { continue }
      drafts.append(
        PaymentDraft(
          second: time,
          account: Int32(from),
          party: .person(to),
          kind: population.profile.transfer,
          amount: amount,
          balanceShare: hop == 0 && population.profile.keepsBalances && random.chance(0.5)
            ? random.uniform(0.3...1) : 0,
          device: hop == 0 ? -Int(campaign) : 0,
          place: population.accounts[from].place,
          fraud: campaign,
          hint: SimulatedHint(campaign: campaign, state: 1)
        )
      )
      from = to
      amount -= amount / Int64(10 + random.integer(below: 20))
      time += 120 + Int64(random.integer(below: 7200))
    }
    let kind = population.profile.exit
    let place = population.accounts[from].place
    drafts.append(
      PaymentDraft(
        second: time,
        account: Int32(from),
        party: population.party(for: from, kind: kind, at: place, loyalty: 0, &random),
        kind: kind,
        amount: amount,
        place: place,
        fraud: campaign,
        hint: SimulatedHint(campaign: campaign, state: 1)
      )
    )
  }

  private mutating func talkInto(
    _ start: Int64,
    _ population: AccountPopulation,
    _ random: inout SimulationRandom,
    _ drafts: inout [PaymentDraft]
  ) {
    guard let kind = population.profile.exchange else { return }
    let account = random.integer(below: population.accounts.count)
    let campaign = begin(.onramp)
    let holder = population.accounts[account]
    let isUsual = population.buysAtExchanges(holder)
    var time = start
    for step in 0..<2 + random.integer(below: 5) {
      drafts.append(
        PaymentDraft(
          second: time,
          account: Int32(account),
          party: population.party(for: account, kind: kind, at: holder.place, loyalty: 1, &random),
          kind: kind,
          amount: population.amount(kind, shift: holder.spending + 0.35 * Double(step), &random),
          place: holder.place,
          fraud: campaign,
          hint: SimulatedHint(campaign: campaign, state: isUsual ? 0.7 : 1)
        )
      )
      time += AccountCampaigns.hour * Int64(6 + random.integer(below: 66))
    }
  }
}
