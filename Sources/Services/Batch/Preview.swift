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
    let folder = try files.makeFolder(now: 0)
    defer { files.remove(folder) }
    let path = files.root + "/" + folder + "/input"
    do {
      let handle = try JobFiles.create(path)
      try handle.write(contentsOf: bytes)
      try handle.close()
    } catch {
      throw BatchService.noSpace
    }
    var preview = Preview()
    preview.map = draft.map
    if draft.format == .csv {
      do throws(InputError) {
        try bind(&preview, path, draft)
      } catch {
        throw RowReader.named(error, path)
      }
    }
    do throws(InputError) {
      var reader = try RowReader(
        path: path,
        format: draft.format,
        source: draft.source,
        plan: try context.plan(preview.map, for: draft.source),
        idPrefix: "row-",
        bytesMax: settings.uploadBytesMax,
        tokenizer: context.tokenizer
      )
      var record: [UInt8] = []
      while preview.rows.count < Preview.rowsMax, let row = try reader.next(into: &record) {
        preview.rows.append(
          Preview.Row(number: reader.rows, id: row.id, error: row.error, record: record)
        )
        record.removeAll(keepingCapacity: true)
      }
    } catch {
      preview.problem = error
    }
    return preview
  }

  private func bind(
    _ preview: inout Preview,
    _ path: String,
    _ draft: Draft
  ) throws(InputError) {
    let header = try CSVReader(path: path).header
    let plan = try context.plan(draft.map, for: draft.source)
    preview.bindings = plan.bindings(to: header)
    if draft.map.isEmpty, preview.bindings.contains(where: \.isGuess) {
      preview.map = ColumnPlan.map(of: preview.bindings, draft.source.dialect)
    }
    let used = Set(preview.bindings.compactMap(\.column))
    preview.unused = header.filter { !used.contains($0) }
  }
}
