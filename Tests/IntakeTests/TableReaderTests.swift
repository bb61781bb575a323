import Foundation
import Intake
import Payments
import Testing

struct TableReaderTests {
  static let card = Source(
    id: 3,
    name: "card",
    dialect: .card,
    currency: Currency(code: "EUR", scale: 2)
  )
  static let paysim = Source(
    id: 2,
    name: "paysim",
    dialect: .paysim,
    currency: Currency(code: "USD", scale: 2)
  )

  /// The rows of a file with this text.
  static func rows(
    _ text: String,
    _ source: Source = card
  ) throws -> [(record: [UInt8], row: TableReader.Row)] {
    let path = NSTemporaryDirectory() + "table-reader-" + UUID().uuidString + ".csv"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    var reader = try TableReader(path: path, source: source) { _ in "token" }
    var rows: [(record: [UInt8], row: TableReader.Row)] = []
    var bytes: [UInt8] = []
    while let row = try reader.next(into: &bytes) {
      rows.append((bytes, row))
      bytes = []
    }
    return rows
  }

  static func text(_ slot: Int, _ record: [UInt8]) -> String {
    String(decoding: record[TransactionRecord.text(slot, record.span)], as: UTF8.self)
  }

  @Test func `a card file gives its transactions and labels`() throws {
    let rows = try TableReaderTests.rows(
      """
      transaction_id,TX_DATETIME,customer_id,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,TX_FRAUD_SCENARIO\r
      7,2018-04-01T00:00:31,596,3156,57.16,0,0\r
      8,2018-04-01 00:02:10,"4,96""1",3412,81.5,1,2\r

      9,2018-04-02 00:02:10,1,2,3,,
      """
    )
    #expect(rows.count == 3)
    #expect(rows.map(\.row.label) == [.legitimate, .fraud, nil])
    #expect(TableReaderTests.text(Schema.Text.account, rows[1].record) == "4,96\"1")
    let amounts = rows.map { TransactionRecord.amount($0.record.span).minorUnits }
    #expect(amounts == [5716, 8150, 300])
    let times = rows.map { TransactionRecord.time($0.record.span).description }
    #expect(times == ["2018-04-01T00:00:31Z", "2018-04-01T00:02:10Z", "2018-04-02T00:02:10Z"])
  }

  @Test func `a paysim file is read by its aliases, and its steps are hours`() throws {
    let rows = try TableReaderTests.rows(
      """
      tx_id,step,action,amount,nameOrig,oldBalanceOrig,newBalanceOrig,nameDest,\
      oldBalanceDest,newBalanceDest,isFraud
      0,0,CASH_IN,19.79,C1,19.79,0.0,M2,0.0,19.79,1
      1,25,TRANSFER,1,C1,,0,C3,0,0,0
      """,
      TableReaderTests.paysim
    )
    let times = rows.map { TransactionRecord.time($0.record.span).description }
    #expect(times == ["2026-01-01T00:00:00Z", "2026-01-02T01:00:00Z"])
    let second = rows[1].record
    let missing = TransactionRecord.bits(1, second.span)
    #expect(Int64(bitPattern: missing) == Money.missing.minorUnits)
    #expect(TableReaderTests.text(Schema.Text.channel, rows[0].record) == "CASH_IN")
  }

  @Test func `a card number becomes a token`() throws {
    let rows = try TableReaderTests.rows(
      """
      TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT
      2018-04-01T00:00:31,4111 1111-1111 1111,3156,57.16
      """
    )
    let account = TableReaderTests.text(Schema.Text.account, rows[0].record)
    #expect(account == "card:token:411111:1111")
  }

  static let header = "TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT\n"

  @Test(arguments: [
    ("", "is empty"),
    ("a,b\n", "TX_DATETIME: card files need this column; found: a, b"),
    ("TX_DATETIME,tx_datetime\n", "the column stands twice"),
    ("TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,cvv\n", "verification codes are never"),
    (header + "2018-04-01,1,2\n", "line 2: 3 fields, the header has 4"),
    (header + "2018-04-31,1,2,3\n", "TX_DATETIME: line 2: '2018-04-31' is not a time"),
    (header + "2018-04-01,,2,3\n", "CUSTOMER_ID: line 2: '' is not given"),
    (header + "2018-04-01,1,2,x\n", "TX_AMOUNT: line 2: 'x' is not an amount"),
    (header + "2018-04-01,1,2,-3\n", "TX_AMOUNT: line 2: '-3' is not an amount"),
    (header + "2018-04-01,1,2,nan\n", "TX_AMOUNT: line 2: 'nan' is not an amount"),
    (header + "2018-04-01,\"1,2,3\n", "line 2: a quote is open"),
    (header + "2018-04-01,\"1\"x,2,3\n", "line 2: a quoted field is not closed"),
  ])
  func `a file that cannot be read says where and why`(text: String, message: String) {
    do {
      _ = try TableReaderTests.rows(text)
      Issue.record("no error")
    } catch {
      #expect("\(error)".contains(message), "\(error)")
    }
  }

  @Test(arguments: [
    ("4111111111111111", true), ("4111-1111 1111 1111", true), ("4111111111111112", false),
    ("411111111111", false), ("C4111111111111111", false), ("378282246310005", true),
    ("00000000000000000000", false),
  ])
  func `card numbers are known by their length and check digit`(text: String, isCard: Bool) {
    #expect(CardNumber.isCardNumber(Array(text.utf8)) == isCard)
  }
}
