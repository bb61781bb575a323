import Payments
import Testing

@testable import Intake

/// A column map says what the columns of any table mean.
struct ColumnPlanTests {
  static let berlin = TimeZoneTable(
    name: "Europe/Berlin",
    transitions: [
      TimeZoneTable.Transition(start: Timestamp(microseconds: 0), offsetSeconds: 3600)
    ]
  )

  static func plan(_ text: String, asked: Dialect? = nil) throws(InputError) -> ColumnPlan {
    try ColumnPlan(parsing: text, name: "bank.columns", asked: asked, otherwise: .card) {
      $0 == "Europe/Berlin" ? berlin : nil
    }
  }

  static let bank = """
    # A bank's own export.
    dialect  = card
    currency = JPY
    zone     = Europe/Berlin
    account  = Kunde
    time     = "DD.MM.YYYY h:mm" Datum      # the local time
    amount   = Betrag
    counterparty = Empf\u{E4}nger else "unknown"
    channel  = "web"
    location = Ort else "nowhere"
    label    = "ja" Betrug
    """

  @Test func `constants, defaults, patterns, zones, currencies and labels by word`() throws {
    let plan = try ColumnPlanTests.plan(ColumnPlanTests.bank)
    let rows = try Decoding.file(
      """
      Datum,Kunde,Empf\u{E4}nger,Betrag,Betrug,TX_AMOUNT
      31.12.2025 7:05,K1,Laden,1234.5,ja,9
      01.01.2026 00:00,K2,,7,nein,9
      01.01.2026 23:59,K2,x,7,,9
      """,
      .card,
      columns: plan
    )
    #expect(
      rows.map { Decoding.time($0.record) } == [
        "2025-12-31T06:05:00Z", "2025-12-31T23:00:00Z", "2026-01-01T22:59:00Z",
      ]
    )
    #expect(rows.map(\.row.label) == [.fraud, .legitimate, nil])
    #expect(
      Decoding.fields(rows[0].record, .card) == [
        "amount=1234", "transaction_id=row-0", "account=K1", "counterparty=Laden", "channel=web",
        "location=nowhere",
      ]
    )
    #expect(Decoding.fields(rows[1].record, .card)[3] == "counterparty=unknown")
    #expect(plan.applied(to: Decoding.source(.card)).currency == Currency(code: "JPY", scale: 0))
  }

  @Test func `what a map does not name keeps the dialect's own columns`() throws {
    let plan = try ColumnPlanTests.plan("account = Kunde")
    let rows = try Decoding.file(
      "TX_DATETIME,Kunde,TERMINAL_ID,TX_AMOUNT\n2018-04-01,K,T,1\n",
      .card,
      columns: plan
    )
    #expect(Decoding.fields(rows[0].record, .card)[2...] == ["account=K", "counterparty=T"])
  }

  @Test(
    arguments: [
      ("seconds since 2013-09-01T00:00:00Z", "3600.25", "2013-09-01T01:00:00.250000Z"),
      ("milliseconds since 1970-01-01T00:00:00Z", "1767225600123", "2026-01-01T00:00:00.123000Z"),
      ("days since 2026-01-01", "1.5", "2026-01-02T11:00:00Z"),
      ("YYYYMMDDhhmmss", "20260228235958", "2026-02-28T22:59:58Z"),
      ("M/D/YYYY hh:mm", "2/3/2026 04:05", "2026-02-03T03:05:00Z"),
      ("YYYY-MM-DDThh:mm:ss.f", "2026-01-01T12:00:00.5", "2026-01-01T11:00:00.500000Z"),
      ("YYYY-MM-DD", "2026-02-30", nil), ("YYYY-MM-DD", "2026-2-03", nil),
      ("YYYY-MM-DD", "2026-02-03x", nil), ("days since 2026-01-01", "1e9", nil),
      ("seconds since 2026-01-01", "nan", nil), ("YYYY-MM-DD hh", "2026-01-01 24", nil),
    ] as [(String, String, String?)]
  )
  func `times have many forms`(form: String, cell: String, time: String?) throws {
    let form = try #require(TimeForm(form, zone: ColumnPlanTests.berlin))
    let found = form.time(Array(cell.utf8)[...], zone: ColumnPlanTests.berlin)
    #expect(found?.description == time)
  }

  @Test(arguments: [
    "YY-MM-DD", "YYYY-MM", "YYYY-MM-DD DD", "soon", "YYYY-MM-DD ff", "weeks since 2026-01-01",
    "seconds since now", "",
  ])
  func `other forms are none`(form: String) { #expect(TimeForm(form, zone: .utc) == nil) }

  @Test func `a paysim table may have times in place of steps`() throws {
    let plan = try ColumnPlanTests.plan("dialect = paysim\ntime = when", asked: .paysim)
    let rows = try Decoding.file(
      "when,type,amount,nameOrig,nameDest\n2026-05-06T07:08:09,DEBIT,1,a,b\n",
      .paysim,
      columns: plan
    )
    #expect(Decoding.time(rows[0].record) == "2026-05-06T07:08:09Z")
  }

  @Test(arguments: [
    ("account Kunde", "bank.columns, line 1, column 9: '=' is expected"),
    ("\n\n account =", "line 3, column 11: a column, or a text in quotes, is expected"),
    ("= x", "line 1, column 1: a field is expected"),
    ("account = \"x", "line 1, column 11: the text has no closing quote"),
    ("account = a b", "line 1, column 13: the line's end is expected"),
    ("account = a else b", "line 1, column 18: a text in quotes is expected behind 'else'"),
    ("account = a\naccount = b", "line 2, column 11: 'account' is mapped twice"),
    ("acount = a", "'acount' is no field of a card transaction; known: time, amount, label"),
    ("account = \"x\" a", "'account' is one text or one column, not both"),
    ("time = \"DD.MM\" a", "'DD.MM' is no form of a time"),
    ("time = \"DD.MM.YYYY\"", "a column is expected behind the form of its times"),
    ("zone = Mars/Base", "the name of a time zone is expected"),
    ("currency = 12", "a currency's code is expected"),
    ("dialect = visa", "a dialect is expected: native, paysim"),
    ("dialect = paysim", "the map is for paysim, the command for native"),
  ])
  func `a map that cannot be followed says where and why`(text: String, message: String) {
    let asked: Dialect? = text.hasSuffix("paysim") ? .native : nil
    #expect { try ColumnPlanTests.plan(text, asked: asked) } throws: {
      "\($0)".contains(message)
    }
  }

  @Test(arguments: [
    ("a,b\n", "Kunde: card files need this column; found: a, b"),
    ("Datum,Kunde,Betrag,Betrug\n1.1.2026,K,1,ja\n", "Datum: line 2: '1.1.2026' is not a time as"),
    ("Datum,Kunde,Betrag,Betrug,cvv\n", "cvv: card verification codes"),
    ("Datum,Kunde,Betrag\n", "Betrug: card files need this column"),
  ])
  func `a table that does not fit its map says where and why`(text: String, message: String) {
    #expect {
      let plan = try ColumnPlanTests.plan(ColumnPlanTests.bank)
      _ = try Decoding.file(text, .card, columns: plan)
    } throws: {
      "\($0)".contains(message)
    }
  }
}
