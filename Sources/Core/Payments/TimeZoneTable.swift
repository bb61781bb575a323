/// The offsets from UTC of one time zone, as a table of the instants at which they change.
///
/// It stands in the source's control entry, so that the core never looks a zone up.
package struct TimeZoneTable: Sendable, Hashable {
  /// One change: from `start` on, local time is UTC plus `offsetSeconds`.
  package struct Transition: Sendable, Hashable {
    package var start: Timestamp
    package var offsetSeconds: Int32

    package init(start: Timestamp, offsetSeconds: Int32) {
      self.start = start
      self.offsetSeconds = offsetSeconds
    }
  }

  package static let utc = TimeZoneTable(name: "UTC", transitions: [])

  package var name: String
  /// In ascending order; before the first, the offset is that of the first.
  package var transitions: [Transition]

  package init(name: String, transitions: [Transition]) {
    self.name = name
    self.transitions = transitions
  }

  /// Offset in force at an instant, in seconds east of UTC.
  ///
  /// Cost: O(log transitions).
  package func offsetSeconds(at instant: Timestamp) -> Int32 {
    guard var offset = transitions.first?.offsetSeconds else { return 0 }
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].start <= instant {
        offset = transitions[middle].offsetSeconds
        low = middle + 1
      } else {
        high = middle
      }
    }
    return offset
  }

  /// Local wall-clock time at an instant, as microseconds of a day-count in that zone.
  package func local(_ instant: Timestamp) -> Timestamp {
    Timestamp(
      microseconds: instant.microseconds
        + Int64(offsetSeconds(at: instant)) * Timestamp.microsecondsPerSecond
    )
  }

  /// The instant of a local time.
  ///
  /// A time that occurs twice is the earlier one; one that the clock skips counts with the offset
  /// before the change.
  package func utc(fromLocal local: Timestamp) -> Timestamp {
    func instant(_ offset: Int32) -> Timestamp {
      Timestamp(microseconds: local.microseconds - Int64(offset) * Timestamp.microsecondsPerSecond)
    }
    let day = Timestamp.microsecondsPerDay
    let before = offsetSeconds(at: Timestamp(microseconds: local.microseconds - day))
    let after = offsetSeconds(at: Timestamp(microseconds: local.microseconds + day))
    let early = instant(before)
    if before == after || offsetSeconds(at: early) == before { return early }
    let late = instant(after)
    return offsetSeconds(at: late) == after ? late : early
  }
}
