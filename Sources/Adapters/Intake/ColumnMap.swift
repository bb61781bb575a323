import Payments

/// Which column of a table means what, for one dialect.
struct ColumnMap {
  enum Role: Equatable {
    case id
    case time
    case account
    case counterparty
    case channel
    case device
    case location
    case category
    case amount
    case step
    case number(Int)
    /// 1 or true is fraud.
    case label
  }

  /// The roles of the dialect's columns by name in lower case, aliases included.
  static func roles(_ dialect: Dialect) -> [String: Role] {
    switch dialect {
    case .card:
      [
        "transaction_id": .id, "tx_id": .id, "tx_datetime": .time, "customer_id": .account,
        "terminal_id": .counterparty, "tx_amount": .amount, "tx_fraud": .label,
      ]
    case .paysim:
      [
        "transaction_id": .id, "tx_id": .id, "step": .step, "type": .channel,
        "action": .channel, "amount": .amount, "nameorig": .account,
        "oldbalanceorg": .number(1), "oldbalanceorig": .number(1),
        "newbalanceorig": .number(2), "newbalanceorg": .number(2), "namedest": .counterparty,
        "oldbalancedest": .number(3), "newbalancedest": .number(4), "isfraud": .label,
      ]
    case .native:
      [
        "transaction_id": .id, "time": .time, "account": .account,
        "counterparty": .counterparty, "channel": .channel, "device": .device,
        "location": .location, "category": .category, "amount": .amount, "fraud": .label,
      ]
    }
  }

  /// The roles that a table must have.
  static func required(_ dialect: Dialect) -> [(name: String, role: Role)] {
    switch dialect {
    case .card:
      [
        ("TX_DATETIME", .time), ("CUSTOMER_ID", .account), ("TERMINAL_ID", .counterparty),
        ("TX_AMOUNT", .amount),
      ]
    case .paysim:
      [
        ("step", .step), ("type", .channel), ("amount", .amount), ("nameOrig", .account),
        ("nameDest", .counterparty),
      ]
    case .native:
      [("time", .time), ("account", .account), ("amount", .amount)]
    }
  }

  let columns: [(index: Int, name: String, role: Role)]

  init(header: [String], dialect: Dialect) throws(InputError) {
    let roles = ColumnMap.roles(dialect)
    var found: [(index: Int, name: String, role: Role)] = []
    for (index, name) in header.enumerated() {
      let lower = name.lowercased()
      if ColumnMap.isVerificationCode(lower) {
        throw InputError(
          .forbidden,
          field: name,
          "card verification codes are never accepted; remove the column"
        )
      }
      guard let role = roles[lower] else { continue }
      guard !found.contains(where: { $0.role == role }) else {
        throw InputError(.malformed, field: name, "the column stands twice in the header")
      }
      found.append((index, name, role))
    }
    for (name, role) in ColumnMap.required(dialect)
    where !found.contains(where: { $0.role == role }) {
      throw InputError(
        .malformed,
        field: name,
        "a \(dialect.word) file needs this column; found: \(header.joined(separator: ", "))"
      )
    }
    columns = found
  }

  /// Names under which a card's verification code travels.
  static func isVerificationCode(_ name: String) -> Bool {
    ["cvv", "cvv2", "cvc", "cvc2", "cid", "card_cvv", "card_cvc", "security_code", "csc"]
      .contains(name)
  }
}
