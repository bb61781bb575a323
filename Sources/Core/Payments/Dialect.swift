/// A shape in which transactions arrive.
package enum Dialect: UInt8, Sendable, CaseIterable {
  /// Our own fields, for any kind of payment.
  case native = 0
  /// Mobile money with balances: PaySim and FraudShield.
  case paysim = 1
  /// Cards and terminals: the Fraud Detection Handbook.
  case card = 2
  /// A user's card payments under ids that come again.
  case payment = 3
  /// Transfers between wallets, each in its own currency.
  case crypto = 4
  /// A shop's form: user, amount and place, without an id.
  case retail = 5
  /// Components without names or accounts: the ULB's set of card payments.
  case anonymised = 6
  /// Cards, merchants and where they are: Sparkov.
  case sparkov = 7

  package var word: String {
    switch self {
    case .native: "native"
    case .paysim: "paysim"
    case .card: "card"
    case .payment: "payment"
    case .crypto: "crypto"
    case .retail: "retail"
    case .anonymised: "anonymised"
    case .sparkov: "sparkov"
    }
  }

  package init?(word: String) {
    guard let match = Dialect.allCases.first(where: { $0.word == word }) else { return nil }
    self = match
  }

  /// Principal components that an anonymised transaction has.
  package static let componentCount = 28

  /// The columns of this dialect's transactions.
  package var schema: Schema {
    switch self {
    case .native, .card: Schema(texts: ["category"])
    case .paysim:
      Schema(numbers: [
        Field("step", .number), Field("old_balance", .money), Field("new_balance", .money),
        Field("counterparty_old_balance", .money), Field("counterparty_new_balance", .money),
      ])
    case .payment: Schema(texts: ["card"], numbers: [Field("card_checksum", .number)])
    case .crypto:
      Schema(
        texts: ["currency"],
        numbers: [
          Field("gas_fee", .money), Field("is_smart_contract", .number),
          Field("sender_checksum", .number), Field("receiver_checksum", .number),
        ]
      )
    case .retail: Schema()
    case .anonymised:
      Schema(
        numbers: [Field("seconds", .number)]
          + (1...Dialect.componentCount).map { Field("v\($0)", .number) }
      )
    case .sparkov:
      Schema(
        texts: ["category"],
        numbers: [
          Field("latitude", .number), Field("longitude", .number),
          Field("home_latitude", .number), Field("home_longitude", .number),
        ]
      )
    }
  }
}
