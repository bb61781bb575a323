/// Whether a price has reached what somebody waits for.
package enum PriceCrossing {
  /// Whether a target was reached by a price that came after another one.
  ///
  /// It is where it lies between the two or is the new one exactly; without a price before only the
  /// latter counts. The price before counts only where the alert was there to see it.
  package static func reaches(_ target: Double, from before: Double?, to now: Double) -> Bool {
    guard target.isFinite, now.isFinite else { return false }
    if now == target { return true }
    guard let before, before.isFinite else { return false }
    return (before < target && target < now) || (now < target && target < before)
  }

  /// A price as people write it; nil where it is no number above zero.
  package static func price(_ text: String) -> Double? {
    guard let value = Double(text), value.isFinite, value > 0 else { return nil }
    return value
  }
}

/// The last price of a coin.
package struct CoinPrice: Sendable, Hashable {
  /// Its symbol, in lower case.
  package var coin: String
  package var price: Double
  /// When it was asked for, µs.
  package var seen: Int64

  package init(coin: String, price: Double, seen: Int64) {
    self.coin = coin
    self.price = price
    self.seen = seen
  }
}
