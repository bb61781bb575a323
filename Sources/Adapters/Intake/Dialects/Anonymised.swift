package import Payments

/// What is particular to the anonymised set.
package enum Anonymised {
  package static let secondsSlot = 0
  /// A hundred years.
  package static let secondsMax = 3_155_760_000.0

  /// Second 0 of a file: the payments are of two days of September 2013, the publishers do not say
  /// which.
  package static let start = Timestamp(year: 2013, month: 9, day: 1)

  /// The event time of a file's `Time`, to the microsecond.
  package static func time(ofSeconds seconds: Double) -> Timestamp {
    Timestamp(microseconds: start.microseconds + Int64((seconds * 1e6).rounded()))
  }
}
