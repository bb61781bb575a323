import Intake
import Payments
import Storage

/// Says why a decision came out as it did: the names of its reasons.
package typealias ReasonNames = @Sendable (_ decision: borrowing Span<UInt8>) -> [String]

/// What came of a job's rows, as two CSV files: results and errors.
final class ResultFiles {
  static let resultHead = "transaction_id,outcome,score,prediction,reasons\r\n"
  static let errorHead = "row,transaction_id,field,expected\r\n"
  static let highRisk: Float = 0.8
  static let fraud: Float = 0.5

  let results: RowFile
  let errors: RowFile
  private let reasons: ReasonNames

  /// Opens the files of a job; with `again` its rows are all written again.
  init(
    _ files: JobFiles,
    _ job: BatchJob,
    again: Bool,
    reasons: @escaping ReasonNames
  ) throws {
    self.reasons = reasons
    let progress = job.progress
    results = try RowFile(files.results(job), kept: progress.resultBytes, again: again)
    errors = try RowFile(files.errors(job), kept: progress.errorBytes, again: again)
    if results.end == 0 { results.append { $0.append(contentsOf: ResultFiles.resultHead.utf8) } }
    if errors.end == 0 { errors.append { $0.append(contentsOf: ResultFiles.errorHead.utf8) } }
  }

  /// Adds a result; whether its score is high.
  func add(id: some Collection<UInt8>, _ decision: borrowing Span<UInt8>) -> Bool {
    let score = DecisionRecord.score(decision)
    let outcome = DecisionRecord.outcome(decision).word
    let names = reasons(decision).joined(separator: "; ")
    let id = ResultFiles.shown(id)
    results.append { bytes in
      bytes.append(csvCell: id)
      bytes.append(contentsOf: ",\(outcome),\(score),\(score >= ResultFiles.fraud ? 1 : 0),".utf8)
      bytes.append(csvCell: names.utf8)
      bytes.append(contentsOf: "\r\n".utf8)
    }
    return score >= ResultFiles.highRisk
  }

  /// Adds a row that was written before, as it stands in the file at a place.
  func add(copyOf place: UInt64, bytes count: Int) throws {
    let row = try results.read(at: place, count: count)
    guard row.count == count else {
      throw BatchRefusal(.invalid, "the file of results is damaged")
    }
    results.append { $0.append(contentsOf: row) }
  }

  func add(row: Int64, id: some Collection<UInt8>, _ error: InputError) {
    let id = ResultFiles.shown(id)
    errors.append { bytes in
      bytes.append(contentsOf: "\(row),".utf8)
      bytes.append(csvCell: id)
      bytes.append(UInt8(ascii: ","))
      bytes.append(csvCell: (error.field ?? "").utf8)
      bytes.append(UInt8(ascii: ","))
      bytes.append(csvCell: error.detail.utf8)
      bytes.append(contentsOf: "\r\n".utf8)
    }
  }

  /// An id, with a card number in it hidden.
  private static func shown(_ id: some Collection<UInt8>) -> [UInt8] {
    let bytes = Array(id)
    guard CardNumber.found(in: bytes) != nil else { return bytes }
    return Array(CardNumber.masked(String(decoding: bytes, as: UTF8.self)).utf8)
  }

  var isFull: Bool { results.isFull || errors.isFull }

  func flush() throws {
    try results.flush()
    try errors.flush()
  }

  func synchronize() throws {
    try results.synchronize()
    try errors.synchronize()
  }
}
