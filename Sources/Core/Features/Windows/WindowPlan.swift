/// What a column of prefix sums adds up.
enum MeasureKind: UInt8, Sendable {
  /// Transactions that pass the filter; one word.
  case count
  /// A money or number field of those; three words, a 96-bit integer.
  case sum
  /// Those labelled fraud; one word.
  case fraud
  /// Those with a label of either kind; one word.
  case labelled
  /// Those that were declined and have no label, and so never mature; one word.
  case unmaturable
}

/// One prefix sum kept with every event of an entity.
struct Measure: Hashable, Sendable {
  var kind: MeasureKind
  /// The filter's number among the program's, or nil for all transactions.
  var filter: Int?
  /// For sums: the number slot, or nil for the amount.
  var field: Int?

  var words: Int { kind == .sum ? 3 : 1 }
}

/// What is kept for each entity of one kind, as the compiler worked it out from all aggregates
/// that name it.
struct WindowPlan: Sendable, Hashable {
  /// The text slots that name the entity.
  var key: [Int]
  /// Distances from the current time at which windows begin or end, µs, ascending, none zero.
  var offsets: [Int64] = []
  var measures: [Measure] = []
  /// Identifies the fields and filters behind the numbers, so that windows are only continued by
  /// those that mean the same.
  var meaning: UInt64 = 0

  /// Offset of a measure's first word in an event: after its time and id hash.
  func wordOffset(_ measure: Int) -> Int {
    WindowPlan.eventHeader + 4 * measures[..<measure].reduce(0) { $0 + $1.words }
  }

  static let eventHeader = 12

  /// Bytes of one event.
  var stride: Int {
    (WindowPlan.eventHeader + 4 * measures.reduce(0) { $0 + $1.words } + 7) & ~7
  }

  var hasLabels: Bool {
    measures.contains { [.fraud, .labelled, .unmaturable].contains($0.kind) }
  }
}

/// One aggregate as the program reads it.
struct AggregatePlan: Sendable {
  enum Function: UInt8, Sendable {
    case count
    case sum
    case mean
    case fraudRate
  }

  var function: Function
  var kind: Int
  /// Sample of the window's newer end: 0 with the current transaction, 1 without, else an offset.
  var newer: Int
  /// Sample of the window's older end.
  var older: Int
  /// For rates over labels younger than the maturity: the sample at the maturity.
  var mature: Int
  /// Word offsets of the measures used, or -1.
  var countWord = -1
  var sumWord = -1
  var fraudWord = -1
  var labelledWord = -1
  var unmaturableWord = -1
  /// Minor units in one unit of the summed field.
  var scale = 1.0
  /// The register that takes the value.
  var destination = 0
}
