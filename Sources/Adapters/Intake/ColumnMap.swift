import Payments

/// The columns of one table, as its header and a plan bind them.
struct ColumnMap {
  struct Column {
    /// Where the cell stands; nil where every row has the same value.
    var index: Int?
    var name: String
    var role: FieldRole
    /// A constant, or what an empty cell stands for.
    var value: [UInt8]?
    var form: TimeForm?
    var fraudWord: [UInt8]?
    var mayBeEmpty: Bool
  }

  let columns: [Column]

  /// Binds a plan to a header; columns that it does not name are left aside.
  init(header: [String], plan: ColumnPlan, dialect: Dialect) throws(InputError) {
    for name in header where CardNumber.isVerificationCode(name) {
      throw InputError(
        .forbidden,
        field: name,
        "card verification codes are never accepted; remove the column"
      )
    }
    let names = header.map { $0.lowercased() }
    let hasTime = plan.entries.contains { entry in
      entry.role.setsTime && names.contains { entry.columns.contains($0) }
    }
    var found: [Column] = []
    for entry in plan.entries {
      let places = names.indices.filter { entry.columns.contains(names[$0]) }
      guard places.count < 2 else {
        throw InputError(
          .malformed,
          field: header[places[1]],
          "the column stands twice in the header"
        )
      }
      let index = places.first
      let constant = entry.constant ?? (index == nil ? entry.fallback : nil)
      guard index != nil || constant != nil else {
        guard entry.needed, !(hasTime && entry.role.setsTime) else { continue }
        throw InputError(
          .malformed,
          field: entry.shown,
          "\(dialect.word) files need this column; found: \(header.joined(separator: ", "))"
        )
      }
      found.append(
        Column(
          index: constant == nil ? index : nil,
          name: constant == nil ? index.map { header[$0] } ?? entry.shown : entry.field,
          role: entry.role,
          value: constant ?? entry.fallback,
          form: entry.form,
          fraudWord: entry.fraudWord,
          mayBeEmpty: !entry.given
        )
      )
    }
    columns = found
  }
}
