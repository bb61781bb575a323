import Payments

/// The coins whose prices a feed knows.
package struct CoinList: Sendable {
  /// By symbol in lower case; of two coins of one symbol that of the larger one.
  package private(set) var prices: [String: Double] = [:]
  /// What people call them besides, in lower case, largest first.
  private var names: [(name: String, symbol: String)] = []
  private static let nearestMax = 3

  package init() {}

  /// Adds a coin; the first of a symbol counts.
  package mutating func add(_ symbol: String, price: Double, names others: [String] = []) {
    guard prices[symbol] == nil else { return }
    prices[symbol] = price
    for name in [symbol] + others { names.append((name, symbol)) }
  }

  package func knows(_ coin: String) -> Bool { prices[coin.lowercased()] != nil }

  /// Symbols that were probably meant, the nearest first: of coins of that name, then of names that
  /// are written nearly so.
  package func nearest(to coin: String) -> [String] {
    let coin = coin.lowercased()
    let reach = 1 + coin.utf8.count / 4
    var found: [(symbol: String, distance: Int)] = []
    for (name, symbol) in names {
      let distance = name.editDistance(to: coin)
      guard distance <= reach else { continue }
      if let place = found.firstIndex(where: { $0.symbol == symbol }) {
        found[place].distance = min(found[place].distance, distance)
      } else {
        found.append((symbol, distance))
      }
    }
    // Equally near ones stay in the order of their size.
    let sorted = found.enumerated().sorted {
      ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset)
    }
    return sorted.prefix(CoinList.nearestMax).map(\.element.symbol)
  }
}
