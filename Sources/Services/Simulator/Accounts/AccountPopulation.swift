import Numerics
import Payments

/// The accounts and merchants of a simulated country.
struct AccountPopulation {
  struct Account {
    /// Payments on an average day.
    var rate: Double
    /// Added to the logarithm of every amount.
    var spending: Double
    var hourShift: Double
    var place: Int
    /// Day of the month on which money comes and after which more is spent; 0 for none.
    var salaryDay: Int
    /// Whether it buys at an exchange without being talked into it.
    var invests: Bool
  }

  static let accountsPerMerchant = 5
  static let merchantsMin = 60
  static let agentsPerPlace = 20
  static let exchanges = 3
  private static let favourites = 8

  let profile: PaymentProfile
  let accounts: [Account]
  /// Merchants of a kind in a place, at kind × places + place.
  private let merchants: [[Int]]
  private let merchantKinds: [Int]
  private let seed: UInt64
  private let kindChoice: WeightedChoice

  init(_ profile: PaymentProfile, accounts count: Int, seed: UInt64) {
    self.profile = profile
    self.seed = seed
    kindChoice = WeightedChoice(profile.kinds.map(\.share))
    var random = SimulationRandom(seed: seed, -10, 0)
    let shopKinds = profile.kinds.indices.filter { profile.kinds[$0].target == .merchant }
    var merchants = [[Int]](repeating: [], count: profile.kinds.count * profile.places.count)
    var merchantKinds: [Int] = []
    if !shopKinds.isEmpty {
      let choice = WeightedChoice(shopKinds.map { profile.kinds[$0].share })
      let wanted = max(
        AccountPopulation.merchantsMin,
        count / AccountPopulation.accountsPerMerchant
      )
      // The first of each kind in each place, so that none is without.
      let firsts = shopKinds.count * profile.places.count
      for index in 0..<max(wanted, firsts) {
        let kind =
          index < firsts ? shopKinds[index % shopKinds.count] : shopKinds[choice.draw(&random)]
        let place =
          index < firsts
          ? index / shopKinds.count : random.integer(below: profile.places.count)
        merchants[kind * profile.places.count + place].append(index)
        merchantKinds.append(kind)
      }
    }
    self.merchants = merchants
    self.merchantKinds = merchantKinds
    accounts = (0..<count).map { number in
      var random = SimulationRandom(seed: seed, number, -1)
      return Account(
        rate: min(max(random.logNormal(median: 0.7, sigma: 0.9), 0.02), 15),
        // The mean is below 0, so that journeys, salaries and the spread leave amounts as wanted.
        spending: 0.45 * random.normal() - 0.16,
        hourShift: 1.2 * random.normal(),
        place: random.integer(below: profile.places.count),
        salaryDay: random.chance(0.6) ? [1, 15, 25, 28][random.integer(below: 4)] : 0,
        invests: random.chance(0.05)
      )
    }
  }

  var merchantCount: Int { merchantKinds.count }

  func kind(ofMerchant merchant: Int) -> Int { merchantKinds[merchant] }

  /// A kind of payment; on a sale more go to one of them.
  func drawKind(_ account: Account, sale: Int?, _ random: inout SimulationRandom) -> Int {
    if let sale, random.chance(0.3) { return sale }
    if account.invests, let exchange = profile.exchange, random.chance(0.1) { return exchange }
    while true {
      let kind = kindChoice.draw(&random)
      if kind != profile.exchange || buysAtExchanges(account) { return kind }
    }
  }

  /// A kind of payment that is made online, or one that is not; there must be one.
  func drawKind(online: Bool, _ random: inout SimulationRandom) -> Int {
    while true {
      let kind = kindChoice.draw(&random)
      if profile.kinds[kind].isOnline == online { return kind }
    }
  }

  func buysAtExchanges(_ account: Account) -> Bool { account.invests || profile.exchangeIsUsual }

  private func mix(_ account: Int, _ kind: Int, _ number: Int) -> Int {
    var random = SimulationRandom(seed: seed &+ UInt64(kind + 100), account, number)
    return random.integer(below: 1 << 30)
  }

  /// Somebody whom the account pays: mostly one of a few that it knows.
  func party(
    for account: Int,
    kind: Int,
    at place: Int,
    loyalty: Double,
    _ random: inout SimulationRandom
  ) -> SimulatedParty {
    let isKnown = random.chance(loyalty)
    let rank = random.rank(below: AccountPopulation.favourites)
    let pick = isKnown ? mix(account, kind, rank) : random.integer(below: 1 << 30)
    switch profile.kinds[kind].target {
    case .merchant:
      // Web shops are everywhere; the places of others count.
      let at =
        profile.kinds[kind].isOnline ? pick / 7 % profile.places.count : place
      let shops = merchants[kind * profile.places.count + at]
      return .merchant(shops[pick % shops.count])
    case .person:
      let other = pick % accounts.count
      return .person(other == account ? (other + 1) % accounts.count : other)
    case .agent:
      return .agent(
        place * AccountPopulation.agentsPerPlace + pick % AccountPopulation.agentsPerPlace
      )
    case .exchange: return .exchange(pick % AccountPopulation.exchanges)
    }
  }

  /// What somebody pays, smallest units; many prices are round.
  func amount(_ kind: Int, shift: Double, _ random: inout SimulationRandom) -> Int64 {
    let kind = profile.kinds[kind]
    let size = DeterministicMath.exp(shift + kind.sigma * random.normal())
    let amount = min(max(kind.median * size, 10), 1e13).rounded()
    if kind.target != .person, random.chance(0.3) { return max(Int64(amount) / 100, 1) * 100 }
    return Int64(amount)
  }
}
