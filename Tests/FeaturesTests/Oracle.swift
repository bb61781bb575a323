import Payments

/// A slow and obvious computation of the aggregates, from the whole history.
struct Oracle {
  struct Event {
    var id: Int
    var landed: Int64
    var account: String
    var counterparty: String
    var channel: String
    var amount: Int64
    var declined = false
    var labels: [(arrival: Int64, fraud: Bool)] = []
  }

  struct Window {
    var length: Int64
    var delay: Int64
    var beforeThis = false
    var onlineOnly = false
  }

  var events: [Event] = []
  let maturity: Int64

  /// The last label that was known at `time`.
  private func label(_ event: Event, at time: Int64) -> Bool? {
    event.labels.last { $0.arrival <= time }?.fraud
  }

  private func selected(
    _ current: Event,
    _ window: Window,
    by key: (Event) -> String
  ) -> [Event] {
    let newest = current.landed - window.delay
    return events.filter {
      key($0) == key(current) && $0.landed > newest - window.length && $0.landed <= newest
        && !(window.beforeThis && $0.id == current.id)
        && !(window.onlineOnly && $0.channel != "online")
    }
  }

  func count(_ current: Event, _ window: Window, by key: (Event) -> String) -> Double {
    Double(selected(current, window, by: key).count)
  }

  func sum(_ current: Event, _ window: Window, by key: (Event) -> String) -> Double {
    Double(selected(current, window, by: key).reduce(Int64(0)) { $0 + $1.amount }) / 100
  }

  func mean(_ current: Event, _ window: Window, by key: (Event) -> String) -> Double {
    let chosen = selected(current, window, by: key)
    if chosen.isEmpty { return .nan }
    return Double(chosen.reduce(Int64(0)) { $0 + $1.amount }) / (Double(chosen.count) * 100)
  }

  func fraudRate(_ current: Event, _ window: Window, by key: (Event) -> String) -> Double {
    let chosen = selected(current, window, by: key)
    let known = chosen.filter { event in
      label(event, at: current.landed) != nil
        || (event.landed <= current.landed - maturity && !event.declined)
    }
    if known.isEmpty { return .nan }
    let frauds = known.count { label($0, at: current.landed) == true }
    return Double(frauds) / Double(known.count)
  }
}
