import Foundation
import Payments

/// A slow and obvious computation of the aggregates, from the whole history.
struct Oracle {
  struct Event {
    var id: Int
    var landed: Int64
    var account: String
    var counterparty: String
    var device: String
    var channel: String
    var amount: Int64
    var fee: Int64?
    var points: Double?
    var place: (latitude: Double, longitude: Double)?
    /// What an activity is; nil for transactions.
    var activity: (kind: ActivityKind, succeeded: Bool)?
    var outcome: Outcome?
    var labels: [(arrival: Int64, fraud: Bool)] = []
    var refunds: [Int64] = []
    /// Conditions on windows, as they were when the event came.
    var isLarge = false
    var isInlier = true
  }

  /// The stretch that an aggregate looks at, and by what.
  struct Window {
    var length: Int64
    var delay: Int64 = 0
    var beforeThis = false
    var key: (Event) -> String?
    /// The entity that is asked for, where it is not the transaction's own.
    var asked: ((Event) -> String?)?
    var filter: (Event) -> Bool = { _ in true }
    var isActivity = false
  }

  /// In the order of the log, without the first, which no window reaches any more.
  var events: [Event] = []
  private(set) var forgotten = 0
  let maturity: Int64

  var nextId: Int { forgotten + events.count }

  subscript(id: Int) -> Event {
    get { events[id - forgotten] }
    set { events[id - forgotten] = newValue }
  }

  mutating func forget(before time: Int64) {
    while let first = events.first, events.count > 100, first.landed < time {
      events.removeFirst()
      forgotten += 1
    }
  }

  /// The last label that was known at `time`.
  func label(_ event: Event, at time: Int64) -> Bool? {
    event.labels.last { $0.arrival <= time }?.fraud
  }

  /// The chosen events in the order of their times; nil where the entity is not named.
  func selected(_ current: Event, _ window: Window) -> [Event]? {
    guard let wanted = (window.asked ?? window.key)(current) else { return nil }
    let newest = current.landed - window.delay
    return
      events
      .filter {
        window.key($0) == wanted && $0.landed > newest - window.length && $0.landed <= newest
          && !(window.beforeThis && $0.id == current.id)
          && ($0.activity != nil) == window.isActivity && window.filter($0)
      }
      .enumerated()
      .sorted { ($0.element.landed, $0.offset) < ($1.element.landed, $1.offset) }
      .map(\.element)
  }

  // MARK: over chosen events

  static func mean(_ values: [Int64]) -> Double {
    values.isEmpty ? .nan : Double(values.reduce(0, +)) / (Double(values.count) * 100)
  }

  static func deviation(_ values: [Double]) -> Double {
    if values.count < 2 { return .nan }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  static func quantile(_ values: [Double], _ share: Double) -> Double {
    if values.isEmpty { return .nan }
    let sorted = values.sorted()
    let rank = Double(sorted.count - 1) * share
    let below = Int(rank)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (rank - Double(below))
  }

  static func entropy(_ texts: [String]) -> Double {
    if texts.isEmpty { return .nan }
    let counts = Dictionary(grouping: texts) { $0 }.values.map { Double($0.count) }
    let total = Double(texts.count)
    return -counts.sorted().reduce(0) { $0 + $1 / total * log2($1 / total) }
  }

  static func decayed(_ events: [(age: Int64, weight: Double)], _ halfLife: Double) -> Double {
    events.reduce(0) { $0 + $1.weight * exp2(-Double($1.age) / halfLife) }
  }

  func fraudRate(_ current: Event, _ chosen: [Event]) -> Double {
    let known = chosen.filter { event in
      label(event, at: current.landed) != nil
        || (event.landed <= current.landed - maturity && event.outcome != .decline)
    }
    if known.isEmpty { return .nan }
    let frauds = known.count { label($0, at: current.landed) == true }
    return Double(frauds) / Double(known.count)
  }
}
