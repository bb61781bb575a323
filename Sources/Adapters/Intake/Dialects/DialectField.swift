import Payments

/// How a value becomes part of a record.
enum FieldRole: Hashable {
  case id
  /// A whole number as the id.
  case numericId
  /// ISO 8601.
  case time
  /// Hours since PaySim's start.
  case step
  /// Seconds since the anonymised set's start.
  case seconds
  /// A name that has windows; numbers are taken as texts, card numbers as their tokens.
  case entity(Int)
  case text(Int)
  /// One of PaySim's types.
  case type
  case amount
  case money(Int)
  case number(Int)
  /// A number between two bounds, such as degrees.
  case degrees(Int, ClosedRange<Double>)
  /// 0 or 1, true or false.
  case flag(Int)
  /// A card's number in place of the account.
  case cardNumber
  /// A card number in a text slot of its own; a number slot says whether its check digit is right.
  case card(Int, checksum: Int)
  /// A wallet's address in a text slot; a number slot says whether its checksum is right.
  case wallet(Int, checksum: Int)
  /// The transaction's own currency.
  case currency(Int)
  /// The source's currency, which must be the one that is sent.
  case sameCurrency
  case sourceName
  /// What became known of the transaction.
  case label
}

/// One field of a dialect: what it is called in JSON and in files, and what it means.
struct DialectField {
  /// Where a field stands or must stand.
  struct Side: OptionSet {
    let rawValue: UInt8

    static let json = Side(rawValue: 1)
    static let file = Side(rawValue: 2)
    static let both: Side = [.json, .file]
    static let none: Side = []
  }

  /// The name in JSON, by which errors call it.
  var key: String
  /// The name in a file's header, in any case, by which errors call it.
  var column: String
  /// Further names on both sides.
  var aliases: [String]
  var role: FieldRole
  var needed: Side
  var known: Side

  init(
    _ key: String,
    column: String? = nil,
    aliases: [String] = [],
    _ role: FieldRole,
    needed: Side = .none,
    known: Side = .both
  ) {
    self.key = key
    self.column = column ?? key
    self.aliases = aliases
    self.role = role
    self.needed = needed
    self.known = known
  }

  /// All names, each once.
  var names: [String] {
    var names = [key]
    for name in [column] + aliases where !names.contains(name) { names.append(name) }
    return names
  }
}
