import Payments
import Testing

struct TimestampOffsetTests {
  private static func time(_ text: String, zone: TimeZoneTable = .utc) -> String? {
    let bytes = Array(text.utf8)
    return Timestamp(parsing: bytes.span, zone: zone)?.description
  }

  /// Two hours ahead of UTC at any time.
  private static let east = TimeZoneTable(
    name: "east",
    transitions: [TimeZoneTable.Transition(start: Timestamp(microseconds: 0), offsetSeconds: 7200)]
  )

  @Test(arguments: [
    ("2026-03-09 12:00:00+02", "2026-03-09T10:00:00Z"),
    ("2026-03-09T12:00:00-05", "2026-03-09T17:00:00Z"),
    ("2026-03-09T12:00:00.25+14", "2026-03-08T22:00:00.250000Z"),
    ("2026-03-09T12:00+02", "2026-03-09T10:00:00Z"),
    ("2026-03-09T00:30:00+00", "2026-03-09T00:30:00Z"),
    ("2026-11-29+02", "2026-11-28T22:00:00Z"), ("2026-11-29+02:00", "2026-11-28T22:00:00Z"),
    ("2026-03-09T12:00:00+05:30", "2026-03-09T06:30:00Z"),
    ("2026-03-09T12:00:00-0330", "2026-03-09T15:30:00Z"),
    ("2026-03-09T12:00:00z", "2026-03-09T12:00:00Z"),
  ])
  func `an offset is read whole, hours alone too`(text: String, utc: String) {
    #expect(TimestampOffsetTests.time(text, zone: TimestampOffsetTests.east) == utc)
  }

  @Test(arguments: [
    "+", "-", "+2", "+02:", "+02:3", "+02:300", "+023", "+24", "-24", "+24:00", "+99", "+05:60",
    "+05:75", "+0575", "+02Z", "+02 ", " +02", "Z+02", "ZZ", "+-2", "+ 2", "+0a", "+02:00:00",
    "±02",
    "\u{2212}05",
  ])
  func `what is no offset is refused, not dropped`(offset: String) {
    for time in ["2026-03-09T12:00:00", "2026-03-09 12:00", "2026-03-09T12:00:00.5", "2026-03-09"] {
      #expect(TimestampOffsetTests.time(time + offset) == nil, "\(time + offset)")
    }
  }

  @Test(arguments: [
    ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z"),
    ("2016-12-31 23:59:60", "2016-12-31T23:59:59.999999Z"),
    ("2016-12-31T23:59:60.7Z", "2016-12-31T23:59:59.999999Z"),
    ("2017-01-01T00:59:60+01:00", "2016-12-31T23:59:59.999999Z"),
    ("2016-12-31T18:59:60-05", "2016-12-31T23:59:59.999999Z"),
    ("2017-01-01T05:29:60+0530", "2016-12-31T23:59:59.999999Z"),
  ])
  func `a leap second is the last microsecond before it`(text: String, utc: String) {
    #expect(TimestampOffsetTests.time(text) == utc)
  }

  @Test(arguments: [
    "2016-12-31T23:58:60Z", "2016-12-31T12:00:60", "2016-12-31T23:59:61Z", "2016-12-31T22:59:60Z",
    "2016-12-31T12:59:60+02",
  ])
  func `another sixtieth second is refused`(text: String) {
    #expect(TimestampOffsetTests.time(text) == nil)
  }

  @Test func `the reading of before passed over hours alone`() {
    func earlier(_ text: String) -> String? {
      let bytes = Array(text.utf8)
      return Timestamp(earlier: bytes.span, zone: TimestampOffsetTests.east)?.description
    }
    #expect(earlier("2026-03-09T12:00:00+02") == "2026-03-09T10:00:00Z")
    #expect(earlier("2026-03-09T12:00:00-05") == "2026-03-09T10:00:00Z")
    #expect(earlier("2026-11-29+02") == "2026-11-28T22:00:00Z")
    for same in ["2026-11-29", "2026-03-09T12:00:00", "2026-03-09T12:00:00+02:00", "x", ""] {
      #expect(earlier(same) == nil)
    }
  }
}
