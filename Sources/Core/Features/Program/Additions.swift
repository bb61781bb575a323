import Payments

/// A view's plan as the hot path reads it.
struct Look {
  var kind: Int
  /// Text slots of the name; -1 behind the last.
  var first: Int
  var second = -1
  var third = -1
  var records: Bool

  init(_ plan: ViewPlan) {
    kind = plan.kind
    records = plan.records
    first = plan.key[0]
    if plan.key.count > 1 { second = plan.key[1] }
    if plan.key.count > 2 { third = plan.key[2] }
  }

  var isSingle: Bool { second < 0 }

  /// The most bytes of a name: three parts, each with its length.
  static let nameBytesMax = 3 * (2 + TransactionRecord.textBytesMax)
}

/// The aggregates that are read through one view at one level: a stretch of their table.
struct Reading: BitwiseCopyable {
  var view: Int
  var kind: Int
  var start: Int
  var end: Int

  /// The stretches of aggregates that stand in the order of their levels and views.
  static func all(of sorted: [AggregatePlan], _ views: [ViewPlan]) -> [Reading] {
    var readings: [Reading] = []
    for (number, plan) in sorted.enumerated() {
      if let last = readings.last, last.view == plan.view, sorted[last.start].level == plan.level {
        readings[readings.count - 1].end = number + 1
        continue
      }
      let kind = views[plan.view].kind
      readings.append(Reading(view: plan.view, kind: kind, start: number, end: number + 1))
    }
    return readings
  }
}

/// One column of an event as the hot path fills it.
struct Addition {
  enum What: UInt8 {
    case count
    case sum
    case squares
    /// One that is filled later, when a fact becomes known.
    case fact
    case value
    case text
  }

  var what: What
  var kind: Int
  /// Place in the event.
  var offset: Int
  /// Register of the filter, `always` or `never`.
  var filter: Int
  /// Number slot, text slot, or -1 for the amount.
  var field: Int
  var isNumber: Bool
  /// For texts: separates the columns of a kind.
  var seed: UInt64 = 0
  /// Bits of the activities that count.
  var activities: UInt16 = 0

  static let always = -1
  static let never = -2

  /// The columns of all kinds, in the order of the kinds and of their places.
  static func all(of program: FeatureProgram) -> [Addition] {
    program.plans.indices.flatMap { kind in columns(program, kind).map(\.addition) }
  }

  /// The columns of a kind, with the level at which each is known.
  static func columns(
    _ program: FeatureProgram,
    _ kind: Int
  ) -> [(addition: Addition, filter: Int, level: Int)] {
    let plan = program.plans[kind]
    func column(
      _ what: What,
      _ offset: Int,
      _ filter: Int?,
      _ field: Int,
      _ isNumber: Bool
    ) -> (Addition, Int, Int) {
      var addition = Addition(
        what: what,
        kind: kind,
        offset: offset,
        filter: always,
        field: field,
        isNumber: isNumber
      )
      var (register, level) = (always, 0)
      if let filter {
        level = program.filters[filter].level
        switch program.filters[filter].domain {
        case .transaction(let number): register = Int(number)
        case .activity(let mask):
          addition.activities = mask
          register = never
        }
      }
      addition.filter = level == 0 ? register : never
      return (addition, register, level)
    }
    var columns: [(Addition, Int, Int)] = []
    for (number, measure) in plan.measures.enumerated() {
      let offset = plan.offset(ofMeasure: number)
      let what: What =
        switch measure.kind {
        case .count: .count
        case .sum: .sum
        case .squares: .squares
        default: .fact
        }
      let isNumber = program.isNumber(measure.field)
      columns.append(column(what, offset, measure.filter, measure.field ?? -1, isNumber))
    }
    for (number, value) in plan.values.enumerated() {
      let offset = plan.offset(ofValue: number)
      let isNumber = program.isNumber(value.field)
      columns.append(column(.value, offset, value.filter, value.field ?? -1, isNumber))
    }
    for (number, link) in plan.links.enumerated() {
      var entry = column(.text, plan.offset(ofLink: number), link.filter, link.text, false)
      entry.0.seed = UInt64(number + 1)
      columns.append(entry)
    }
    return columns
  }
}

/// A column whose filter needs windows or the decision.
struct LateAddition {
  var addition: Addition
  var register: UInt16
  var level: Int

  static func all(of program: FeatureProgram) -> [LateAddition] {
    program.plans.indices.flatMap { kind in
      Addition.columns(program, kind).compactMap { entry in
        guard entry.level > 0, entry.filter >= 0, entry.addition.what != .fact else { return nil }
        return LateAddition(
          addition: entry.addition,
          register: UInt16(entry.filter),
          level: entry.level
        )
      }
    }
  }
}
