/// An instant: microseconds since 1970-01-01T00:00:00 UTC.
package struct Timestamp: Sendable, Hashable, Comparable {
  package var microseconds: Int64

  @inlinable
  package init(microseconds: Int64) { self.microseconds = microseconds }

  @inlinable
  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

  package static let microsecondsPerSecond: Int64 = 1_000_000
  package static let microsecondsPerDay: Int64 = 86_400_000_000

  /// The years a payment may carry: wide enough for history, narrow enough that no sum overflows.
  package static let earliest = Timestamp(microseconds: 0)
  package static let latest = Timestamp(year: 2200, month: 1, day: 1)

  /// The instant of a civil date and time of day in UTC (proleptic Gregorian; Hinnant's
  /// days-from-civil formula).
  package init(
    year: Int,
    month: Int,
    day: Int,
    hour: Int = 0,
    minute: Int = 0,
    second: Int = 0,
    microsecond: Int = 0
  ) {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    microseconds = Int64(seconds) * Timestamp.microsecondsPerSecond + Int64(microsecond)
  }

  /// Whole days since 1970-01-01, rounded down.
  @inlinable
  package var day: Int64 {
    let perDay: Int64 = 86_400_000_000
    return microseconds >= 0 ? microseconds / perDay : (microseconds - perDay + 1) / perDay
  }

  /// Year, month and day in UTC.
  package var civil: (year: Int, month: Int, day: Int) {
    let z = Int(day) + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

extension Timestamp: CustomStringConvertible {
  /// ISO 8601 in UTC, with the fraction only where there is one: `2018-04-01T00:00:31Z`.
  package var description: String {
    var text: [UInt8] = []
    appendISO8601(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the ISO 8601 form in UTC.
  package func appendISO8601(to text: inout [UInt8]) {
    let (year, month, day) = civil
    let ofDay = microseconds - self.day * Timestamp.microsecondsPerDay
    let seconds = Int(ofDay / Timestamp.microsecondsPerSecond)
    func digits(_ value: Int, _ width: Int) {
      var divisor = 1
      for _ in 1..<width { divisor *= 10 }
      while divisor > 0 {
        text.append(UInt8(48 + value / divisor % 10))
        divisor /= 10
      }
    }
    digits(year, 4)
    text.append(UInt8(ascii: "-"))
    digits(month, 2)
    text.append(UInt8(ascii: "-"))
    digits(day, 2)
    text.append(UInt8(ascii: "T"))
    digits(seconds / 3600, 2)
    text.append(UInt8(ascii: ":"))
    digits(seconds / 60 % 60, 2)
    text.append(UInt8(ascii: ":"))
    digits(seconds % 60, 2)
    let fraction = Int(ofDay % Timestamp.microsecondsPerSecond)
    if fraction > 0 {
      text.append(UInt8(ascii: "."))
      digits(fraction, 6)
    }
    text.append(UInt8(ascii: "Z"))
  }
}
