import Payments
import TestSupport
import Testing

@testable import Intake

/// Each dialect's texts become the fields that the language knows, from requests and files alike.
struct DialectTests {
  /// One transaction of a dialect, as a request and as a file have it.
  struct Golden: Sendable, CustomTestStringConvertible {
    var dialect: Dialect
    var json: String
    var file: String
    var fields: [String]
    /// In the request and in the file; nil is the time of arrival.
    var times: [String?]
    var label: Verdict?

    var testDescription: String { dialect.word }
  }

  static let sender = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
  static let receiver = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
  static let components = (1...28).map { "V\($0)" }

  static let golden = [
    Golden(
      dialect: .native,
      json: #"{"transaction_id":"t1","account":"A","counterparty":"B","channel":"web","#
        + #""device":"d","location":"Oslo","category":"books","amount":"12.345","#
        + #""currency":"EUR","source":"native","time":"2026-03-01T10:00:00+02:00"}"#,
      file: "transaction_id,time,account,counterparty,channel,device,location,category,amount,"
        + "fraud\nt1,2026-03-01T10:00:00+02:00,A,B,web,d,Oslo,books,12.345,1\n",
      fields: [
        "amount=1234", "transaction_id=t1", "account=A", "counterparty=B", "channel=web",
        "device=d", "location=Oslo", "category=books",
      ],
      times: ["2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"],
      label: .fraud
    ),
    Golden(
      dialect: .paysim,
      json: #"{"transaction_id":7,"step":25,"type":"TRANSFER","amount":181.0,"nameOrig":"C1","#
        + #""oldbalanceOrg":181.0,"newbalanceOrig":0.0,"nameDest":"C2","oldbalanceDest":0,"#
        + #""newbalanceDest":-3,"isFraud":1}"#,
      file: "transaction_id,step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,"
        + "oldbalanceDest,newbalanceDest,isFraud\n7,25,TRANSFER,181.0,C1,181.0,0.0,C2,0,-3,1\n",
      fields: [
        "amount=18100", "transaction_id=7", "account=C1", "counterparty=C2", "channel=TRANSFER",
        "step=25.0", "old_balance=18100e-2", "new_balance=0e-2",
        "counterparty_old_balance=0e-2", "counterparty_new_balance=-300e-2",
      ],
      times: [nil, "2026-01-02T01:00:00Z"],
      label: .fraud
    ),
    Golden(
      dialect: .card,
      json: #"{"TRANSACTION_ID":1,"TX_DATETIME":"2018-04-01 00:00:31","CUSTOMER_ID":596,"#
        + #""TERMINAL_ID":"3156","TX_AMOUNT":57.16}"#,
      file: "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD\n"
        + "1,2018-04-01 00:00:31,596,3156,57.16,0\n",
      fields: ["amount=5716", "transaction_id=1", "account=596", "counterparty=3156"],
      times: ["2018-04-01T00:00:31Z", "2018-04-01T00:00:31Z"],
      label: .legitimate
    ),
    Golden(
      dialect: .payment,
      json: #"{"transaction_id":1234,"timestamp":"2026-03-05 11:22:33","user_id":42,"#
        + #""card_number":"4111 1111 1111 1111","amount":501.5}"#,
      file: "transaction_id,timestamp,user_id,card_number,amount\n"
        + "1234,2026-03-05 11:22:33,42,4111 1111 1111 1111,501.5\n",
      fields: [
        "amount=50150", "transaction_id=1234", "account=42", "card=card:token:411111:1111",
        "card_checksum=1.0",
      ],
      times: ["2026-03-05T11:22:33Z", "2026-03-05T11:22:33Z"],
      label: nil
    ),
    Golden(
      dialect: .crypto,
      json: #"{"transaction_id":"6f9619ff-8b86-d011-b42d-00c04fc964ff","#
        + #""timestamp":"2026-03-05 11:22:33","sender_wallet":"\#(sender)","#
        + #""receiver_wallet":"\#(receiver.dropLast())b","amount":0.00012345,"currency":"btc","#
        + #""gas_fee":1e-5,"is_smart_contract":1,"location":"Kenya","device_type":"API","#
        + #""is_fraud":null}"#,
      file: "transaction_id,timestamp,sender_wallet,receiver_wallet,amount,currency,gas_fee,"
        + "is_smart_contract,location,device_type,is_fraud\n"
        + "6f9619ff-8b86-d011-b42d-00c04fc964ff,2026-03-05 11:22:33,\(sender),"
        + "\(receiver.dropLast())b,0.00012345,BTC,0.00001,1,Kenya,API,\n",
      fields: [
        "amount=12345", "transaction_id=6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "account=\(sender)", "counterparty=\(receiver.dropLast())b", "channel=API",
        "location=Kenya", "currency=BTC", "gas_fee=1000e-8", "is_smart_contract=1.0",
        "sender_checksum=1.0", "receiver_checksum=0.0",
      ],
      times: ["2026-03-05T11:22:33Z", "2026-03-05T11:22:33Z"],
      label: nil
    ),
    Golden(
      dialect: .retail,
      json: #"{"user_id":"u1","amount":19.99,"location":"New York","#
        + #""time":"2026-03-05T11:22:33.250Z","transaction_id":"1"}"#,
      file: "id,user_id,amount,location,time,is_fraud\n"
        + "1,u1,19.99,New York,2026-03-05T11:22:33.250Z,true\n",
      fields: ["amount=1999", "transaction_id=1", "account=u1", "location=New York"],
      times: ["2026-03-05T11:22:33.250000Z", "2026-03-05T11:22:33.250000Z"],
      label: .fraud
    ),
    Golden(
      dialect: .anonymised,
      json: "{\"Time\":3601.5," + components.map { "\"\($0)\":-1.25e0" }.joined(separator: ",")
        + #","Amount":149.62,"Class":0,"transaction_id":"row-0"}"#,
      file: "\"Time\"," + components.map { "\"\($0)\"" }.joined(separator: ",")
        + ",\"Amount\",\"Class\"\n3601.5" + components.map { _ in ",-1.25" }.joined()
        + ",149.62,\"0\"\n",
      fields: ["amount=14962", "transaction_id=row-0", "seconds=3601.5"]
        + (1...28).map { "v\($0)=-1.25" },
      times: [nil, "2013-09-01T01:00:01.500000Z"],
      label: .legitimate
    ),
    Golden(
      dialect: .sparkov,
      json: #"{"transaction_id":0,"time":"2019-01-01T00:03:34","account":0,"#
        + #""counterparty":"Dibbert-Green","category":"entertainment","amount":382.05,"#
        + #""latitude":40.015,"longitude":-74.615}"#,
      file: "tx_id,ts,card_id,merchant,category,amt,merch_lat,merch_long,is_fraud\n"
        + "0,2019-01-01T00:03:34,0,Dibbert-Green,entertainment,382.05,40.015,-74.615,0\n",
      fields: [
        "amount=38205", "transaction_id=0", "account=0", "counterparty=Dibbert-Green",
        "category=entertainment", "latitude=40.015", "longitude=-74.615",
      ],
      times: ["2019-01-01T00:03:34Z", "2019-01-01T00:03:34Z"],
      label: .legitimate
    ),
  ]

  @Test func `every dialect has its golden row`() {
    #expect(DialectTests.golden.map(\.dialect) == Dialect.allCases)
  }

  @Test(arguments: golden)
  func `a request and a file give the same fields`(golden: Golden) throws {
    let sent = try Decoding.json(golden.json, golden.dialect)
    #expect(Decoding.fields(sent, golden.dialect) == golden.fields)
    #expect(Decoding.time(sent) == golden.times[0])
    let rows = try Decoding.file(golden.file, golden.dialect)
    #expect(rows.count == 1)
    #expect(Decoding.fields(rows[0].record, golden.dialect) == golden.fields)
    #expect(Decoding.time(rows[0].record) == golden.times[1])
    #expect(rows[0].row.label == golden.label)
  }

  @Test(arguments: Dialect.allCases)
  func `a dialect names each field once, and fills each slot of its schema`(dialect: Dialect) {
    var names: Set<String> = []
    var filled: Set<String> = []
    for field in dialect.fields {
      for name in Set(field.names.map { $0.lowercased() }) {
        #expect(names.insert(name).inserted, "\(name)")
        #expect(!CardNumber.isVerificationCode(name))
      }
      filled.insert(field.role.recordName(in: dialect.schema))
    }
    for (slot, name) in dialect.schema.texts.enumerated() where slot >= Schema.commonTexts.count {
      #expect(filled.contains(name))
    }
    let checked = dialect.fields.reduce(into: Set<Int>()) { slots, field in
      switch field.role {
      case .wallet(_, let slot), .card(_, let slot): slots.insert(slot)
      case .step, .seconds: slots.insert(0)
      default: break
      }
    }
    for (slot, field) in dialect.schema.numbers.enumerated() {
      #expect(filled.contains(field.name) || checked.contains(slot), "\(field.name)")
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `random transfers are the same from a request and from a file`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var file = "timestamp,sender_wallet,receiver_wallet,amount,currency,transaction_id\n"
    var sent: [[UInt8]] = []
    for _ in 0..<100 {
      let units = Int.random(in: 0...999_999_999, using: &random)
      let amount = "\(units / 100_000_000).\(String(100_000_000 + units % 100_000_000).dropFirst())"
      let hash = (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) }
      let sender = WalletAddress.text([0] + hash)
      let receiver = WalletAddress.text([5] + hash.reversed())
      let code = ["BTC", "ETH", "PI"].randomElement(using: &random) ?? ""
      let second = 10 + Int.random(in: 0...49, using: &random)
      file += "2026-01-02 03:04:\(second),\(sender),\(receiver),\(amount),\(code),x\n"
      let record = try Decoding.json(
        "{\"transaction_id\":\"x\",\"timestamp\":\"2026-01-02T03:04:\(second)Z\",\"sender_wallet\":"
          + "\"\(sender)\",\"receiver_wallet\":\"\(receiver)\",\"amount\":\"\(amount)\","
          + "\"currency\":\"\(code)\"}",
        .crypto
      )
      let minorUnits = TransactionRecord.amount(record.span).minorUnits
      #expect(minorUnits == Int64(units))
      let fields = Decoding.fields(record, .crypto)
      #expect(fields.contains("sender_checksum=1.0") && fields.contains("receiver_checksum=1.0"))
      sent.append(record)
      // One changed letter is nearly always noticed: four bytes of checksum.
      var damaged = Array(sender.utf8)
      let place = Int.random(in: 1..<damaged.count, using: &random)
      damaged[place] = damaged[place] == UInt8(ascii: "2") ? UInt8(ascii: "3") : UInt8(ascii: "2")
      #expect(!WalletAddress.isValid(damaged), "seed \(seed)")
    }
    #expect(try Decoding.file(file, .crypto).map(\.record) == sent, "seed \(seed)")
  }

  @Test func `a transaction without an id leaves room for its entry's number`() throws {
    var record = try Decoding.json(#"{"user_id":"u","amount":1,"location":"x"}"#, .retail)
    #expect(TransactionRecord.flags(record.span).contains(.idIsSequence))
    TransactionRecord.stamp(sequence: 9_876_543_210, into: &record, at: 0..<record.count)
    #expect(Decoding.fields(record, .retail).contains("transaction_id=009876543210"))
    let isValid = TransactionRecord.isValid(record.span)
    #expect(isValid)
    let stamped = TransactionRecord.idHash(record.span)
    #expect(stamped == UInt32(truncatingIfNeeded: Fingerprint.of("009876543210")))
  }

  @Test func `rows without ids are counted, and card numbers in any text become tokens`() throws {
    let rows = try Decoding.file(
      "user_id,amount,location,time\n4111111111111111,1,a,2026-01-01\nu,2,b,2026-01-02\n",
      .retail
    )
    #expect(
      Decoding.fields(rows[0].record, .retail)[1...2] == [
        "transaction_id=row-0", "account=card:token:411111:1111",
      ]
    )
    #expect(Decoding.fields(rows[1].record, .retail)[1] == "transaction_id=row-1")
  }
}
