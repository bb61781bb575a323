/// The `Date` header line of one second, ready to be copied.
struct DateLine {
  /// `Date: Fri, 20 Nov 2026 19:36:12 GMT` and CR LF.
  private(set) var bytes: InlineArray<37, UInt8>

  /// The line for a number of seconds since 1970 in UTC.
  init(unixSeconds: Int) {
    bytes = InlineArray(repeating: 0x20)
    let day = unixSeconds / 86_400
    let second = unixSeconds % 86_400
    let (year, month, dayOfMonth) = Self.civil(day)
    put("Date: ", at: 0)
    put(Self.weekdays[(day + 4) % 7], at: 6)
    put(", ", at: 9)
    put(dayOfMonth, at: 11)
    put(Self.months[month - 1], at: 14)
    put(year / 100, at: 18)
    put(year % 100, at: 20)
    put(second / 3600, at: 23)
    put(":", at: 25)
    put(second / 60 % 60, at: 26)
    put(":", at: 28)
    put(second % 60, at: 29)
    put(" GMT\r\n", at: 31)
  }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private mutating func put(_ text: String, at offset: Int) {
    for (index, byte) in text.utf8.enumerated() { bytes[offset + index] = byte }
  }

  private mutating func put(_ twoDigits: Int, at offset: Int) {
    bytes[offset] = UInt8(48 + twoDigits / 10)
    bytes[offset + 1] = UInt8(48 + twoDigits % 10)
  }

  /// Year, month and day of a day counted from 1970, by eras of 400 years that begin in March.
  private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }
}
