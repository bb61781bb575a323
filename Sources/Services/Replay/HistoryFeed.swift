package import Intake
package import Payments

/// One or several files of past transactions as one stream of log entries: transactions in file
/// order, a label for every labelled row when it falls due, and the activities of another file.
///
/// An activity comes before the first transaction that is not earlier than it, so at the same
/// instant it comes first; labels that are due by its time come before it. Activities later than
/// the last transaction never come: nobody could ask for them.
package struct HistoryFeed {
  /// What `next` appended.
  package enum Item: Sendable {
    /// A transaction's record, and what the file's label column says of it.
    case transaction(time: Timestamp, label: Verdict?)
    /// A label entry's body.
    case label
    /// An activity entry's body.
    case activity
  }

  private let paths: [String]
  private let source: Source
  private let columns: ColumnPlan?
  private let tokenizer: CardTokenizer
  private let numericIds: Bool
  /// What is to be said of the entry that was appended last; nil for most.
  package private(set) var note: RecordNote?
  private var reader: TableReader?
  private var opened = 0
  private var schedule = LabelSchedule()
  private var ahead: [UInt8] = []
  private var aheadRow: TableReader.Row?
  private let activityPath: String?
  private var activities: ActivityReader?
  private var aheadActivity: Activity?
  private var watermark = Int64.min
  private let sourceWatermark: Int64
  private let rowIds: RowIds?
  private let allLabels: Bool
  package private(set) var rows = 0
  /// Whether one of the files has a column of labels.
  package private(set) var hasLabels = false

  /// Files whose columns are the dialect's, or as a plan has them, and a file of activities.
  ///
  /// `watermark` is the source's own before the first row: rows that are too late for it land
  /// there, as those that are too late for the rows before them land at the latest of these.
  /// `rowIds` names rows without ids by what they say. `allLabels` gives labels that are not due by
  /// the last row behind it.
  package init(
    paths: [String],
    source: Source,
    columns: ColumnPlan? = nil,
    activities: String? = nil,
    watermark: Int64 = .min,
    numericIds: Bool = false,
    rowIds: RowIds? = nil,
    allLabels: Bool = false,
    tokenizer: @escaping CardTokenizer
  ) {
    self.paths = paths
    sourceWatermark = watermark
    self.rowIds = rowIds
    self.allLabels = allLabels
    activityPath = activities
    self.source = source
    self.columns = columns
    self.numericIds = numericIds
    self.tokenizer = tokenizer
  }

  /// Labels that fall due behind the last row: how many, and the time of the last.
  package var labelsNotDue: (count: Int, until: Timestamp)? {
    schedule.lastDue.map { (schedule.count, Timestamp(microseconds: $0)) }
  }

  /// Appends the next entry's body; nil at the end of the last file.
  ///
  /// Labels that are not due by then, nor by the source's own watermark, come only where all are
  /// asked for: nobody knew them within the stream's time.
  package mutating func next(into body: inout [UInt8]) throws(InputError) -> Item? {
    if aheadRow == nil {
      ahead.removeAll(keepingCapacity: true)
      aheadRow = try readRow()
    }
    guard let row = aheadRow else {
      note = nil
      let due = allLabels ? .max : sourceWatermark
      return schedule.take(dueAt: due, into: &body) ? .label : nil
    }
    let activity = try readActivity(upTo: row.time)
    let reached = max(watermark, (activity?.time ?? row.time).microseconds)
    note = nil
    if schedule.take(dueAt: reached, into: &body) { return .label }
    let previous = max(watermark, sourceWatermark)
    watermark = reached
    if let activity {
      aheadActivity = nil
      body.append(contentsOf: activity.encoded)
      note = activity.note
      return .activity
    }
    aheadRow = nil
    let record = ahead
    body.append(contentsOf: record)
    note = row.note
    if let label = row.label {
      let isTooLate = previous != .min && row.time.microseconds < previous - source.lateBound
      schedule.add(
        label,
        due: row.time.microseconds + source.maturity,
        landed: isTooLate ? Timestamp(microseconds: previous) : row.time,
        record: record.span
      )
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
            numericIds: numericIds,
            rowIds: rowIds,
            tokenizer: tokenizer
          )
          opened += 1
          if reader?.hasLabels == true { hasLabels = true }
        }
        if let row = try reader?.next(into: &ahead) { return row }
      } catch {
        throw HistoryFeed.error(error, in: path)
      }
      reader = nil
    }
  }

  /// The next activity, if it is not later than a transaction.
  private mutating func readActivity(upTo time: Timestamp) throws(InputError) -> Activity? {
    guard let path = activityPath else { return nil }
    do {
      if activities == nil {
        activities = try ActivityReader(
          path: path,
          source: source,
          zone: columns?.zone,
          tokenizer: tokenizer
        )
      }
      if aheadActivity == nil { aheadActivity = try activities?.next() }
    } catch {
      throw HistoryFeed.error(error, in: path)
    }
    return aheadActivity.flatMap { $0.time <= time ? $0 : nil }
  }

  /// An error that names its file.
  private static func error(_ error: InputError, in path: String) -> InputError {
    if error.detail.contains(path) { return error }
    return InputError(error.code, field: error.field, "\(path): \(error.detail)")
  }
}
