import Batch
import Intake
import Payments
import Storage

/// Shows jobs as JSON, in S1's words with ours beside them.
struct JobText {
  /// Results that a job's own answer shows; the rest is in the file.
  static let resultsMax = 1000

  let catalog: Catalog

  /// A job (S1.41); `results` is JSON that was written elsewhere.
  func job(_ job: BatchJob, results: [UInt8]? = nil, into json: inout JSONText) {
    json.open("{")
    json.field("job_id", job.id)
    json.field("job_type", job.kind.word)
    json.field("status", job.status.word)
    time("created_at", job.created, into: &json)
    time("started_at", job.started, into: &json)
    time("completed_at", job.completed, into: &json)
    json.key("progress")
    json.value((job.percent * 10).rounded() / 10)
    let progress = job.progress
    json.field("total_items", JobText.total(job))
    json.field("processed_items", Int(progress.rows - progress.failed))
    json.field("failed_items", Int(progress.failed))
    json.key("results")
    if let results { json.raw(results) } else { json.null() }
    json.key("error_message")
    // S1 says there why a job failed, and nothing else.
    let note = job.status == .failed ? "" : job.reason
    if job.reason.isEmpty || !note.isEmpty { json.null() } else { json.value(job.reason) }
    if !note.isEmpty { json.field("note", note) }
    json.field("data", JSONText.object) { json in
      switch job.kind {
      case .file: json.field("file_path", JobText.fileName(job.path))
      case .upload: json.field("name", job.name)
      case .transactions: json.field("transactions", JobText.total(job))
      }
    }
    json.field("mode", job.mode.word)
    json.field("format", job.format.word)
    json.field("source", catalog.source(Int(job.source))?.name ?? "\(job.source)")
    json.field("input_bytes", Int(job.inputSize))
    json.field("high_risk_items", Int(progress.highRisk))
    json.close("}")
  }

  /// A path's last part: where the folder lies is nobody's business.
  private static func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// How many rows there are; estimated by the bytes that were read, until the end is seen.
  static func total(_ job: BatchJob) -> Int {
    let rows = Double(job.progress.rows)
    if job.status.isFinished || job.progress.inputBytes <= 0 { return Int(rows) }
    return Int(rows * max(1, Double(job.inputSize) / Double(job.progress.inputBytes)))
  }

  private func time(_ key: StaticString, _ microseconds: Int64?, into json: inout JSONText) {
    json.key(key)
    guard let microseconds else { return json.null() }
    json.value(Timestamp(microseconds: microseconds).description)
  }

  /// A whole job as bytes.
  func bytes(of job: BatchJob) -> [UInt8] {
    var json = JSONText()
    self.job(job, into: &json)
    return json.bytes
  }

  /// The first results of a file as JSON.
  static func results(at path: String) throws(InputError) -> [UInt8] {
    var json = JSONText()
    json.open("[")
    var reader = try CSVReader(path: path)
    var count = 0
    while count < resultsMax, try reader.advance(), reader.fields.count == 5 {
      count += 1
      func text(_ column: Int) -> String {
        String(decoding: reader.buffer[reader.fields[column]], as: UTF8.self)
      }
      json.open("{")
      json.field("transaction_id", text(0))
      json.key("risk_score")
      json.value(Float(text(2)) ?? .nan)
      json.field("prediction", Int(text(3)) ?? 0)
      json.field("outcome", text(1))
      json.field("reasons", text(4))
      json.close("}")
    }
    json.close("]")
    return json.bytes
  }
}
