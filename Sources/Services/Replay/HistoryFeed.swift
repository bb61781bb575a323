package import Intake
package import Payments

/// One or several files of past transactions as one stream of log entries: transactions in file
/// order, and a label for every labelled row when it falls due.
package struct HistoryFeed {
  /// What `next` appended.
  package enum Item: Sendable {
    /// A transaction's record, and what the file's label column says of it.
    case transaction(time: Timestamp, label: Verdict?)
    /// A label entry's body.
    case label
  }

  private let paths: [String]
  private let source: Source
  private let columns: ColumnPlan?
  private let tokenizer: CardTokenizer
  private var reader: TableReader?
  private var opened = 0
  private var schedule = LabelSchedule()
  private var ahead: [UInt8] = []
  private var aheadRow: TableReader.Row?
  private var watermark = Int64.min
  package private(set) var rows = 0

  /// Files whose columns are the dialect's, or as a plan has them.
  package init(
    paths: [String],
    source: Source,
    columns: ColumnPlan? = nil,
    tokenizer: @escaping CardTokenizer
  ) {
    self.paths = paths
    self.source = source
    self.columns = columns
    self.tokenizer = tokenizer
  }

  /// Appends the next entry's body; nil at the end of the last file.
  ///
  /// Labels that are not due by then never come: nobody knew them within the stream's time.
  package mutating func next(into body: inout [UInt8]) throws(InputError) -> Item? {
    if aheadRow == nil {
      ahead.removeAll(keepingCapacity: true)
      aheadRow = try readRow()
    }
    guard let row = aheadRow else { return nil }
    let reached = max(watermark, row.time.microseconds)
    if schedule.take(dueAt: reached, landed: { $0 }, into: &body) { return .label }
    aheadRow = nil
    watermark = reached
    let record = ahead
    body.append(contentsOf: record)
    if let label = row.label {
      schedule.add(label, due: row.time.microseconds + source.maturity, record: record.span)
    }
    rows += 1
    return .transaction(time: row.time, label: row.label)
  }

  private mutating func readRow() throws(InputError) -> TableReader.Row? {
    while true {
      guard reader != nil || opened < paths.count else { return nil }
      let path = paths[reader == nil ? opened : opened - 1]
      do {
        if reader == nil {
          reader = try TableReader(
            path: path,
            source: source,
            columns: columns,
            firstRow: rows,
            tokenizer: tokenizer
          )
          opened += 1
        }
        if let row = try reader?.next(into: &ahead) { return row }
      } catch {
        let isNamed = error.detail.contains(path)
        throw InputError(
          error.code,
          field: error.field,
          isNamed ? error.detail : "\(path): \(error.detail)"
        )
      }
      reader = nil
    }
  }
}
