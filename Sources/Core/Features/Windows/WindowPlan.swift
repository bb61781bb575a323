/// What a column of prefix sums adds up.
enum MeasureKind: UInt8, Sendable {
  /// Transactions or activities that pass the filter; one word.
  case count
  /// A field of those, in minor units or millionths; three words, a 96-bit integer.
  case sum
  /// Its squares; four words. Beyond 2⁵³ a value counts as 2⁵³.
  case squares
  /// Those labelled fraud; one word.
  case fraud
  /// Those with a label of either kind; one word.
  case labelled
  /// Those that were declined and have no label, and so never mature; one word.
  case unmaturable
  /// Those of which a certain disposition became known; one word.
  case disposition

  var words: Int {
    switch self {
    case .sum: 3
    case .squares: 4
    default: 1
    }
  }

  /// Whether it is known only some time after the transaction.
  var isFact: Bool { rawValue >= MeasureKind.fraud.rawValue }
}

/// One prefix sum kept with every event of an entity.
struct Measure: Hashable, Sendable {
  var kind: MeasureKind
  /// The filter's number among the program's, or nil for all transactions.
  var filter: Int? = nil
  /// For sums and squares: the number slot, or nil for the amount.
  var field: Int? = nil
  /// For dispositions: which.
  var disposition: UInt8 = 0
}

/// A field's own value, kept with every event that passes a filter; eight bytes.
struct ValueColumn: Hashable, Sendable {
  /// The number slot, or nil for the amount.
  var field: Int?
  var filter: Int?
}

/// A sum that fades by half in each half-life; eight bytes.
struct DecayColumn: Hashable, Sendable {
  /// The column of prefix sums whose events fade.
  var measure: Int
  /// µs.
  var halfLife: Int64
  /// Minor units in one unit of what is summed.
  var scale: Double
}

/// The least or the greatest of a value column in any stretch of events: a binary tree over the
/// ring, sixteen bytes an event.
struct TreeColumn: Hashable, Sendable {
  var value: Int
  var greatest: Bool
}

/// A text of each event with links to its last and next occurrence; sixteen bytes.
struct LinkColumn: Hashable, Sendable {
  /// The text slot.
  var text: Int
  var filter: Int?
}

/// A window whose contents are kept, because prefix sums cannot tell them.
struct TrackedWindow: Hashable, Sendable {
  enum Contents: UInt8, Sendable {
    /// How many different texts a link column holds.
    case distinct
    /// How evenly a link column's texts are spread.
    case entropy
    /// A value column in order.
    case ordered
  }

  var contents: Contents
  /// The number of the link or value column.
  var column: Int
  /// Distances of the window's ends from the current time, µs.
  var newer: Int64
  var older: Int64
  var beforeThis: Bool
}

/// What is kept for each entity of one kind, as the compiler worked it out from all aggregates
/// that name it.
struct WindowPlan: Sendable, Hashable {
  /// The text slots that name the entity.
  var key: [Int]
  /// Distances from the current time at which windows begin or end, µs, ascending, none zero.
  var offsets: [Int64] = []
  var measures: [Measure] = []
  var values: [ValueColumn] = []
  var decays: [DecayColumn] = []
  var trees: [TreeColumn] = []
  var links: [LinkColumn] = []
  var tracked: [TrackedWindow] = []
  /// Whether activities are among the events.
  var hasActivities = false
  /// Identifies the fields and filters behind the numbers, so that windows are only continued by
  /// those that mean the same.
  var meaning: UInt64 = 0

  static let eventHeader = 12

  /// Offset of a measure's first word in an event: after its time and id hash.
  func offset(ofMeasure number: Int) -> Int {
    WindowPlan.eventHeader + 4 * measures[..<number].reduce(0) { $0 + $1.kind.words }
  }

  private var valuesStart: Int { (offset(ofMeasure: measures.count) + 7) & ~7 }

  func offset(ofValue number: Int) -> Int { valuesStart + 8 * number }

  func offset(ofDecay number: Int) -> Int { offset(ofValue: values.count) + 8 * number }

  func offset(ofLink number: Int) -> Int { offset(ofDecay: decays.count) + 16 * number }

  /// Bytes of one event, without its share of the trees.
  var stride: Int { offset(ofLink: links.count) }

  /// Bytes of one event with its share of the trees.
  var slotBytes: Int { stride + 16 * trees.count }

  /// The plan with its filters numbered in the order in which it names them.
  ///
  /// So programs are alike in which the same filters have other numbers; what they mean is in
  /// `meaning`.
  var normalized: WindowPlan {
    var order: [Int] = []
    func renumbered(_ filter: Int?) -> Int? {
      guard let filter else { return nil }
      if !order.contains(filter) { order.append(filter) }
      return order.firstIndex(of: filter)
    }
    var plan = self
    for number in measures.indices {
      plan.measures[number].filter = renumbered(measures[number].filter)
    }
    for number in values.indices { plan.values[number].filter = renumbered(values[number].filter) }
    for number in links.indices { plan.links[number].filter = renumbered(links[number].filter) }
    return plan
  }

  var hasLabels: Bool { measures.contains { $0.kind.isFact } }

  func offset(of measure: Measure) -> Int? {
    measures.firstIndex(of: measure).map { offset(ofMeasure: $0) }
  }

  /// The sample at a distance: 0 with the current transaction, 1 without it, then the offsets.
  func sample(_ distance: Int64, beforeThis: Bool) -> Int {
    if distance == 0 { return beforeThis ? 1 : 0 }
    return 2 + (offsets.firstIndex(of: distance) ?? 0)
  }
}
