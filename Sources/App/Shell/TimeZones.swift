import Foundation
package import Payments

/// Time zones by name, as tables that the core can read.
package enum TimeZones {
  /// The changes of a zone's offset from 1970 to 2200; nil where there is no such zone.
  package static func table(named name: String) -> TimeZoneTable? {
    if name == "UTC" { return .utc }
    guard let zone = TimeZone(identifier: name) else { return nil }
    let end = Date(timeIntervalSince1970: Double(Timestamp.latest.microseconds) / 1e6)
    var instant = Date(timeIntervalSince1970: 0)
    var transitions: [TimeZoneTable.Transition] = []
    while true {
      transitions.append(
        TimeZoneTable.Transition(
          start: Timestamp(microseconds: Int64(instant.timeIntervalSince1970 * 1e6)),
          offsetSeconds: Int32(zone.secondsFromGMT(for: instant))
        )
      )
      guard let next = zone.nextDaylightSavingTimeTransition(after: instant), next < end,
        next > instant
      else { break }
      instant = next
    }
    return TimeZoneTable(name: name, transitions: transitions)
  }
}
