import Payments

/// Who is attacked when: compromised terminals, stolen cards, and honest journeys.
struct CardCampaigns {
  /// Payments at a terminal between two instants, of which a share is fraud.
  struct Compromise {
    var start: Int64 = 0
    var end: Int64 = 0
    var share = 0.0
    var number = 0
  }

  /// A card in a thief's hands.
  struct Theft {
    var start: Int64 = 0
    var end: Int64 = 0
    var paymentsPerDay = 0.0
    /// Added to the logarithm of every amount.
    var spending = 0.0
    var number = 0
  }

  /// A holder away from home; honest.
  struct Journey {
    var lastDay = -1
    var terminals: [Int] = []
  }

  /// Days before the start from which terminals may be compromised still.
  static let warmUpDays = 30
  static let compromisesPerTerminalDay = 0.00075
  static let theftsPerAccountDay = 0.00035
  static let journeysPerAccountDay = 0.006

  private(set) var compromises: [Compromise]
  private(set) var thefts: [Theft]
  private(set) var journeys: [Journey]
  private var compromiseCount = 0
  private var theftCount = 0
  private let seed: UInt64

  init(population: CardPopulation, start: Int64, seed: UInt64) {
    compromises = Array(repeating: Compromise(), count: population.terminals.count)
    thefts = Array(repeating: Theft(), count: population.accounts.count)
    journeys = Array(repeating: Journey(), count: population.accounts.count)
    self.seed = seed
    for day in -CardCampaigns.warmUpDays..<0 {
      compromiseTerminals(day: day, midnight: start + Int64(day) * Timestamp.microsecondsPerDay)
    }
  }

  private static func microseconds(days: Double) -> Int64 {
    Int64(days * Double(Timestamp.microsecondsPerDay))
  }

  /// Lets a day's campaigns against terminals begin.
  mutating func compromiseTerminals(day: Int, midnight: Int64) {
    var random = SimulationRandom(seed: seed, -2, day)
    let mean = CardCampaigns.compromisesPerTerminalDay * Double(compromises.count)
    for _ in 0..<random.poisson(mean) {
      let terminal = random.integer(below: compromises.count)
      let start = midnight + CardCampaigns.microseconds(days: random.unit())
      let length = CardCampaigns.microseconds(days: random.uniform(5...30))
      let share = random.uniform(0.1...0.6)
      guard compromises[terminal].end <= midnight else { continue }
      compromiseCount += 1
      compromises[terminal] = Compromise(
        start: start,
        end: start + length,
        share: share,
        number: compromiseCount
      )
    }
  }

  /// Lets a theft of an account's card begin on some days.
  mutating func stealCard(of account: Int, midnight: Int64, _ random: inout SimulationRandom) {
    guard random.chance(CardCampaigns.theftsPerAccountDay), thefts[account].end <= midnight
    else { return }
    theftCount += 1
    let start = midnight + CardCampaigns.microseconds(days: random.unit())
    thefts[account] = Theft(
      start: start,
      end: start + CardCampaigns.microseconds(days: random.uniform(1...7)),
      paymentsPerDay: min(random.logNormal(median: 2.5, sigma: 0.6), 12),
      spending: random.uniform(0.2...1.2),
      number: theftCount
    )
  }

  /// Lets a journey of an account begin on some days.
  mutating func travel(
    _ account: Int,
    day: Int,
    in population: CardPopulation,
    _ random: inout SimulationRandom
  ) {
    if journeys[account].lastDay < day, !journeys[account].terminals.isEmpty {
      journeys[account].terminals = []
    }
    guard random.chance(CardCampaigns.journeysPerAccountDay), journeys[account].lastDay < day
    else { return }
    let shops = population.near(CardPopulation.place(&random), atLeast: 10)
    guard !shops.isEmpty else { return }
    journeys[account].lastDay = day + 2 + random.integer(below: 12)
    journeys[account].terminals = Array(shops.prefix(40))
  }
}
