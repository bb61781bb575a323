import Foundation
import HTTP
import HTTPClient
import Synchronization
import Threads

/// Passes uploads on, each on a thread of its own: a piece goes to the service before the next is
/// read, so that no body is ever held.
///
/// The body is framed anew on its way. What a client sends behind it is nobody's request, or it
/// could be one that the service takes for the relay's own.
final class RelayUploads: Sendable {
  /// Uploads at a time: the service takes fewer, and answers the others itself.
  private static let uploadsMax = 16
  /// A client that sends nothing is let go; the service is as patient.
  private static let idleMilliseconds = 30_000
  /// A large file is synced before the service answers.
  private static let answerMilliseconds = 600_000

  /// Where an upload goes, and the request line and fields that it goes with.
  struct Upload: Sendable {
    var address: ServerAddress?
    var title: String
    var head: [UInt8]
  }

  private let active = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private let finished = DispatchSemaphore(value: 0)

  /// Takes a place for one more upload; false where there is none.
  func begin() -> Bool {
    if isStopping.load(ordering: .relaxed) { return false }
    if active.add(1, ordering: .relaxed).newValue <= RelayUploads.uploadsMax { return true }
    active.subtract(1, ordering: .relaxed)
    return false
  }

  /// Passes on an upload that has a place.
  func pass(_ connection: TakenConnection, _ upload: Upload) {
    let thread = WorkThread { [self] in
      serve(connection, upload)
      active.subtract(1, ordering: .relaxed)
      finished.signal()
    }
    thread.name = "upload"
    thread.start()
  }

  /// Waits until no upload is under way.
  func stop() {
    isStopping.store(true, ordering: .relaxed)
    while active.load(ordering: .relaxed) > 0 {
      _ = finished.wait(timeout: .now() + .milliseconds(100))
    }
  }

  private func serve(_ connection: TakenConnection, _ upload: Upload) {
    do {
      let answer = try exchange(connection, upload)
      connection.answer {
        $0.addFields(RelayWorker.lines(answer))
        $0.start(answer.status, type: "")
        $0.append(answer.body)
      }
    } catch BodyError.gone {
      connection.close()
    } catch let error as BodyError {
      UploadHub.fail(
        connection,
        UploadHub.status(of: error),
        "body",
        UploadHub.message(of: error)
      )
    } catch let error as ClientError where error.code == .late {
      connection.answer { Relay.timeOut(&$0) }
    } catch {
      connection.answer { Relay.unavailable("The \(upload.title) cannot be reached", &$0) }
    }
  }

  /// Sends head and body on; returns the answer, which may come before the body's end.
  private func exchange(
    _ connection: TakenConnection,
    _ upload: Upload
  ) throws -> ClientAnswer {
    guard let address = upload.address else { throw ClientError(.unreachable, "no address") }
    var head = upload.head
    switch connection.length {
    case .bytes(let count): head += "Content-Length: \(count)\r\n".utf8
    case .chunked: head += "Transfer-Encoding: chunked\r\n".utf8
    }
    // A client that waits to be told to go on is told by the service.
    if connection.expectsContinue { head += "Expect: 100-continue\r\n".utf8 }
    let service = try ClientUpload(address, head: head + Array("\r\n".utf8))
    guard try !connection.expectsContinue || service.mayGoOn() else {
      return try service.answer(milliseconds: RelayUploads.answerMilliseconds)
    }
    let reader = try BodyReader(
      connection,
      bytesMax: Int.max,
      idleMilliseconds: RelayUploads.idleMilliseconds
    ) { [self] in isStopping.load(ordering: .relaxed) || service.isAnswered }
    do {
      let isChunked = connection.length == .chunked
      var isTaken = true
      while isTaken, let piece = try reader.next() {
        isTaken = try service.send(isChunked ? RelayUploads.chunk(piece) : piece)
      }
      if isTaken, isChunked { _ = try service.send(RelayUploads.chunk([])) }
    } catch BodyError.stopping where service.isAnswered {
      // The answer says why the rest of the body is not wanted.
    }
    return try service.answer(milliseconds: RelayUploads.answerMilliseconds)
  }

  /// Bytes as a chunk; none as the last one.
  private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
    Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
  }
}
