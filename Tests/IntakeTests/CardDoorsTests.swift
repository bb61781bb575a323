import Foundation
import Payments
import Testing

@testable import Intake

/// What decoders do with card numbers: names become tokens, ids are noted, codes are refused.
struct CardDoorsTests {
  private static let number = "4012888888881881"

  private static func decoded(
    _ text: String,
    _ dialect: Dialect = .native,
    numericIds: Bool = false,
    fallbackId: String? = nil
  ) throws -> (fields: [String], note: RecordNote?, content: UInt64) {
    let decoder = TransactionDecoder(
      source: Decoding.source(dialect),
      numericIds: numericIds
    ) { String(decoding: $0, as: UTF8.self) == number ? "token" : "other" }
    let bytes = Array(text.utf8)
    let padded = bytes + [UInt8](repeating: 0, count: JSONReader.padding)
    try decoder.parse(padded: padded.span, count: bytes.count)
    #expect(try decoder.advance(root: true))
    var record: [UInt8] = []
    try decoder.decode(into: &record, fallbackId: fallbackId.map { Array($0.utf8) })
    let fields = Decoding.fields(record, dialect)
    return (fields, decoder.note, TransactionRecord.content(record.span))
  }

  private static func quoted(_ text: String) throws -> String {
    String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
  }

  @Test func `each spelling in each name of a transaction is the plain number's token`() throws {
    let spellings = CardNumberTests.spellings(CardDoorsTests.number).filter {
      !$0.contains("\t") && !$0.hasPrefix("000")
    }
    for text in spellings {
      for name in ["account", "counterparty", "device", "location", "channel"] {
        var fields = ["account": "a", "counterparty": "b", "transaction_id": "t"]
        fields[name] = text
        let items = try fields.sorted { $0.key < $1.key }.map {
          "\"\($0.key)\":\(try CardDoorsTests.quoted($0.value))"
        }
        let body = "{\(items.joined(separator: ",")),\"amount\":1}"
        let (found, note, _) = try CardDoorsTests.decoded(body)
        #expect(found.contains("\(name)=card:token:401288:1881"), "\(text): \(found)")
        #expect(note?.idHoldsCardNumber != true)
      }
    }
    let file =
      "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT\n"
      + spellings.map { "t,2026-01-01,\"\($0.replacing("\"", with: "\"\""))\",b,1\n" }.joined()
    for row in try Decoding.file(file, .card) {
      #expect(Decoding.fields(row.record, .card).contains("account=card:token:401288:1881"))
    }
  }

  @Test func `a retry is known by the content that earlier versions read`() throws {
    // What has always been a token has no other content.
    for known in ["4012888888881881", "4012 8888 8888 1881", "4012-8888-8888-1881"] {
      let body = #"{"transaction_id":"t","account":"\#(known)","counterparty":"b","amount":1}"#
      #expect(try CardDoorsTests.decoded(body).note == nil)
    }
    let body =
      #"{"transaction_id":"t","account":"4012.8888.8888.1881","counterparty":"b","amount":1}"#
    let (_, note, content) = try CardDoorsTests.decoded(body)
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.set(text: Schema.Text.id, "t")
    builder.set(text: Schema.Text.account, "4012.8888.8888.1881")
    builder.set(text: Schema.Text.counterparty, "b")
    builder.amount = Money(minorUnits: 100)
    builder.flags.insert(.timeIsReceivedAt)
    var record: [UInt8] = []
    builder.finish(into: &record)
    #expect(note?.earlierContent == TransactionRecord.content(record.span))
    #expect(note?.earlierContent != content)
  }

  @Test func `ids with card numbers are noted, but where a source's ids are numbers`() throws {
    func body(_ id: String) throws -> String {
      #"{"transaction_id":\#(try CardDoorsTests.quoted(id)),"account":"a","#
        + #""counterparty":"b","amount":1}"#
    }
    for text in CardNumberTests.spellings(CardDoorsTests.number) where !text.contains("\t") {
      let found = try CardDoorsTests.decoded(try body(text))
      #expect(found.note?.idHoldsCardNumber == true, "\(text)")
      let numeric = try CardDoorsTests.decoded(try body(text), numericIds: true)
      let isPlain = text.utf8.allSatisfy { (48...57).contains($0) }
      #expect((numeric.note == nil) == isPlain, "\(text)")
    }
    let number = #"{"transaction_id":4012888888881881,"account":"a","counterparty":"b","amount":1}"#
    #expect(try CardDoorsTests.decoded(number).note?.idHoldsCardNumber == true)
    let none = #"{"account":"a","counterparty":"b","amount":1}"#
    let key = try CardDoorsTests.decoded(none, fallbackId: "key-4012888888881881")
    #expect(key.note?.idHoldsCardNumber == true)
    #expect(try CardDoorsTests.decoded(none, fallbackId: "key-1").note == nil)
    #expect(try CardDoorsTests.decoded(none).note == nil)
    let rows = try Decoding.file(
      "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT\n"
        + "4012888888881881,2026-01-01,a,b,1\n",
      .card
    )
    #expect(rows[0].row.note == RecordNote(idHoldsCardNumber: true))
  }

  @Test(arguments: [Dialect.native, .paysim, .payment, .retail, .crypto])
  func `codes are refused in every spelling, wherever they stand`(dialect: Dialect) throws {
    for name in ["cvv", "CVV", "cardCvc", "Security-Code", "card_verification_value"] {
      for body in [
        "{\"x\":1,\"\(name)\":\"123\"}", "{\"\(name)\":123,\"y\":2}", "{\"\(name)\":null}",
      ] {
        let error = try #require(throws: InputError.self) {
          try CardDoorsTests.decoded(body, dialect)
        }
        #expect(error.code == .forbidden && error.field == name, "\(body): \(error)")
      }
    }
  }

  @Test func `an error shows no card number`() throws {
    let error = InputError(
      .invalid,
      field: "4012888888881881",
      "line 2: '4012 8888 8888 1881' is no"
    )
    #expect(error.description == "401288******1881: line 2: '4012 88** **** 1881' is no")
    for file in [
      "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT\nt,4012888888881881,a,b,1\n",
      "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT\n"
        + "t,2026-01-01,a,b,4012888888881881\n",
      "TRANSACTION_ID,4012888888881881\n1,1\n",
    ] {
      let error = try #require(throws: InputError.self) { try Decoding.file(file, .card) }
      #expect(!error.description.contains("4012888888881881"), "\(error)")
    }
  }

  @Test func `labels: names become tokens, ids are noted or refused`() throws {
    let decoder = LabelDecoder(
      sources: [Decoding.source(.native)],
      numericIds: []
    ) { _ in "token" }
    let plain = #"{"transaction_id":"4012.8888.8888.1881","fraud":true}"#
    #expect(try decoder.decode(Array(plain.utf8))[0].idHoldsCardNumber)
    let whole =
      #""account":"4012_8888_8888_1881","channel":"card 4012888888881881","#
      + #""time":"2026-01-01","amount":1"#
    let label = try decoder.decode(
      Array(#"{"transaction_id":"t","source":"native","fraud":true,\#(whole)}"#.utf8)
    )[0]
    let fields = Decoding.fields(try #require(label.record), .native)
    #expect(fields.contains("account=card:token:401288:1881"))
    #expect(fields.contains("channel=card:token:401288:1881"))
    let refused = #"{"transaction_id":"4012888888881881","source":"native","fraud":true,\#(whole)}"#
    let error = try #require(throws: InputError.self) { try decoder.decode(Array(refused.utf8)) }
    #expect(error.field == "transaction_id")
    let code = #"{"transaction_id":"t","fraud":true,"CVV":"1"}"#
    let forbidden = try #require(throws: InputError.self) { try decoder.decode(Array(code.utf8)) }
    #expect(forbidden.code == .forbidden)
  }

  @Test func `activities: names become tokens, and a retry keeps its content of before`() throws {
    let decoder = ActivityDecoder(sources: [Decoding.source(.native)]) { _ in "token" }
    func one(_ fields: String, key: String? = nil) throws -> Activity {
      let body = #"{"source":"native","activity":"login","succeeded":true,\#(fields)}"#
      return try decoder.decode(Array(body.utf8), fallbackId: key)[0]
    }
    let plain = try one(#""account":"a","activity_id":"i""#)
    #expect(plain.note == nil)
    let dotted = try one(#""account":"4012.8888.8888.1881","activity_id":"i""#)
    #expect(dotted.account == "card:token:401288:1881")
    var before = Activity(
      source: dotted.source,
      kind: .login,
      succeeded: true,
      time: dotted.time,
      account: "4012.8888.8888.1881",
      device: ""
    )
    before.identify(as: "i")
    #expect(dotted.note?.earlierContent == before.content)
    #expect(
      try one(#""account":"a","activity_id":"4012/8888/8888/1881""#).note?.idHoldsCardNumber == true
    )
    #expect(try one(#""account":"a""#, key: "key-4012888888881881").note?.idHoldsCardNumber == true)
  }
}
