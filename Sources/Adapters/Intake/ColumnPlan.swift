package import Payments

/// Which column of a table means what: the dialect's own names, and what a column map says
/// otherwise.
package struct ColumnPlan: Sendable {
  /// Where one field of a transaction comes from.
  struct Entry: Sendable {
    /// What the language calls the field.
    var field: String
    var role: FieldRole
    /// Names in a header, in lower case; the first is shown where none is found.
    var columns: [String]
    var shown: String
    /// What every row has, in place of a column.
    var constant: [UInt8]?
    /// What a row has whose cell is empty, or a table without the column.
    var fallback: [UInt8]?
    var form: TimeForm?
    /// What a label's cell says where it is fraud; the usual words where nil.
    var fraudWord: [UInt8]?
    /// Whether a table must have the column.
    var needed = false
    /// Whether every row must have a value.
    var given = false
  }

  /// The dialect whose transactions the table holds.
  package let dialect: Dialect
  /// The currency of the amounts, where a map says it.
  package var currency: Currency?
  /// The zone of times that have none of their own, where a map says it.
  package var zone: TimeZoneTable?
  /// Whether a map names the column of labels.
  package internal(set) var mapsLabel = false
  var entries: [Entry]

  /// What the column of labels is called; nil where there is none.
  package var labelColumn: String? { entries.first { $0.role == .label }?.shown }

  /// A dialect's own columns.
  package init(_ dialect: Dialect) {
    self.dialect = dialect
    let schema = dialect.schema
    entries = dialect.fields.filter { $0.known.contains(.file) }.map { field in
      Entry(
        field: field.role.recordName(in: schema),
        role: field.role,
        columns: field.names.map { $0.lowercased() },
        shown: field.column,
        needed: field.needed.contains(.file),
        given: field.needed.contains(.file) && field.role != .entity(Schema.Text.counterparty)
      )
    }
  }

  /// The source with the currency of the table's amounts.
  package func applied(to source: Source) -> Source {
    var source = source
    if let currency { source.currency = currency }
    return source
  }
}

extension FieldRole {
  /// What the language calls the field that a value of this role fills.
  func recordName(in schema: Schema) -> String {
    switch self {
    case .id, .numericId: "transaction_id"
    case .time: "time"
    case .step: "step"
    case .seconds: "seconds"
    case .entity(let slot), .text(let slot), .card(let slot, _), .wallet(let slot, _),
      .currency(let slot):
      schema.texts[slot]
    case .type: schema.texts[Schema.Text.channel]
    case .amount: "amount"
    case .money(let slot), .number(let slot), .degrees(let slot, _), .flag(let slot):
      schema.numbers[slot].name
    case .cardNumber: "card_number"
    case .sameCurrency: "currency"
    case .sourceName: "source"
    case .label: "label"
    }
  }

  /// Whether the event time comes from a value of this role.
  var setsTime: Bool { self == .time || self == .step || self == .seconds }

  var isText: Bool {
    switch self {
    case .id, .entity, .text, .type, .card, .wallet, .currency: true
    default: false
    }
  }
}
