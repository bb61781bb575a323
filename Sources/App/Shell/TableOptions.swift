import Foundation
package import Intake
package import Payments

/// How a command reads tables: the dialect, and the map of their columns.
package struct TableOptions {
  package static let options = [
    Arguments.Option("dialect", "D", SourceCatalog.dialectWords),
    Arguments.Option("columns", "FILE", "what the files' columns mean (docs/column-maps.md)"),
  ]

  /// The file of activities beside the tables, for commands that compute features.
  package static let activities = Arguments.Option(
    "activities",
    "FILE",
    "CSV file of logins and the like, as `simulate --activities` writes it"
  )

  package let dialect: Dialect
  package let columns: ColumnPlan?

  /// The dialect that is asked for, that of the map, or card.
  package init(_ arguments: Arguments) throws {
    let asked = try arguments.text("dialect").map { word throws(UsageError) in
      try SourceCatalog.dialect(word)
    }
    guard let path = arguments.text("columns") else {
      dialect = asked ?? .card
      columns = nil
      return
    }
    let plan = try ColumnPlan(
      parsing: TextFile.read(path),
      name: path,
      asked: asked,
      otherwise: .card,
      zone: TimeZones.table(named:)
    )
    dialect = plan.dialect
    columns = plan
  }
}
