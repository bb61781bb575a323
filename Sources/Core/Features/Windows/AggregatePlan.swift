/// One aggregate as the program reads it.
struct AggregatePlan: Sendable {
  enum Function: UInt8, Sendable {
    case count
    case sum
    case mean
    case std
    case least
    case greatest
    case quantile
    case distinct
    case entropy
    case first
    case last
    case sinceFirst
    case sinceLast
    case streak
    case decayed
    case fraudRate
  }

  var function: Function
  /// The look at its windows: see `ViewPlan`.
  var view: Int
  /// 0 where it does not need what is known of the current transaction only later.
  var level = 0
  /// Sample of the window's newer end: 0 with the current transaction, 1 without, else an offset.
  var newer: Int
  /// Sample of the window's older end.
  var older: Int
  /// The newer end's distance from the current time, µs.
  var delay: Int64
  /// For rates over labels younger than the maturity: the sample at the maturity.
  var mature: Int
  /// Byte offsets of the measures used, or -1.
  var countOffset = -1
  var sumOffset = -1
  var squaresOffset = -1
  var fraudOffset = -1
  var labelledOffset = -1
  var unmaturableOffset = -1
  /// The count of all transactions, for streaks; -1 where every event is one.
  var allOffset = -1
  /// The place of the value or link column in an event, or the number of the tree or decay.
  var column = -1
  /// The number of the tracked window.
  var tracked = -1
  /// For quantiles: which, 0 to 1.
  var quantile = 0.5
  /// Minor units in one unit of the field.
  var scale = 1.0
  /// Whether a value column holds doubles (`OrderedDouble`), not minor units.
  var isNumber = false
  /// The register that takes the value.
  var destination: UInt16 = 0
}

/// One look at the windows of an entity kind: through the transaction's own entity, or through
/// another of its fields, as an account's payments received are the counterparty's windows.
struct ViewPlan: Sendable, Hashable {
  var kind: Int
  /// The text slots that name the entity.
  var key: [Int]
  /// Whether the transaction is recorded there, or only looked up.
  var records: Bool
}

/// A condition that chooses transactions or activities for an aggregate.
struct FilterPlan: Sendable, Hashable {
  enum Domain: Sendable, Hashable {
    /// A register of the program.
    case transaction(register: UInt16)
    /// Bit n: activities of kind n / 2, succeeded (odd) or failed (even).
    case activity(UInt16)
  }

  var domain: Domain
  /// 0: known before any window is read; n: after the aggregates of level n − 1; `settled`: after
  /// the decision.
  var level = 0

  static let settled = 100
}
