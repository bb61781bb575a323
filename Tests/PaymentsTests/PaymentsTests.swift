import Payments
import Testing

struct MoneyTests {
  @Test(arguments: [
    ("0", 0), ("12", 1200), ("12.3", 1230), ("12.345", 1234), ("12.355", 1236), ("12.3451", 1235),
    ("-0.015", -2), ("0.005", 0), ("0.015", 2), ("1e3", 100_000), ("+7.10", 710), (".5", 50),
    ("1000000000000", 100_000_000_000_000),
  ])
  func `decimals are read exactly and rounded half to even`(text: String, minor: Int64) {
    let bytes = Array(text.utf8)
    let amount = Money(parsing: bytes.span, scale: 2)
    #expect(amount?.minorUnits == minor)
  }

  @Test(arguments: [
    "", "-", ".", "abc", "1.2.3", "1,5", "1e999", "nan", "inf", "0x10", "1 ", "--1",
    "1000000000001", "99999999999999999999999999", "1e",
  ])
  func `what is not an amount is refused`(text: String) {
    let bytes = Array(text.utf8)
    let amount = Money(parsing: bytes.span, scale: 2)
    #expect(amount == nil)
  }

  @Test(arguments: [("EUR", 2), ("jpy", 0), ("BHD", 3), ("BTC", 6)])
  func `a currency has its fixed scale`(code: String, scale: UInt8) {
    #expect(Currency(code: code)?.scale == scale)
  }

  @Test(arguments: ["", "E", "EURO12", "E R", "€"])
  func `what is not a currency is refused`(code: String) {
    #expect(Currency(code: code) == nil)
  }
}

struct TimestampTests {
  @Test(arguments: [
    ("2018-04-01T00:00:31", 1_522_540_831_000_000),
    ("2018-04-01 00:00:31", 1_522_540_831_000_000),
    ("2018-04-01T00:00:31.25Z", 1_522_540_831_250_000),
    ("2018-04-01T02:00:31+02:00", 1_522_540_831_000_000),
    ("2018-03-31T19:30:31-0430", 1_522_540_831_000_000),
    ("2018-04-01", 1_522_540_800_000_000),
    ("2024-02-29T23:59:59.9999999Z", 1_709_251_199_999_999),
  ])
  func `ISO 8601 is read to the microsecond`(text: String, microseconds: Int64) {
    let bytes = Array(text.utf8)
    let time = Timestamp(parsing: bytes.span)
    #expect(time?.microseconds == microseconds)
  }

  @Test(arguments: [
    "", "2018", "2018-02-30", "2018-13-01", "2018-04-01T24:00:00", "2018-04-01T00:00:60",
    "2018-04-01T00:00:00X", "1969-12-31T23:59:59Z", "2200-01-01", "18-04-01", "2018-4-1",
    "2018-04-01T00:00:00+25:00",
  ])
  func `impossible times are refused`(text: String) {
    let bytes = Array(text.utf8)
    let time = Timestamp(parsing: bytes.span)
    #expect(time == nil)
  }

  @Test func `every day of two centuries comes back`() {
    var day = Timestamp.earliest
    while day < Timestamp.latest {
      let bytes = Array(day.description.utf8)
      let read = Timestamp(parsing: bytes.span)
      #expect(read == day)
      day.microseconds += 13 * Timestamp.microsecondsPerDay
    }
  }

  /// Berlin in 2018: one hour east of UTC, two from 25 March to 28 October, 01:00 UTC each.
  static let berlin = TimeZoneTable(
    name: "Europe/Berlin",
    transitions: [
      TimeZoneTable.Transition(start: Timestamp(microseconds: 0), offsetSeconds: 3600),
      TimeZoneTable.Transition(
        start: Timestamp(year: 2018, month: 3, day: 25, hour: 1),
        offsetSeconds: 7200
      ),
      TimeZoneTable.Transition(
        start: Timestamp(year: 2018, month: 10, day: 28, hour: 1),
        offsetSeconds: 3600
      ),
    ]
  )

  @Test(arguments: [
    ("2018-03-25T01:59:59", "2018-03-25T00:59:59Z"),
    ("2018-03-25T02:30:00", "2018-03-25T01:30:00Z"),
    ("2018-03-25T03:00:00", "2018-03-25T01:00:00Z"),
    ("2018-07-01T12:00:00", "2018-07-01T10:00:00Z"),
    ("2018-10-28T02:30:00", "2018-10-28T00:30:00Z"),
    ("2018-10-28T03:30:00", "2018-10-28T02:30:00Z"),
  ])
  func `a naive time is in the source's zone, the earlier where it is twice`(
    local: String,
    utc: String
  ) {
    let bytes = Array(local.utf8)
    let time = Timestamp(parsing: bytes.span, zone: TimestampTests.berlin)
    #expect(time?.description == utc)
  }
}

struct RecordTests {
  @Test func `a record gives its fields back`() {
    var source = Source(
      id: 3,
      name: "s",
      dialect: .paysim,
      currency: Currency(code: "USD", scale: 2)
    )
    source.schema = Dialect.paysim.schema
    var builder = TransactionBuilder(source: 3, schema: source.schema)
    builder.time = Timestamp(microseconds: 77)
    builder.amount = Money(minorUnits: 1234)
    builder.set(text: Schema.Text.id, "t-1")
    builder.set(text: Schema.Text.account, "C1")
    builder.set(number: 0, 9.0)
    builder.set(number: 1, Money(minorUnits: -5))
    var bytes: [UInt8] = [1, 2, 3]
    let size = builder.finish(into: &bytes)
    let record = Array(bytes[3...])
    let valid = TransactionRecord.isValid(record.span)
    #expect(record.count == size && valid)
    let source3 = TransactionRecord.source(record.span)
    let time = TransactionRecord.time(record.span).microseconds
    let amount = TransactionRecord.amount(record.span).minorUnits
    #expect(source3 == 3 && time == 77 && amount == 1234)
    let account = TransactionRecord.text(Schema.Text.account, record.span)
    let device = TransactionRecord.text(Schema.Text.device, record.span)
    #expect(Array(record[account]) == [67, 49] && device.isEmpty)
    let bits = (0..<3).map { TransactionRecord.bits($0, record.span) }
    #expect(Double(bitPattern: bits[0]) == 9 && Int64(bitPattern: bits[1]) == -5)
    #expect(Int64(bitPattern: bits[2]) == .min)
  }

  @Test func `content is what the client sent, without a stamped time`() {
    let schema = Dialect.native.schema
    func content(_ time: Int64, _ flags: TransactionRecord.Flags, _ amount: Int64) -> UInt64 {
      var builder = TransactionBuilder(source: 1, schema: schema)
      builder.time = Timestamp(microseconds: time)
      builder.flags = flags
      builder.amount = Money(minorUnits: amount)
      builder.set(text: Schema.Text.id, "x")
      var bytes: [UInt8] = []
      builder.finish(into: &bytes)
      return TransactionRecord.content(bytes.span)
    }
    #expect(content(1, .timeIsReceivedAt, 5) == content(2, .timeIsReceivedAt, 5))
    #expect(content(1, [], 5) != content(2, [], 5))
    #expect(content(1, [], 5) != content(1, [], 6))
  }

  @Test func `a cut or bent record is not valid`() {
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.set(text: Schema.Text.id, "abcdefgh")
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    func isValid(_ bytes: [UInt8]) -> Bool { TransactionRecord.isValid(bytes.span) }
    #expect(isValid(bytes))
    for count in stride(from: 0, to: bytes.count, by: 8) {
      #expect(!isValid(Array(bytes[..<count])))
    }
    var bent = bytes
    bent[7] = 200
    #expect(!isValid(bent))
    bent = bytes
    bent[40] = 255
    #expect(!isValid(bent))
  }

  @Test func `a record whose texts run together to one that is too long is not valid`() {
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    let text = String(repeating: "x", count: TransactionRecord.textBytesMax)
    builder.set(text: Schema.Text.id, text)
    builder.set(text: Schema.Text.account, text)
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    func isValid(_ bytes: [UInt8]) -> Bool { TransactionRecord.isValid(bytes.span) }
    #expect(isValid(bytes))
    // The id ends a byte earlier, where the account starts.
    let table = TransactionRecord.headerSize + 8 * Int(bytes[6])
    bytes.store(little: UInt16(TransactionRecord.textBytesMax - 1), at: table)
    #expect(!isValid(bytes))
  }

  @Test func `a fingerprint takes eight bytes a step and the rest as one number`() {
    let bytes = (0..<40).map { UInt8(truncatingIfNeeded: $0 * 37 + 200) }
    let (first, second): (UInt64, UInt64) = (0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db)
    for start in 0..<8 {
      for count in 0...(bytes.count - start) {
        let part = Array(bytes[start..<start + count])
        var state = Fingerprint.mix(7 ^ first, UInt64(count) ^ second)
        let words = count / 8 * 8
        for word in stride(from: 0, to: words, by: 8) {
          state = Fingerprint.mix(state ^ part.span.load(at: word, as: UInt64.self), second)
        }
        if words < count {
          let tail = part[words...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
          state = Fingerprint.mix(state ^ tail, first)
        }
        let wanted = Fingerprint.mix(state, first)
        let found = Fingerprint.of(bytes, in: start..<start + count, seed: 7)
        #expect(found == wanted, "\(count) bytes")
      }
    }
  }

  @Test func `a source comes back from its bytes`() throws {
    var source = Source(
      id: 9,
      name: "näme",
      dialect: .card,
      currency: Currency(code: "JPY", scale: 0),
      zone: TimestampTests.berlin
    )
    source.thresholds = Thresholds(challenge: 0.2, review: nil, decline: 0.9)
    source.onDeadline = .decline
    source.identity = .idAndContent
    var bytes: [UInt8] = []
    source.encode(into: &bytes)
    var reader = ByteReader(bytes)
    #expect(try Source(from: &reader) == source)
    for count in 0..<bytes.count {
      var cut = ByteReader(Array(bytes[..<count]))
      #expect(throws: DecodingFailure.self) { try Source(from: &cut) }
    }
  }

  @Test func `activities and dispositions come back from their bytes`() throws {
    let activity = Activity(
      source: 1,
      kind: .newPayee,
      succeeded: true,
      time: Timestamp(microseconds: 5),
      account: "a",
      device: ""
    )
    #expect(try Activity(activity.encoded) == activity)
    #expect(throws: DecodingFailure.self) { try Activity(Array(activity.encoded.dropLast())) }
    var named = activity
    named.identify(as: "n1")
    #expect(Array(named.encoded.prefix(activity.encoded.count)) == activity.encoded)
    #expect(try Activity(named.encoded) == named && named.content == activity.fingerprint)
    #expect(throws: DecodingFailure.self) { try Activity(Array(named.encoded.dropLast())) }
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.set(text: Schema.Text.id, "x")
    var record: [UInt8] = []
    builder.finish(into: &record)
    let disposition = Disposition(
      kind: .refunded,
      time: Timestamp(microseconds: 6),
      record: record,
      landed: Timestamp(microseconds: 7)
    )
    #expect(try Disposition(disposition.encoded) == disposition)
    #expect(throws: DecodingFailure.self) { try Disposition([9] + disposition.encoded) }
    #expect(throws: DecodingFailure.self) { try Disposition(disposition.encoded.dropLast()) }
  }

  @Test func `a disposition of an older log landed at its transaction's own time`() throws {
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.set(text: Schema.Text.id, "x")
    builder.time = Timestamp(microseconds: 42)
    var record: [UInt8] = []
    builder.finish(into: &record)
    var body: [UInt8] = [DispositionKind.refunded.rawValue]
    body.append(little: Int64(50))
    body.append(blob: record)
    #expect(try Disposition(body).landed == Timestamp(microseconds: 42))
  }

  /// An activity entry's body, whatever its texts.
  private func activityBody(account: Int, device: Int) -> [UInt8] {
    var body: [UInt8] = [1, 0, 0, 1]
    body.append(little: Int64(5))
    body.append(text: String(repeating: "a", count: account))
    body.append(text: String(repeating: "d", count: device))
    return body
  }

  @Test func `an activity's texts are as long as a transaction's at most`() throws {
    let longest = TransactionRecord.textBytesMax
    let activity = try Activity(activityBody(account: longest, device: longest))
    #expect(activity.account.utf8.count == longest && activity.device.utf8.count == longest)
    for (account, device, name) in [(longest + 1, 0, "account"), (1, longest + 1, "device")] {
      let failure = #expect(throws: DecodingFailure.self) {
        try Activity(activityBody(account: account, device: device))
      }
      #expect(failure?.description.contains("the \(name) has 257 bytes") == true)
    }
  }
}
