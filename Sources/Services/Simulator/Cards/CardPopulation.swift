import Numerics

/// The accounts and terminals of a simulated town and its web shops.
struct CardPopulation {
  struct Place {
    var x: Double
    var y: Double

    func squareDistance(to other: Place) -> Double {
      (x - other.x) * (x - other.x) + (y - other.y) * (y - other.y)
    }
  }

  struct Terminal {
    var place: Place
    var category: Int
    var popularity: Double
  }

  struct Account {
    var home: Place
    /// Payments on an average day.
    var rate: Double
    /// Added to the logarithm of every amount.
    var spending: Double
    /// How much later than others the account's day is, hours.
    var hourShift: Double
    /// Day of the month after which more is spent; 0 for none.
    var salaryDay: Int
    /// Where its terminals begin in `familiar`.
    var familiarStart: Int
    var familiarCount: Int
  }

  /// The side of the plane.
  static let side = 100.0
  static let accountsPerTerminal = 5
  static let terminalsMin = 60
  static let familiarRange = 20...60
  private static let terminalsPerCell = 8

  private(set) var terminals: [Terminal] = []
  private(set) var accounts: [Account] = []
  /// The terminals of all accounts one after the other, favourites first.
  private(set) var familiar: [Int32] = []
  let online: [Int]
  let onlineByPopularity: WeightedChoice
  private let cells: [[Int]]
  private let cellsPerSide: Int

  init(accounts count: Int, seed: UInt64) {
    var random = SimulationRandom(seed: seed, -1, 0)
    let categories = WeightedChoice(MerchantCategory.all.map(\.share))
    let terminalCount = max(CardPopulation.terminalsMin, count / CardPopulation.accountsPerTerminal)
    for _ in 0..<terminalCount {
      terminals.append(
        Terminal(
          place: CardPopulation.place(&random),
          category: categories.draw(&random),
          popularity: random.logNormal(median: 1, sigma: 0.8)
        )
      )
    }
    var online = terminals.indices.filter { [terminals] in
      MerchantCategory.all[terminals[$0].category].isOnline
    }
    if online.isEmpty {
      terminals[0].category = MerchantCategory.all.firstIndex { $0.isOnline } ?? 0
      online = [0]
    }
    self.online = online
    onlineByPopularity = WeightedChoice(online.map { [terminals] in terminals[$0].popularity })
    let perSide = max(
      1,
      Int((Double(terminalCount) / Double(CardPopulation.terminalsPerCell)).squareRoot())
    )
    var cells = [[Int]](repeating: [], count: perSide * perSide)
    for (index, terminal) in terminals.enumerated()
    where !MerchantCategory.all[terminal.category].isOnline {
      cells[CardPopulation.cell(of: terminal.place, perSide: perSide)].append(index)
    }
    self.cells = cells
    cellsPerSide = perSide
    for number in 0..<count {
      var random = SimulationRandom(seed: seed, number, -1)
      addAccount(&random)
    }
  }

  static func place(_ random: inout SimulationRandom) -> Place {
    Place(x: random.unit() * side, y: random.unit() * side)
  }

  private static func cell(of place: Place, perSide: Int) -> Int {
    let scale = Double(perSide) / side
    let column = min(Int(place.x * scale), perSide - 1)
    return min(Int(place.y * scale), perSide - 1) * perSide + column
  }

  private mutating func addAccount(_ random: inout SimulationRandom) {
    let home = CardPopulation.place(&random)
    let range = CardPopulation.familiarRange
    let wanted = range.lowerBound + random.integer(below: range.count)
    let start = familiar.count
    // Popular and near terminals come first, but not always.
    let scored = near(home, atLeast: wanted * 2).map { index in
      let terminal = terminals[index]
      let distance = 1 + terminal.place.squareDistance(to: home)
      return (terminal.popularity * random.logNormal(median: 1, sigma: 1) / distance, index)
    }
    var chosen = scored.sorted { $0 > $1 }.prefix(wanted).map(\.1)
    for _ in 0..<2 + random.integer(below: 6) {
      let shop = online[onlineByPopularity.draw(&random)]
      if !chosen.contains(shop) { chosen.insert(shop, at: random.rank(below: chosen.count + 1)) }
    }
    familiar.append(contentsOf: chosen.map { Int32($0) })
    accounts.append(
      Account(
        home: home,
        rate: min(max(random.logNormal(median: 0.9, sigma: 0.85), 0.02), 15),
        spending: 0.45 * random.normal(),
        hourShift: 1.2 * random.normal(),
        salaryDay: random.chance(0.6) ? [1, 15, 25, 28][random.integer(below: 4)] : 0,
        familiarStart: start,
        familiarCount: chosen.count
      )
    )
  }

  /// Shops around a place: whole rings of cells until there are enough, or no more.
  func near(_ place: Place, atLeast wanted: Int) -> [Int] {
    let middle = CardPopulation.cell(of: place, perSide: cellsPerSide)
    let (row, column) = (middle / cellsPerSide, middle % cellsPerSide)
    var found: [Int] = []
    for ring in 0..<cellsPerSide where found.count < wanted {
      for y in row - ring...row + ring where y >= 0 && y < cellsPerSide {
        for x in column - ring...column + ring where x >= 0 && x < cellsPerSide {
          guard max(abs(y - row), abs(x - column)) == ring else { continue }
          found.append(contentsOf: cells[y * cellsPerSide + x])
        }
      }
    }
    return found
  }

  /// A terminal that the account knows.
  func familiarTerminal(of account: Account, _ random: inout SimulationRandom) -> Int {
    Int(familiar[account.familiarStart + random.rank(below: account.familiarCount)])
  }

  /// A popular web shop, known to the account or not.
  func onlineTerminal(_ random: inout SimulationRandom) -> Int {
    online[onlineByPopularity.draw(&random)]
  }

  /// What somebody pays at a terminal, minor units; many prices are round.
  func amount(at terminal: Int, shift: Double, _ random: inout SimulationRandom) -> Int64 {
    let category = MerchantCategory.all[terminals[terminal].category]
    let sigma = category.sigma
    let size = DeterministicMath.exp(shift + sigma * random.normal())
    let amount = min(max(category.medianAmount * size, 10), 5_000_000).rounded()
    if random.chance(0.3) { return max(Int64(amount) / 100, 1) * 100 }
    return Int64(amount)
  }
}
