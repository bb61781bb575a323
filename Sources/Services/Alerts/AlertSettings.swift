package import Journal
package import Payments
package import Storage

/// What the service of alerts is told by its configuration.
package struct AlertSettings: Sendable {
  /// Which decisions are worth an alert.
  package var policy = FraudPolicy()
  /// Hits of one key within it raise one alert, µs (S1.34).
  package var window: Int64 = 3600 * Timestamp.microsecondsPerSecond
  /// How long alerts of a kind are kept after they were seen last, µs; all where it is absent.
  package var life: [AlertKind: Int64] = [:]
  /// Seconds before a delivery is tried again; each time twice as many.
  package var retrySeconds = 5.0
  /// Attempts after which a delivery is given up.
  package var attemptsMax = 10
  /// Whether alerts are printed on the standard output too.
  package var printsAlerts = false
  /// Where prices are asked for, by CoinGecko's paths.
  package var priceFeed = "https://api.coingecko.com"
  /// Seconds between two looks at prices.
  package var priceSeconds = 30.0
  /// The hour of the day, in UTC, from which on the report of the day before is sent.
  package var reportHour = 6

  package init() {}
}

/// What the service asks of the program around it.
package struct AlertSurroundings: Sendable {
  /// The wall clock, µs.
  package var now: @Sendable () -> Int64
  /// The sources, by which transactions are read.
  package var sources: [Source]
  /// The texts of the reasons of a decision.
  package var reasons: @Sendable (_ decision: [UInt8]) -> [String]
  /// Whether the transaction of a place of the log was erased.
  package var isErased: @Sendable (_ record: [UInt8], Position) -> Bool
  /// The address of a user; nil where there is no such user.
  package var address: @Sendable (_ user: Int64) throws(StoreError) -> String?
  /// What a daily report says of a day's decisions.
  package var figures: @Sendable (_ day: Int64) -> [(name: String, value: String)]
  /// Writes a line on the standard output.
  package var print: @Sendable (String) -> Void
  /// Writes a line for operators.
  package var note: @Sendable (String) -> Void
  /// Told when the service begins to fail, and why; nil when it works again.
  package var condition: @Sendable (String?) -> Void

  package init(
    now: @escaping @Sendable () -> Int64,
    sources: [Source],
    reasons: @escaping @Sendable ([UInt8]) -> [String],
    isErased: @escaping @Sendable ([UInt8], Position) -> Bool,
    address: @escaping @Sendable (Int64) throws(StoreError) -> String?,
    figures: @escaping @Sendable (Int64) -> [(name: String, value: String)],
    print: @escaping @Sendable (String) -> Void,
    note: @escaping @Sendable (String) -> Void,
    condition: @escaping @Sendable (String?) -> Void = { _ in }
  ) {
    self.now = now
    self.sources = sources
    self.reasons = reasons
    self.isErased = isErased
    self.address = address
    self.figures = figures
    self.print = print
    self.note = note
    self.condition = condition
  }
}
