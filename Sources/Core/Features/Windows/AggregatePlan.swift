/// One aggregate as the program reads it, in one line of the cache: a decision reads all of them.
struct AggregatePlan: Sendable, BitwiseCopyable {
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
  @Narrow var view: Int
  /// 0 where it does not need what is known of the current transaction only later.
  @Narrow var level: Int = 0
  /// Sample of the window's newer end: 0 with the current transaction, 1 without, else an offset.
  @Narrow var newer: Int
  /// Sample of the window's older end.
  @Narrow var older: Int
  /// For rates over labels younger than the maturity: the sample at the maturity.
  @Narrow var mature: Int
  /// Byte offsets of the measures used, or -1.
  @Narrow var countOffset: Int = -1
  @Narrow var sumOffset: Int = -1
  @Narrow var squaresOffset: Int = -1
  @Narrow var fraudOffset: Int = -1
  @Narrow var labelledOffset: Int = -1
  @Narrow var unmaturableOffset: Int = -1
  /// The count of all transactions, for streaks; -1 where every event is one.
  @Narrow var allOffset: Int = -1
  /// The place of the value or link column in an event, or the number of the tree or decay.
  @Narrow var column: Int = -1
  /// The number of the tracked window.
  @Narrow var tracked: Int = -1
  /// Whether a value column holds doubles (`OrderedDouble`), not minor units.
  var isNumber = false
  /// The register that takes the value.
  var destination: UInt16 = 0
  /// The newer end's distance from the current time, µs.
  var delay: Int64
  /// For quantiles: which, 0 to 1.
  var quantile = 0.5
  /// Minor units in one unit of the field.
  var scale = 1.0
}

/// A small whole number in two bytes, used as any other.
@propertyWrapper
struct Narrow: Sendable, BitwiseCopyable {
  private var stored: Int16

  init(wrappedValue: Int) { stored = Int16(wrappedValue) }

  @inline(__always)
  var wrappedValue: Int {
    get { Int(stored) }
    set { stored = Int16(newValue) }
  }
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
