import Batch
import Foundation
import HTTP
import Intake
import Payments
import Storage

// Files that come and go: uploads, previews, results, errors, progress.
extension Gateway {
  /// Which file of a job is asked for.
  enum JobFile: String {
    case results, errors
  }

  /// `POST /api/v1/batch/uploads`: the body goes to a file as it comes, on a thread of its own.
  func upload(_ request: borrowing HTTPRequest, _ answer: inout HTTPAnswer) -> Reception {
    let wanted: UploadRequest
    do throws(QueryError) {
      wanted = try UploadRequest(request)
      _ = try wanted.draft(catalog, [:])
    } catch {
      error.answer(&answer)
      return .answered
    }
    guard uploads.begin() else {
      Gateway.overloaded(&answer)
      return .answered
    }
    let uploads = uploads
    return .taken { connection in uploads.receive(connection, wanted) }
  }

  /// `POST /api/v1/batch/preview`: the first rows as a job would read them.
  func preview(
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let wanted: UploadRequest
    do throws(QueryError) {
      wanted = try UploadRequest(request)
      _ = try wanted.draft(catalog, [:])
    } catch {
      error.answer(&answer)
      return .answered
    }
    let body = request.withBody { $0.array }
    let (batch, catalog) = (batch, catalog)
    reader.submit(token) { reader in
      do {
        let form = try wanted.form(of: body)
        let draft = try wanted.draft(catalog, form.fields, fileName: form.fileName)
        let preview = try batch.preview(form.file, draft)
        reader.reply(token, 200, reader.text(of: preview, draft.source))
      } catch let error as QueryError {
        reader.fail(token, 422, "invalid", error.message, field: error.field)
      } catch let error as BodyError {
        reader.fail(token, 400, "malformed", UploadHub.message(of: error))
      } catch let refusal as BatchRefusal {
        reader.fail(token, refusal.status, refusal.word, refusal.message, field: refusal.field)
      }
    }
    return .later(milliseconds: ReadWorker.deadlineMilliseconds)
  }

  /// `GET /api/v1/batch/jobs/{id}/results` and `/errors`: what is durable of the file.
  func sendFile(
    _ request: borrowing HTTPRequest,
    _ id: String?,
    _ file: JobFile,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let job = id.flatMap({ batch.job($0) }) else {
      Gateway.noJob(&answer)
      return .answered
    }
    let path = file == .results ? batch.files.results(job) : batch.files.errors(job)
    let bytes = file == .results ? job.progress.resultBytes : job.progress.errorBytes
    guard request.method != .head, jobHub.hasRoom else {
      if request.method == .head {
        answer.start(200, type: "text/csv; charset=utf-8")
      } else {
        Gateway.overloaded(&answer)
      }
      return .answered
    }
    answer.startStream(200, type: "text/csv; charset=utf-8")
    answer.header("Content-Disposition", "attachment; filename=\"\(job.id)_\(file.rawValue).csv\"")
    answer.header("Content-Length", Int(bytes))
    answer.header("Cache-Control", "no-store")
    answer.header("Connection", "close")
    let stream = jobHub.expect(.file(path: path, bytes: bytes))
    admit(stream, to: jobHub.passes)
    return .handedOver(to: jobHub.streams, .body, stream)
  }

  /// `GET /api/v1/batch/jobs/{id}/events`: the job, whenever it has come further, to its end.
  func watchJob(
    _ request: borrowing HTTPRequest,
    _ id: String?,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard let job = id.flatMap({ batch.job($0) }) else {
      Gateway.noJob(&answer)
      return .answered
    }
    if request.method == .head {
      answer.start(200, type: "text/event-stream")
      return .answered
    }
    guard jobHub.hasRoom else {
      Gateway.overloaded(&answer)
      return .answered
    }
    answer.startStream(200, type: "text/event-stream")
    answer.header("Cache-Control", "no-store")
    answer.header("Connection", "close")
    let stream = jobHub.expect(.progress(job.id))
    admit(stream, to: jobHub.passes)
    return .handedOver(to: jobHub.streams, .events, stream)
  }
}

extension BatchRefusal {
  var status: Int {
    switch code {
    case .malformed: 400
    case .invalid: 422
    case .tooLarge: 413
    case .notFound: 404
    case .conflict: 409
    case .unavailable: 503
    case .tooMany: 429
    }
  }

  var word: String {
    switch code {
    case .malformed: "malformed"
    case .invalid: "invalid"
    case .tooLarge: "too_large"
    case .notFound: "not_found"
    case .conflict: "conflict"
    case .unavailable: "unavailable"
    case .tooMany: "too_many"
    }
  }
}
