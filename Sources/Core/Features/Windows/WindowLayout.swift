/// A plan's columns as the hot path reads them: plain rows with their places in an event.
struct WindowLayout {
  static let offsetsMax = 512
  static let measuresMax = 64
  static let columnsMax = 64

  struct Decay {
    var offset: Int
    /// Of the measure: its place, its words, and its minor units in a unit.
    var measureOffset: Int
    var isSum: Bool
    var scale: Double
    var halfLife: Double
  }

  struct Tree {
    /// Place of the value column in the event.
    var value: Int
    var greatest: Bool
  }

  struct Tracked {
    var contents: UInt8
    /// Place of the link or value column in the event.
    var column: Int
    /// The samples of its ends.
    var newer: Int
    var older: Int
    /// Place of its state in the header.
    var state: Int
    /// The number of its counter among those of a pair.
    var counter: Int
  }

  /// A column of facts.
  struct Fact {
    var kind: MeasureKind
    var disposition: UInt8
    var offset: Int
    /// Place of the column that counts what passes its filter, or -1.
    var passed: Int
  }

  /// Bytes of an event, and of its share of the trees with it.
  let stride: Int
  let slotBytes: Int
  let headerStride: Int
  let measureCount: Int
  /// Bit n: measure n is wider than a word; and whether it has four words.
  let wide: UInt64
  let squares: UInt64
  let offsets: Table<Int64>
  let decays: Table<Decay>
  let trees: Table<Tree>
  let tracked: Table<Tracked>
  let facts: Table<Fact>
  let valuesStart: Int
  let valueCount: Int
  let linksStart: Int
  let linkCount: Int
  let counterCount: Int
  let hasColumns: Bool
  /// Where four bytes of an event hold nothing, or -1.
  let padding: Int

  /// Where the tracked windows' words start in a header.
  static func statesStart(_ plan: WindowPlan) -> Int {
    (EntityWindows.Header.cursors + 4 * plan.offsets.count + 7) & ~7
  }

  init(_ plan: WindowPlan, reservation: Reservation) {
    stride = plan.stride
    slotBytes = plan.slotBytes
    measureCount = plan.measures.count
    wide = plan.measures.enumerated().reduce(0) {
      $0 | ($1.element.kind.words > 1 ? 1 << UInt64($1.offset) : 0)
    }
    squares = plan.measures.enumerated().reduce(0) {
      $0 | ($1.element.kind == .squares ? 1 << UInt64($1.offset) : 0)
    }
    offsets = reservation.table(plan.offsets)
    decays = reservation.table(
      plan.decays.enumerated().map { number, decay in
        Decay(
          offset: plan.offset(ofDecay: number),
          measureOffset: plan.offset(ofMeasure: decay.measure),
          isSum: plan.measures[decay.measure].kind == .sum,
          scale: decay.scale,
          halfLife: Double(decay.halfLife)
        )
      }
    )
    trees = reservation.table(
      plan.trees.map { Tree(value: plan.offset(ofValue: $0.value), greatest: $0.greatest) }
    )
    facts = reservation.table(
      plan.measures.enumerated().compactMap { number, measure in
        guard measure.kind.isFact else { return nil }
        let counted = measure.filter.flatMap { plan.offset(of: Measure(kind: .count, filter: $0)) }
        return Fact(
          kind: measure.kind,
          disposition: measure.disposition,
          offset: plan.offset(ofMeasure: number),
          passed: counted ?? -1
        )
      }
    )
    var counters = [Int](repeating: 0, count: plan.links.count)
    let states = WindowLayout.statesStart(plan)
    tracked = reservation.table(
      plan.tracked.enumerated().map { number, window in
        var counter = -1
        if window.contents == .entropy {
          counter = counters[window.column]
          counters[window.column] += 1
        }
        return Tracked(
          contents: window.contents.rawValue,
          column: window.contents == .ordered
            ? plan.offset(ofValue: window.column) : plan.offset(ofLink: window.column),
          newer: plan.sample(window.newer, beforeThis: window.beforeThis),
          older: plan.sample(window.older, beforeThis: false),
          state: states + 32 * number,
          counter: counter
        )
      }
    )
    counterCount = counters.max() ?? 0
    headerStride = states + 32 * plan.tracked.count
    valuesStart = plan.offset(ofValue: 0)
    let end = plan.offset(ofMeasure: plan.measures.count)
    padding = end < valuesStart ? end : -1
    valueCount = plan.values.count
    linksStart = plan.offset(ofLink: 0)
    linkCount = plan.links.count
    hasColumns = valueCount > 0 || linkCount > 0 || plan.decays.count > 0
  }
}
