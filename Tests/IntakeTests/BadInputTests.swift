import Payments
import Testing

@testable import Intake

/// What is wrong with an input is said with the field and what was expected.
struct BadInputTests {
  static let wallet = DialectTests.sender
  static let retail = #"{"user_id":"u","amount":1,"location":"x""#
  static let payment =
    #"{"transaction_id":1,"user_id":1,"amount":1,"card_number":"4111111111111111""#
  static let crypto =
    #"{"sender_wallet":"\#(wallet)","receiver_wallet":"\#(wallet)","amount":1,"currency":"BTC""#

  static let requests: [(Dialect, String, String)] = [
    (.retail, #"{"amount":1,"location":"x"}"#, "user_id: is missing"),
    (.retail, #"{"user_id":"","amount":1,"location":"x"}"#, "user_id: is empty"),
    (.retail, #"{"user_id":"u","amount":0,"location":"x"}"#, "amount: is a number above 0"),
    (.retail, #"{"user_id":"u","amount":0.004,"location":"x"}"#, "amount: is a number above 0"),
    (.retail, #"{"user_id":"u","amount":-1,"location":"x"}"#, "amount: is a number above 0"),
    (.retail, #"{"user_id":"u","amount":1e13,"location":"x"}"#, "up to 1000000000000"),
    (.retail, #"{"user_id":"u","amount":1}"#, "location: is missing"),
    (.retail, retail + #","time":"yesterday"}"#, "time: is a text with a time in ISO 8601"),
    (.retail, retail + #","time":1767225600}"#, "time: is a text with a time"),
    (.retail, retail + #","price":1}"#, "price: is not a field"),
    (.retail, retail + #","cvv":"123"}"#, "cvv: card verification codes"),
    (.payment, payment + #","transaction_id":2}"#, "transaction_id: is given twice"),
    (.payment, #"{"transaction_id":"a1"}"#, "transaction_id: is a whole number"),
    (.payment, #"{"transaction_id":-1}"#, "transaction_id: is a whole number"),
    (.payment, #"{"transaction_id":1.5}"#, "transaction_id: is a whole number"),
    (
      .payment, payment.replacing("4111111111111111", with: "41111"),
      "card_number: is a card number"
    ),
    (.payment, payment.replacing("4111111111111111", with: "x"), "card_number: is a card number"),
    (.payment, #"{"user_id":1,"amount":1}"#, "card_number: is a card number of 12 to 19"),
    (.payment, payment + #","timestamp":"2026-02-30 00:00:00"}"#, "timestamp: is a text"),
    (.payment, payment + #","timestamp":"2026-13-01 00:00:00"}"#, "timestamp: is a text"),
    (.crypto, crypto.replacing("BTC", with: "B1") + "}", "currency: is a currency's code"),
    (.crypto, crypto.replacing("\"BTC\"", with: "5") + "}", "currency: is a currency's code"),
    (.crypto, crypto + #","is_fraud":2}"#, "is_fraud: is null, 0 or 1"),
    (.crypto, crypto + #","is_smart_contract":"no"}"#, "is_smart_contract: is 0 or 1"),
    (.crypto, crypto + #","gas_fee":"free"}"#, "gas_fee: is a number"),
    (
      .crypto, crypto.replacing(":1,", with: ":100000001,") + "}", "is a number from 0 to 100000000"
    ),
    (.crypto, #"{"sender_wallet":"","amount":1}"#, "sender_wallet: is empty"),
    (.crypto, #"{"sender_wallet":5}"#, "sender_wallet: is a text"),
    (.anonymised, #"{"Time":-1}"#, "Time: is a number of seconds"),
    (.anonymised, #"{"Time":1,"V1":"x"}"#, "V1: is a number"),
    (.anonymised, #"{"Time":1,"V1":1,"V2":null}"#, "V2: is a number, and is missing"),
    (
      .sparkov, #"{"account":1,"counterparty":"m","amount":1,"latitude":91}"#,
      "latitude: is a number"
    ),
    (.sparkov, #"{"account":1,"amount":1}"#, "counterparty: is missing"),
    (.card, #"{"CUSTOMER_ID":1,"TX_AMOUNT":1}"#, "counterparty: is missing"),
    (
      .native, #"{"account":"a","amount":1,"currency":"JPY"}"#, "currency: is EUR for source native"
    ),
    (.native, #"{"account":"a","amount":1,"source":"card"}"#, "source: is native for this request"),
    (.native, #"{"amount":1}"#, "account: is missing"),
    (.paysim, #"{"step":1,"type":"GIFT"}"#, "type: is one of PAYMENT"),
    (.paysim, #"{"step":1.5,"type":"DEBIT"}"#, "step: is a whole number from 0"),
  ]

  @Test(arguments: requests)
  func `a bad request says why`(dialect: Dialect, text: String, message: String) {
    let text = text.hasSuffix("}") ? text : text + "}"
    do {
      _ = try Decoding.json(text, dialect)
      Issue.record("no error for \(text)")
    } catch {
      #expect("\(error)".contains(message), "\(error)")
    }
  }

  static let cryptoHeader = "timestamp,sender_wallet,receiver_wallet,amount,currency\n"
  static let ulbHeader =
    "Time," + DialectTests.components.joined(separator: ",") + ",Amount,Class\n"
  static let ulbRow = (0..<28).map { _ in ",0" }.joined()

  static let files: [(Dialect, String, String)] = [
    (.retail, "user_id,amount,location\n", "time: retail files need this column"),
    (.retail, "user_id,amount,location,time\nu,0,x,2026-01-01\n", "'0' is not an amount above 0"),
    (
      .payment, "transaction_id,timestamp,user_id,card_number,amount\n,2026-01-01,1,1,1\n",
      "'' is not a whole number of up to 18 digits"
    ),
    (
      .payment, "transaction_id,timestamp,user_id,card_number,amount\n1,2026-01-01,1,123,1\n",
      "card_number: line 2: '123' is not a card number"
    ),
    (.crypto, cryptoHeader + "2026-01-01,,b,1,BTC\n", "sender_wallet: line 2: '' is not given"),
    (.crypto, cryptoHeader + "2026-01-01,a,b,1,?\n", "currency: line 2: '?' is not a currency's"),
    (.crypto, cryptoHeader + "2026-01-01,a,b,1e9,BTC\n", "is not an amount from 0 to 100000000"),
    (.anonymised, ulbHeader + "x" + ulbRow + ",1,0\n", "Time: line 2: 'x' is not a number of"),
    (.anonymised, ulbHeader + "0" + ulbRow + ",1,2\n", "Class: line 2: '2' is not 0 or 1"),
    (.anonymised, ulbHeader + "0,nan" + ulbRow.dropFirst(2) + ",1,0\n", "'nan' is not a number"),
    (.anonymised, ulbHeader.replacing("V7,", with: ""), "V7: anonymised files need this column"),
    (.paysim, "step,type,amount,nameOrig,nameDest\n1,GIFT,1,a,b\n", "'GIFT' is not one of"),
    (
      .sparkov, "ts,card_id,merchant,amt,merch_lat\n2019-01-01,0,m,1,-91\n", "'-91' is not a number"
    ),
  ]

  @Test(arguments: files)
  func `a bad file says where and why`(dialect: Dialect, text: String, message: String) {
    do {
      _ = try Decoding.file(text, dialect)
      Issue.record("no error")
    } catch {
      #expect("\(error)".contains(message), "\(error)")
    }
  }
}
