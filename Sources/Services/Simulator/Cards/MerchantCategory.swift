/// What a terminal sells: how often, at what prices, where and when.
struct MerchantCategory {
  /// Part of all terminals.
  var share: Double
  var isOnline: Bool
  /// Minor units.
  var medianAmount: Double
  var sigma: Double

  static let all = [
    MerchantCategory(share: 0.26, isOnline: false, medianAmount: 2600, sigma: 0.75),
    MerchantCategory(share: 0.08, isOnline: false, medianAmount: 5200, sigma: 0.45),
    MerchantCategory(share: 0.22, isOnline: false, medianAmount: 1900, sigma: 0.85),
    MerchantCategory(share: 0.18, isOnline: false, medianAmount: 4800, sigma: 0.9),
    MerchantCategory(share: 0.06, isOnline: false, medianAmount: 9500, sigma: 1.1),
    MerchantCategory(share: 0.12, isOnline: true, medianAmount: 3900, sigma: 1.0),
    MerchantCategory(share: 0.05, isOnline: true, medianAmount: 1100, sigma: 0.6),
    MerchantCategory(share: 0.03, isOnline: true, medianAmount: 16_000, sigma: 1.0),
  ]

  /// Weights of the hours of a day, in shops and online.
  static let shopHours = WeightedChoice([
    0.4, 0.2, 0.1, 0.1, 0.2, 0.6, 2, 5, 8, 9, 9, 10, 12, 11, 9, 9, 10, 12, 12, 9, 6, 4, 2, 1,
  ])
  static let onlineHours = WeightedChoice([
    3, 1.5, 0.8, 0.5, 0.4, 0.6, 1.5, 3, 5, 6, 7, 7, 8, 8, 7, 7, 8, 9, 10, 12, 13, 12, 9, 6,
  ])

  /// Activity from Monday to Sunday.
  static let weekdays = [0.92, 0.9, 0.94, 1, 1.2, 1.32, 0.72]
}
