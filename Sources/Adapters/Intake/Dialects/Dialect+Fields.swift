import Payments

extension Dialect {
  /// The dialect's fields, in the order in which they are checked.
  var fields: [DialectField] {
    switch self {
    case .native: Dialect.native
    case .paysim: Dialect.paysim
    case .card: Dialect.card
    case .payment: Dialect.payment
    case .crypto: Dialect.crypto
    case .retail: Dialect.retail
    case .anonymised: Dialect.anonymised
    case .sparkov: Dialect.sparkov
    }
  }

  /// Whether a request may hold fields that the dialect does not know.
  var ignoresUnknownFields: Bool { self == .paysim }

  /// Whether an amount in JSON may be a decimal text.
  var takesAmountsAsText: Bool { self != .paysim }

  /// The least amount, in smallest units.
  var leastAmount: Int64 { self == .retail ? 1 : 0 }

  /// What stands before the number that an id is made of where the client sends none.
  var sequencedIdPrefix: String { self == .retail || self == .anonymised ? "" : "auto-" }

  private typealias Text = Schema.Text
  private static let firstOwnText = Schema.commonTexts.count

  private static let native: [DialectField] = [
    DialectField("transaction_id", .id),
    DialectField("source", .sourceName, known: .json),
    DialectField("time", .time, needed: .file),
    DialectField("account", .entity(Text.account), needed: .both),
    DialectField("counterparty", .entity(Text.counterparty)),
    DialectField("amount", .amount, needed: .both),
    DialectField("currency", .sameCurrency, known: .json),
    DialectField("channel", .text(Text.channel)),
    DialectField("device", .text(Text.device)),
    DialectField("location", .text(Text.location)),
    DialectField("category", .text(firstOwnText)),
    DialectField("card_number", .cardNumber, known: .json),
    DialectField("fraud", .label, known: .file),
  ]

  private static let paysim: [DialectField] = [
    DialectField("transaction_id", aliases: ["tx_id"], .id),
    DialectField("step", .step, needed: .both),
    DialectField("type", aliases: ["action"], .type, needed: .both),
    DialectField("amount", .amount, needed: .both),
    DialectField("nameOrig", .entity(Text.account), needed: .both),
    DialectField(
      "oldbalanceOrg",
      aliases: ["oldBalanceOrg", "oldBalanceOrig", "oldbalanceOrig"],
      .money(1),
      needed: .json
    ),
    DialectField(
      "newbalanceOrig",
      aliases: ["newBalanceOrig", "newbalanceOrg"],
      .money(2),
      needed: .json
    ),
    DialectField("nameDest", .entity(Text.counterparty), needed: .both),
    DialectField("oldbalanceDest", aliases: ["oldBalanceDest"], .money(3), needed: .json),
    DialectField("newbalanceDest", aliases: ["newBalanceDest"], .money(4), needed: .json),
    DialectField("isFraud", .label, known: .file),
  ]

  private static let card: [DialectField] = [
    DialectField("transaction_id", column: "TRANSACTION_ID", aliases: ["tx_id"], .id),
    DialectField("time", column: "TX_DATETIME", .time, needed: .file),
    DialectField("account", column: "CUSTOMER_ID", .entity(Text.account), needed: .both),
    DialectField("counterparty", column: "TERMINAL_ID", .entity(Text.counterparty), needed: .both),
    DialectField("amount", column: "TX_AMOUNT", .amount, needed: .both),
    DialectField("source", .sourceName, known: .json),
    DialectField("currency", .sameCurrency, known: .json),
    DialectField("channel", .text(Text.channel)),
    DialectField("device", .text(Text.device)),
    DialectField("location", .text(Text.location)),
    DialectField("category", .text(firstOwnText)),
    DialectField("card_number", .cardNumber, known: .json),
    DialectField("fraud", column: "TX_FRAUD", .label, known: .file),
  ]

  private static let payment: [DialectField] = [
    DialectField("transaction_id", .numericId),
    DialectField("timestamp", .time, needed: .file),
    DialectField("user_id", .entity(Text.account), needed: .both),
    DialectField("card_number", .card(firstOwnText, checksum: 0), needed: .both),
    DialectField("amount", .amount, needed: .both),
    DialectField("is_fraud", .label, known: .file),
  ]

  private static let crypto: [DialectField] = [
    DialectField("transaction_id", .id),
    DialectField("timestamp", .time, needed: .file),
    DialectField("sender_wallet", .wallet(Text.account, checksum: 2), needed: .both),
    DialectField("receiver_wallet", .wallet(Text.counterparty, checksum: 3), needed: .both),
    DialectField("amount", .amount, needed: .both),
    DialectField("currency", .currency(firstOwnText), needed: .both),
    DialectField("gas_fee", .money(0)),
    DialectField("is_smart_contract", .flag(1)),
    DialectField("location", .text(Text.location)),
    DialectField("device_type", .text(Text.channel)),
    DialectField("is_fraud", .label),
  ]

  private static let retail: [DialectField] = [
    DialectField("user_id", .entity(Text.account), needed: .both),
    DialectField("amount", .amount, needed: .both),
    DialectField("location", .text(Text.location), needed: .both),
    DialectField("time", .time, needed: .file),
    DialectField("transaction_id", aliases: ["id"], .id),
    DialectField("is_fraud", .label, known: .file),
  ]

  private static let anonymised: [DialectField] =
    [DialectField("Time", .seconds, needed: .both)]
    + (1...Dialect.componentCount).map { DialectField("V\($0)", .number($0), needed: .both) }
    + [
      DialectField("Amount", .amount, needed: .both),
      DialectField("Class", .label),
      DialectField("transaction_id", .id),
    ]

  private static let sparkov: [DialectField] = [
    DialectField("source", .sourceName, known: .json),
    DialectField("transaction_id", column: "tx_id", aliases: ["trans_num"], .id),
    DialectField(
      "account",
      column: "card_id",
      aliases: ["cc_num"],
      .entity(Text.account),
      needed: .both
    ),
    DialectField("card_number", .cardNumber, known: .json),
    DialectField("counterparty", column: "merchant", .entity(Text.counterparty), needed: .both),
    DialectField("device", .text(Text.device)),
    DialectField("location", column: "city", .text(Text.location)),
    DialectField("channel", .text(Text.channel)),
    DialectField("amount", column: "amt", .amount, needed: .both),
    DialectField("category", .text(firstOwnText)),
    DialectField("latitude", column: "merch_lat", .degrees(0, -90...90)),
    DialectField("longitude", column: "merch_long", .degrees(1, -180...180)),
    DialectField("home_latitude", column: "lat", .degrees(2, -90...90)),
    DialectField("home_longitude", column: "long", .degrees(3, -180...180)),
    DialectField("currency", .sameCurrency, known: .json),
    DialectField(
      "time",
      column: "ts",
      aliases: ["trans_date_trans_time"],
      .time,
      needed: .file
    ),
    DialectField("fraud", column: "is_fraud", .label, known: .file),
  ]
}
