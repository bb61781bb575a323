import Batch
import CLinux
import Foundation
import HTTP
import Intake
import Storage
import Synchronization
import Threads

/// Receives uploads, each on a thread of its own: the body goes to a file as it comes.
final class UploadHub: Sendable {
  /// Uploads at a time.
  static let uploadsMax = 4
  private static let idleMilliseconds = 30_000

  private let batch: BatchService
  private let catalog: Catalog
  private let text: JobText
  private let active = Atomic<Int>(0)
  private let finished = DispatchSemaphore(value: 0)

  init(_ batch: BatchService, _ catalog: Catalog) {
    self.batch = batch
    self.catalog = catalog
    text = JobText(catalog: catalog)
  }

  /// Takes a place for one more upload; false where there is none.
  func begin() -> Bool {
    if batch.isStopping { return false }
    if active.add(1, ordering: .relaxed).newValue <= UploadHub.uploadsMax { return true }
    active.subtract(1, ordering: .relaxed)
    return false
  }

  /// Receives an upload that has a place.
  func receive(_ connection: TakenConnection, _ request: UploadRequest) {
    let thread = WorkThread { [self] in
      clinux_nice_thread(10)
      serve(connection, request)
      active.subtract(1, ordering: .relaxed)
      finished.signal()
    }
    thread.name = "upload"
    thread.start()
  }

  /// Waits until no upload is under way; the service is being stopped already.
  func stop() {
    while active.load(ordering: .relaxed) > 0 {
      _ = finished.wait(timeout: .now() + .milliseconds(100))
    }
  }

  private func serve(_ connection: TakenConnection, _ request: UploadRequest) {
    do {
      let job = try collect(connection, request)
      connection.answer {
        $0.start(201)
        $0.append(text.bytes(of: job))
      }
    } catch BodyError.gone {
      connection.close()
    } catch let error as BodyError {
      UploadHub.fail(connection, UploadHub.status(of: error), "body", UploadHub.message(of: error))
    } catch let error as QueryError {
      UploadHub.fail(connection, 422, "invalid", error.message, field: error.field)
    } catch let error as InputError {
      let status = error.code == .tooLarge ? 413 : error.code == .unreadable ? 400 : 422
      UploadHub.fail(
        connection,
        status,
        error.code.rawValue,
        error.description,
        field: error.field
      )
    } catch let refusal as BatchRefusal {
      UploadHub.fail(
        connection,
        refusal.status,
        refusal.word,
        refusal.message,
        field: refusal.field
      )
    } catch {
      UploadHub.fail(connection, 503, "unavailable", "the upload cannot be kept now; try again")
    }
  }

  /// Brings the body into a file and makes a job of it; the file is gone where that fails.
  private func collect(
    _ connection: TakenConnection,
    _ request: UploadRequest
  ) throws -> BatchJob {
    var expected = 0
    if case .bytes(let count) = connection.length { expected = count }
    let spool = try batch.makeSpool(bytes: expected)
    defer { spool.discard() }
    let batch = batch
    let reader = try BodyReader(
      connection,
      bytesMax: batch.settings.uploadBytesMax,
      idleMilliseconds: UploadHub.idleMilliseconds
    ) { batch.isStopping }
    var form = UploadForm()
    guard var parser = request.parser else {
      while let piece = try reader.next() { try spool.write(piece) }
      return try batch.accept(spool, try request.draft(catalog, [:]))
    }
    while let piece = try reader.next() {
      var bytes: [UInt8] = []
      try parser.take(piece) { event throws(BodyError) in
        if let part = try form.take(event) { bytes.append(contentsOf: part) }
      }
      if !bytes.isEmpty { try spool.write(bytes) }
    }
    guard parser.isComplete, form.hasFile else {
      throw BodyError.malformed("the body ends within a part, or holds no file")
    }
    return try batch.accept(
      spool,
      try request.draft(catalog, form.fields, fileName: form.fileName)
    )
  }

  static func fail(
    _ connection: TakenConnection,
    _ status: Int,
    _ code: String,
    _ message: String,
    field: String? = nil
  ) {
    var json = JSONText()
    json.open("{")
    json.field("error", code)
    json.field("message", message)
    if let field { json.field("field", field) }
    json.close("}")
    connection.answer {
      $0.start(status)
      if status == 503 { $0.header("Retry-After", 5) }
      $0.append(json.bytes)
    }
  }

  static func status(of error: BodyError) -> Int {
    switch error {
    case .gone, .malformed: 400
    case .tooSlow: 408
    case .tooLong: 413
    case .stopping: 503
    }
  }

  static func message(of error: BodyError) -> String {
    switch error {
    case .gone: "the body ends too early"
    case .malformed(let why): why
    case .tooSlow: "nothing came for \(idleMilliseconds / 1000) s"
    case .tooLong: "the file is larger than is taken"
    case .stopping: "the server is being stopped"
    }
  }
}
