extension Timestamp {
  /// Reads ISO 8601 (`2018-04-01T00:00:31[.123456][Z|+01|+0100|+01:00]`), the same with a blank
  /// instead of `T`, or a bare date.
  ///
  /// A time without a zone is in `zone`. A leap second, `23:59:60` there or in UTC, counts as the
  /// last microsecond of the second before it. Returns nil for anything else, impossible dates and
  /// offsets and years outside 1970...2199 included.
  package init?(parsing text: borrowing Span<UInt8>, zone: TimeZoneTable = .utc) {
    guard text.count <= DateReader.bytesMax else { return nil }
    var reader = DateReader(bytes: text.array)
    guard let local = reader.dateAndTime() else { return nil }
    if reader.atEnd {
      microseconds = zone.utc(fromLocal: local).microseconds
    } else if let offsetSeconds = reader.offset(), reader.atEnd {
      microseconds = local.microseconds - Int64(offsetSeconds) * Timestamp.microsecondsPerSecond
    } else {
      return nil
    }
    guard !reader.isLeapSecond || local.endsDay || endsDay else { return nil }
    guard self >= Timestamp.earliest, self < Timestamp.latest else { return nil }
  }

  /// What a time was read as when an offset in hours alone (`+02`) was passed over; nil where it
  /// has none.
  package init?(earlier text: borrowing Span<UInt8>, zone: TimeZoneTable) {
    let hours = 3
    // A bare date has a hyphen there as well.
    guard text.count > "2018-04-01".utf8.count else { return nil }
    let sign = text[text.count - hours]
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    self.init(parsing: text.extracting(0..<text.count - hours), zone: zone)
  }

  /// Whether it is the last microsecond of a day: where a leap second is put.
  var endsDay: Bool {
    self == Timestamp(microseconds: (day + 1) * Timestamp.microsecondsPerDay - 1)
  }
}

/// A cursor over the digits and separators of one date.
private struct DateReader {
  static let bytesMax = 40
  let bytes: [UInt8]
  var index = 0
  /// Whether the time's second was a sixtieth.
  private(set) var isLeapSecond = false

  init(bytes: [UInt8]) { self.bytes = bytes }

  var atEnd: Bool { index == bytes.count }

  mutating func number(_ width: Int, _ range: ClosedRange<Int>) -> Int? {
    guard index + width <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[index..<index + width] {
      guard byte >= 48, byte <= 57 else { return nil }
      value = value * 10 + Int(byte - 48)
    }
    index += width
    return range.contains(value) ? value : nil
  }

  mutating func skip(_ characters: String) -> Bool {
    guard index < bytes.count, characters.utf8.contains(bytes[index]) else { return false }
    index += 1
    return true
  }

  mutating func dateAndTime() -> Timestamp? {
    guard let year = number(4, 1969...2200), skip("-"), let month = number(2, 1...12), skip("-"),
      let day = number(2, 1...31)
    else { return nil }
    let date = Timestamp(year: year, month: month, day: day)
    guard date.civil.day == day else { return nil }
    guard skip("Tt ") else { return date }
    guard let hour = number(2, 0...23), skip(":"), let minute = number(2, 0...59) else {
      return nil
    }
    var second = 0
    var fraction = 0
    if skip(":") {
      guard let value = number(2, 0...60) else { return nil }
      second = value
      if skip(".") || skip(",") {
        guard let value = microsecondFraction() else { return nil }
        fraction = value
      }
    }
    if second == 60 {
      isLeapSecond = true
      (second, fraction) = (59, 999_999)
    }
    return Timestamp(
      year: year,
      month: month,
      day: day,
      hour: hour,
      minute: minute,
      second: second,
      microsecond: fraction
    )
  }

  /// Digits after the decimal point; those beyond the sixth are dropped.
  private mutating func microsecondFraction() -> Int? {
    var value = 0
    var digits = 0
    while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 {
      if digits < 6 { value = value * 10 + Int(bytes[index] - 48) }
      digits += 1
      index += 1
    }
    guard digits > 0 else { return nil }
    for _ in min(digits, 6)..<6 { value *= 10 }
    return value
  }

  /// The offset from UTC in seconds: hours, or hours and minutes; nil where it is none.
  mutating func offset() -> Int? {
    if skip("Zz") { return 0 }
    let negative = index < bytes.count && bytes[index] == UInt8(ascii: "-")
    guard skip("+-"), let hours = number(2, 0...23) else { return nil }
    var minutes = 0
    if !atEnd {
      _ = skip(":")
      guard let value = number(2, 0...59) else { return nil }
      minutes = value
    }
    return (negative ? -1 : 1) * (hours * 60 + minutes) * 60
  }
}
