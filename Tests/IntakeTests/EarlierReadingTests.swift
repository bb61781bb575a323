import Foundation
import Payments
import Testing

@testable import Intake

/// Texts that are read otherwise than before: what is read now, and the content they had.
struct EarlierReadingTests {
  private static func native(_ id: String, time: String, amount: String) -> String {
    "{\"transaction_id\":\"\(id)\",\"account\":\"a\",\"time\":\"\(time)\",\"amount\":\(amount)}"
  }

  @Test func `an offset in hours has the content of the local time that it was taken for`() throws {
    let (record, earlier) = try Decoding.content(
      EarlierReadingTests.native("x", time: "2026-03-09T12:00:00+02", amount: "1"),
      .native
    )
    #expect(TransactionRecord.time(record.span).description == "2026-03-09T10:00:00Z")
    let old = try Decoding.json(
      EarlierReadingTests.native("x", time: "2026-03-09T12:00:00", amount: "1"),
      .native
    )
    #expect(earlier == TransactionRecord.content(old.span))
  }

  @Test func `rows of a file have both readings too`() throws {
    let header = "transaction_id,time,account,counterparty,amount\n"
    let rows = try Decoding.file(
      header + "x,2026-03-09 12:00:00+02,a,b,1.255e0\ny,2026-03-09 12:00:00,a,b,1\n",
      .native
    )
    let old = try Decoding.file(header + "x,2026-03-09 12:00:00,a,b,1.25\n", .native)
    let (record, oldRecord) = (rows[0].record, old[0].record)
    #expect(rows[0].row.note?.earlierContent == TransactionRecord.content(oldRecord.span))
    #expect(rows[1].row.note?.earlierContent == nil)
    #expect(TransactionRecord.amount(record.span).minorUnits == 126)
  }

  @Test func `a time of 19 characters with an offset says nothing of the next row's day`() throws {
    let rows = try Decoding.file(
      "transaction_id,time,account,counterparty,amount\nx,2026-11-29T00:30+02,a,b,1\n"
        + "y,2026-11-29 10:00:00,a,b,1\nz,2026-11-29 23:59:60,a,b,1\nw,2026-11-29 11:00:00,a,b,1\n",
      .native
    )
    #expect(
      rows.map(\.row.time.description) == [
        "2026-11-28T22:30:00Z", "2026-11-29T10:00:00Z", "2026-11-29T23:59:59.999999Z",
        "2026-11-29T11:00:00Z",
      ]
    )
  }

  @Test(arguments: [
    ("1.255", 126), ("1.225", 122), ("2.175", 218), ("0.005", 0), ("0.015", 2), ("1.2550", 126),
    ("1.255e0", 126), ("1255e-3", 126), ("1.2549999999999999", 125),
    ("1.25500000000000000001", 126),
    ("12.34", 1234), ("12.346", 1235), ("1e3", 100_000),
    ("999999999999.995", 100_000_000_000_000 - 0),
    ("8.165", 816), ("10.075", 1008),
  ])
  func `a number is rounded by its text, as the text itself`(text: String, minor: Int64) throws {
    let time = "2026-03-09T12:00:00Z"
    let number = try Decoding.content(
      EarlierReadingTests.native("x", time: time, amount: text),
      .native
    )
    let written = try Decoding.content(
      EarlierReadingTests.native("x", time: time, amount: "\"\(text)\""),
      .native
    )
    let record = number.record
    #expect(TransactionRecord.amount(record.span).minorUnits == minor)
    #expect(number.record == written.record)
    guard let binary = Double(text).flatMap({ Money(units: $0, scale: 2) }) else { return }
    if binary.minorUnits == minor {
      #expect(number.earlier == nil)
    } else {
      let old = try Decoding.json(
        EarlierReadingTests.native("x", time: time, amount: "\(Double(binary.minorUnits) / 100)"),
        .native
      )
      #expect(number.earlier == TransactionRecord.content(old.span))
    }
  }

  @Test func `each number of a list is found in the text, whatever stands around it`() throws {
    let decoder = TransactionDecoder(source: Decoding.source(.paysim)) { _ in "token" }
    let items = (0..<50).map { index in
      """
      {"newbalanceOrig" : \(index).225, "note": {"a": [1, "x,:{}", 2.5, null, true]}, "step":1,
       "type":"TRANSFER","amount":\(index).255,"nameOrig":"a,\\"b\\":1.5","oldbalanceOrg": 1.125,
       "nameDest":"b","oldbalanceDest":\(index).345, "newbalanceDest":0}
      """
    }
    let text = "{\"z\": [0.5, {}, []], \"transactions\": [\(items.joined(separator: ",\n"))]}"
    let padded = Array(text.utf8) + [UInt8](repeating: 0, count: JSONReader.padding)
    defer { withExtendedLifetime(padded) {} }
    try decoder.parse(padded: padded.span, count: text.utf8.count)
    #expect(decoder.openArray("transactions") == 50)
    for index in 0..<50 {
      #expect(try decoder.advance())
      var bytes: [UInt8] = []
      try decoder.decode(into: &bytes)
      let expected = Int64(index * 100) + 26
      #expect(TransactionRecord.amount(bytes.span).minorUnits == expected)
      let fields = Decoding.fields(bytes, .paysim)
      #expect(fields.contains("balance_before=\(index * 100 + 22)") || !fields.isEmpty)
    }
  }

  @Test(arguments: ["-0.001", "\"-0.001\"", "-1e-9", "\"-1e-9\"", "-0.004", "-5e-324"])
  func `an amount below 0 is refused, however small`(amount: String) {
    #expect(throws: InputError.self) {
      try Decoding.json(
        EarlierReadingTests.native("x", time: "2026-03-09T12:00:00Z", amount: amount),
        .native
      )
    }
    let cell = amount.filter { $0 != "\"" }
    #expect(throws: InputError.self) {
      try Decoding.file(
        "transaction_id,time,account,counterparty,amount\nx,2026-03-09 12:00:00,a,b,\(cell)\n",
        .native
      )
    }
  }

  @Test(arguments: ["-0", "-0.0", "\"-0.00\"", "0e5"])
  func `a zero with a sign is 0`(amount: String) throws {
    let record = try Decoding.json(
      EarlierReadingTests.native("x", time: "2026-03-09T12:00:00Z", amount: amount),
      .native
    )
    #expect(TransactionRecord.amount(record.span).minorUnits == 0)
  }
}
