import Batch
import Foundation
import HTTP
import Intake
import Payments
import Pipeline
import Storage

// Jobs as S1's batch service has them (S1.40 to S1.43).
extension Gateway {
  private static let jobsMax = 200

  /// `POST /api/v1/batch/jobs`: transactions in the request, or a file on this machine.
  func createJob(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let source = fraudShieldSource(request, &answer) else { return .answered }
    let body = request.withBody { $0.array }
    let batch = batch
    reader.submit(token) { reader in
      do {
        let job = try Gateway.makeJob(body, source, batch)
        var json = JSONText()
        json.open("{")
        json.field("job_id", job.id)
        json.field("status", "created")
        json.field("message", "Job created: it runs behind live traffic")
        json.close("}")
        reader.reply(token, 201, json)
      } catch let error as InputError {
        reader.fail(token, 400, "Invalid request", error.description)
      } catch let refusal as BatchRefusal {
        let status = [.unavailable: 503, .tooMany: 429][refusal.code] ?? 400
        reader.fail(token, status, "Invalid request", refusal.message)
      }
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  private static func makeJob(
    _ body: [UInt8],
    _ source: Source,
    _ batch: BatchService
  ) throws -> BatchJob {
    let root = StrictJSON.object(body, bytesMax: TransactionDecoder.bodyBytesMax)
    guard let root else { throw BatchRefusal(.malformed, "The body is a JSON object") }
    guard let type = root["job_type"] as? String, !type.isEmpty else {
      throw BatchRefusal(.malformed, "job_type is required")
    }
    let data = root["data"] as? [String: Any] ?? [:]
    switch BatchJob.Kind.allCases.first(where: { $0.word == type }) {
    case .transactions:
      let items = data["transactions"] as? [Any] ?? []
      guard (1...batch.settings.itemsMax).contains(items.count) else {
        throw BatchRefusal(
          .malformed,
          "data.transactions holds 1 to \(batch.settings.itemsMax) transactions"
        )
      }
      let draft = BatchService.Draft(
        kind: .transactions,
        mode: .ingest,
        format: .request,
        source: source
      )
      let spool = try batch.makeSpool(bytes: body.count)
      try spool.write(body)
      return try batch.accept(spool, draft)
    case .file:
      guard let path = data["file_path"] as? String, !path.isEmpty else {
        throw BatchRefusal(.malformed, "data.file_path is required")
      }
      guard !CardNumber.isHeld(in: path) else {
        throw BatchRefusal(.invalid, "data.file_path \(CardNumber.textRefusal)")
      }
      let draft = BatchService.Draft(kind: .file, mode: .ingest, format: .csv, source: source)
      return try batch.accept(file: path, draft)
    case .upload, nil:
      throw BatchRefusal(
        .malformed,
        "job_type is 'process_transactions' or 'process_csv'"
      )
    }
  }

  /// `GET /api/v1/batch/jobs?limit=50&status=` (S1.42), newest first.
  func listJobs(_ request: borrowing HTTPRequest, _ answer: inout HTTPAnswer) {
    let limit: Int
    var status: BatchJob.Status?
    do throws(QueryError) {
      let query = QueryReader(request)
      limit = try query.number("limit", 1...Gateway.jobsMax) ?? 50
      if let word = query.text("status") {
        guard let found = BatchJob.Status(word: word) else {
          let words = BatchJob.Status.allCases.map(\.word).joined(separator: ", ")
          throw QueryError("status", "status is one of \(words)")
        }
        status = found
      }
    } catch {
      return error.answer(&answer, status: 400)
    }
    let all = batch.jobs
    let wanted = all.reversed().filter { status == nil || $0.status == status }.prefix(limit)
    json.reset()
    json.open("{")
    json.field("jobs", JSONText.array) { json in
      for job in wanted { jobText.job(job, into: &json) }
    }
    json.field("count", wanted.count)
    json.field("active_jobs", all.count { !$0.status.isFinished })
    json.field("completed_jobs", all.count { $0.status == .completed })
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  static func noJob(_ answer: inout HTTPAnswer) {
    answer.fail(404, "Job not found", "There is no such job, or it is no longer kept")
  }

  /// `GET /api/v1/batch/jobs/{id}` (S1.41), with the first results once there are all.
  func showJob(
    _ id: String?,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let job = id.flatMap({ batch.job($0) }) else {
      Gateway.noJob(&answer)
      return .answered
    }
    guard job.status.isFinished, job.progress.resultBytes > 0 else {
      answer.start(200)
      answer.append(jobText.bytes(of: job))
      return .answered
    }
    let (text, path) = (jobText, batch.files.results(job))
    reader.submit(token) { reader in
      var json = JSONText()
      // A file that cannot be read, because the job has just been forgotten, shows no results.
      text.job(job, results: try? JobText.results(at: path), into: &json)
      reader.reply(token, 200, json)
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// `DELETE /api/v1/batch/jobs/{id}` (S1.42): a job that waits or runs ends for good.
  func cancelJob(
    _ id: String?,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let id, batch.job(id) != nil else {
      Gateway.noJob(&answer)
      return .answered
    }
    let batch = batch
    reader.submit(token) { reader in
      guard let job = try batch.cancel(id) else {
        return reader.fail(token, 404, "Job not found", "There is no such job")
      }
      guard job.status == .cancelled else {
        return reader.fail(token, 409, "Job finished", "The job is \(job.status.word) already")
      }
      var json = JSONText()
      json.open("{")
      json.field("status", "cancelled")
      json.field("job_id", job.id)
      json.field("message", "The job is cancelled; rows that were decided on stay so")
      json.close("}")
      reader.reply(token, 200, json)
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// `GET /api/v1/batch/stats` (S1.42), over the jobs that are kept.
  func jobStatistics(_ answer: inout HTTPAnswer) {
    let jobs = batch.jobs
    let completed = jobs.count { $0.status == .completed }
    let processed = jobs.reduce(0) { $0 + Int($1.progress.rows - $1.progress.failed) }
    let failed = jobs.reduce(0) { $0 + Int($1.progress.failed) }
    json.reset()
    json.open("{")
    json.field("total_jobs", jobs.count)
    json.field("completed_jobs", completed)
    json.field("failed_jobs", jobs.count { $0.status == .failed })
    json.field("active_jobs", jobs.count { !$0.status.isFinished })
    let count = Double(max(1, jobs.count))
    json.field("success_rate", 100 * Double(completed) / count)
    json.field("total_items_processed", processed)
    json.field("total_items_failed", failed)
    json.field("average_batch_size", Double(processed + failed) / count)
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  /// `GET /api/v1/batch/health`.
  func batchHealth(_ answer: inout HTTPAnswer) {
    json.reset()
    json.open("{")
    json.field("status", batch.failure == nil ? "healthy" : "unhealthy")
    json.field("service", "Batch Service")
    json.field("version", "1.0.0")
    json.field("timestamp", Timestamp(microseconds: Clocks.wallMicroseconds()).description)
    json.field("active_jobs", batch.jobs.count { !$0.status.isFinished })
    json.close("}")
    answer.start(batch.failure == nil ? 200 : 503)
    answer.append(json.bytes)
  }
}
