import Foundation
package import Intake
import Payments
import Storage

/// How the first rows of an input are understood; nothing of it is kept.
package struct Preview: Sendable {
  package static let rowsMax = 20

  package struct Row: Sendable {
    package var number: Int64
    package var id: [UInt8]
    /// Nil where the row is right: then `record` is what it says.
    package var error: InputError?
    package var record: [UInt8]
  }

  /// Where the fields of a transaction are found in a table.
  package var bindings: [ColumnPlan.Binding] = []
  /// The column map that says so; the sender's own where one was sent.
  package var map = ""
  /// The columns that no field is taken from.
  package var unused: [String] = []
  package var rows: [Row] = []
  /// Why there are no more rows, where it is not the end or the limit.
  package var problem: InputError?
}

extension BatchService {
  /// Reads the first rows of an input as a job would read them.
  ///
  /// Without a map, and where the dialect's own columns do not fit, one is proposed and tried.
  package func preview(_ bytes: [UInt8], _ draft: Draft) throws -> Preview {
    let path = "the file"
    var preview = Preview()
    preview.map = draft.map
    if draft.format == .csv {
      try bind(&preview, bytes, draft)
    }
    do throws(InputError) {
      var reader = try RowReader(
        path: path,
        pieces: OnePiece(bytes),
        format: draft.format,
        source: draft.source,
        plan: try context.plan(preview.map, for: draft.source),
        idPrefix: "row-",
        bytesMax: settings.uploadBytesMax,
        numericIds: context.numericIds.contains(draft.source.name),
        tokenizer: context.tokenizer
      )
      var record: [UInt8] = []
      while preview.rows.count < Preview.rowsMax, let row = try reader.next(into: &record) {
        var shown = Preview.Row(number: reader.rows, id: row.id, error: row.error, record: record)
        if row.note?.idHoldsCardNumber == true {
          shown.error = InputError(.invalid, field: "transaction_id", CardNumber.idRefusal)
          shown.id = reader.id
        }
        preview.rows.append(shown)
        record.removeAll(keepingCapacity: true)
      }
    } catch {
      preview.problem = error
    }
    return preview
  }

  private func bind(
    _ preview: inout Preview,
    _ bytes: [UInt8],
    _ draft: Draft
  ) throws(InputError) {
    let header = try CSVReader(path: "the file", pieces: OnePiece(bytes)).header
    let plan = try context.plan(draft.map, for: draft.source)
    preview.bindings = plan.bindings(to: header)
    if draft.map.isEmpty, preview.bindings.contains(where: \.isGuess) {
      preview.map = ColumnPlan.map(of: preview.bindings, draft.source.dialect)
    }
    let used = Set(preview.bindings.compactMap(\.column))
    preview.unused = header.filter { !used.contains($0) }
  }
}
