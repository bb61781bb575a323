import Payments

/// The columns of one table, as its header and a plan bind them.
struct ColumnMap {
  /// What every row needs of a column; nothing in it is counted by reference.
  struct Column {
    /// Where the cell stands; negative where every row has the same value.
    var index: Int
    var role: FieldRole
    var mayBeEmpty: Bool
    var hasValue: Bool
    /// Where the rest stands among the details.
    var detail: Int
  }

  /// What some rows need of a column.
  struct Detail {
    var name: String
    /// A constant, or what an empty cell stands for.
    var value: [UInt8]
    var form: TimeForm?
    var fraudWord: [UInt8]?
  }

  let columns: [Column]
  let details: [Detail]

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
    var details: [Detail] = []
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
      let value = constant ?? entry.fallback
      found.append(
        Column(
          index: constant == nil ? index ?? -1 : -1,
          role: entry.role,
          mayBeEmpty: !entry.given,
          hasValue: value != nil,
          detail: details.count
        )
      )
      details.append(
        Detail(
          name: constant == nil ? index.map { header[$0] } ?? entry.shown : entry.field,
          value: value ?? [],
          form: entry.form,
          fraudWord: entry.fraudWord
        )
      )
    }
    columns = found
    self.details = details
  }
}
