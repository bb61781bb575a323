import Payments

/// A kind of payment that a population makes: how often, how large, to whom.
struct PaymentKind: Sendable {
  enum Target: Sendable {
    case merchant
    /// Another account.
    case person
    /// Somebody who changes money into balance and back.
    case agent
    /// A market of crypto currencies.
    case exchange
  }

  /// What the dialect calls it: a type, a channel, a currency.
  var word: String
  var category: String
  /// Part of all honest payments.
  var share: Double
  /// Smallest units.
  var median: Double
  var sigma: Double
  var target: Target
  var isOnline: Bool
}

/// What is particular to the payments of a dialect.
struct PaymentProfile: Sendable {
  var kinds: [PaymentKind]
  /// Where accounts live.
  var places: [String]
  /// Whether a payment shows from which device it came.
  var showsDevice: Bool
  /// The kind by which thieves test cards.
  var trial: Int
  /// The kind by which thieves empty accounts.
  var transfer: Int
  /// The kind by which the money leaves.
  var exit: Int
  /// The kind that buys crypto currencies; nil where there is none.
  var exchange: Int?
  /// Whether everybody buys at exchanges.
  var exchangeIsUsual = false
  /// Whether all of an account's payments come from one balance.
  var keepsBalances = true
  /// How often payments at a merchant begin to be copied.
  var compromisesPerMerchantDay = 0.0015
  /// For how many days they are.
  var compromiseDays = 3.0...20
  /// Whether cards are stolen and used for days.
  var losesCards = false
  /// Weights of the hours of a day.
  var hours: WeightedChoice

  init(_ dialect: Dialect) {
    hours = PaymentProfile.dayHours
    exchange = nil
    switch dialect {
    case .paysim:
      kinds = PaymentProfile.mobileMoney
      places = ["north", "south", "east", "west"]
      showsDevice = false
      (trial, transfer, exit) = (0, 3, 1)
      hours = PaymentProfile.mobileMoneyHours
    case .crypto:
      kinds = PaymentProfile.coins
      places = ["USA", "Germany", "Nigeria", "India", "Brazil"]
      showsDevice = false
      (trial, transfer, exit, exchange) = (1, 0, 0, 3)
      exchangeIsUsual = true
      keepsBalances = false
    case .card:
      kinds = PaymentProfile.terminals
      places = PaymentProfile.cities
      showsDevice = true
      (trial, transfer, exit, exchange) = (5, 4, 7, 8)
      keepsBalances = false
      losesCards = true
      compromisesPerMerchantDay = 0.00075
      compromiseDays = 5...30
    default:
      kinds = PaymentProfile.shops
      places = PaymentProfile.cities
      showsDevice = dialect == .native
      (trial, transfer, exit, exchange) = (5, 8, 4, 9)
    }
  }

  /// Whether thieves move money to other accounts; else they buy with it.
  var paysPersons: Bool { kinds[transfer].target == .person }

  /// The part of honest payments that are made at a counter.
  var counterShare: Double { kinds.reduce(0) { $0 + ($1.isOnline ? 0 : $1.share) } }

  private static func kind(
    _ word: String,
    _ category: String,
    _ share: Double,
    _ median: Double,
    _ sigma: Double,
    _ target: PaymentKind.Target,
    online: Bool = false
  ) -> PaymentKind {
    PaymentKind(
      word: word,
      category: category,
      share: share,
      median: median,
      sigma: sigma,
      target: target,
      isOnline: online
    )
  }

  /// Shares, means and deviations of the real logs behind PaySim (`paysim_real_aggregated…`), as
  /// log-normal amounts in cents.
  private static let mobileMoney = [
    kind("PAYMENT", "payment", 0.3491, 923_100, 0.809, .merchant, online: true),
    kind("CASH_OUT", "cash_out", 0.365, 13_683_600, 0.673, .agent),
    kind("CASH_IN", "cash_in", 0.2, 13_285_800, 0.669, .agent),
    kind("TRANSFER", "transfer", 0.0813, 33_162_300, 1.389, .person, online: true),
    kind("DEBIT", "debit", 0.0046, 187_300, 1.424, .merchant, online: true),
  ]

  private static let coins = [
    kind("BTC", "transfer", 0.3, 900_000, 1.3, .person, online: true),
    kind("ETH", "transfer", 0.35, 12_000_000, 1.2, .person, online: true),
    kind("PI", "transfer", 0.15, 150_000_000, 0.8, .person, online: true),
    kind("ETH", "exchange", 0.2, 20_000_000, 1.1, .exchange, online: true),
  ]

  private static let shops = [
    kind("pos", "grocery", 0.26, 2600, 0.75, .merchant),
    kind("pos", "fuel", 0.08, 5200, 0.45, .merchant),
    kind("pos", "food", 0.2, 1900, 0.85, .merchant),
    kind("pos", "fashion", 0.14, 4800, 0.9, .merchant),
    kind("online", "electronics", 0.05, 9500, 1.1, .merchant, online: true),
    kind("online", "shopping", 0.13, 3900, 1.0, .merchant, online: true),
    kind("online", "media", 0.05, 1100, 0.6, .merchant, online: true),
    kind("online", "travel", 0.03, 16_000, 1.0, .merchant, online: true),
    kind("transfer", "transfer", 0.055, 8000, 1.1, .person, online: true),
    kind("online", "exchange", 0.005, 15_000, 0.9, .exchange, online: true),
  ]

  /// What cards pay for: shops, at the counter and online, and markets of crypto currencies.
  private static let terminals = [
    kind("pos", "grocery", 0.27, 2600, 0.75, .merchant),
    kind("pos", "fuel", 0.08, 5200, 0.45, .merchant),
    kind("pos", "food", 0.21, 1900, 0.85, .merchant),
    kind("pos", "fashion", 0.14, 4800, 0.9, .merchant),
    kind("online", "electronics", 0.06, 9500, 1.1, .merchant, online: true),
    kind("online", "shopping", 0.14, 3900, 1.0, .merchant, online: true),
    kind("online", "media", 0.06, 1100, 0.6, .merchant, online: true),
    kind("online", "travel", 0.035, 16_000, 1.0, .merchant, online: true),
    kind("online", "exchange", 0.005, 15_000, 0.9, .merchant, online: true),
  ]

  private static let cities = ["New York", "San Francisco", "Los Angeles", "Chicago", "Houston"]

  /// Activity from Monday to Sunday.
  static let weekdays = [0.92, 0.9, 0.94, 1, 1.2, 1.32, 0.72]

  private static let dayHours = WeightedChoice([
    1.2, 0.6, 0.3, 0.2, 0.3, 0.6, 2, 4, 7, 8, 8, 9, 11, 10, 8, 8, 9, 11, 12, 10, 8, 6, 4, 2,
  ])

  /// The hours of the same real logs, in hundredths of all.
  private static let mobileMoneyHours = WeightedChoice([
    3.29, 1.18, 0.28, 0.03, 0.01, 0.01, 0.06, 0.35, 0.95, 1.4, 1.17, 1.63, 2.46, 3.58, 4.41, 4.43,
    6.12, 6.97, 10.57, 12.94, 12.88, 10.24, 8.52, 6.52,
  ])
}
