import Batch
import CLinux
import Foundation
import HTTP
import Storage
import Synchronization
import Threads

/// Sends jobs' files and their progress to clients as they take them, on a thread of its own.
final class JobHub: StreamApplication, @unchecked Sendable {
  // Safety: `expected` is locked; everything else belongs to the streams' thread.

  /// Clients at a time.
  static let clientsMax = 64
  private static let pieceBytes = 32 << 10

  /// What a client is sent.
  enum Wish: Sendable {
    case file(path: String, bytes: Int64)
    case progress(String)
  }

  private final class Client {
    let wish: Wish
    var file: FileHandle?
    var left: Int64 = 0
    var last: BatchJob?

    init(_ wish: Wish) { self.wish = wish }
  }

  let streams: StreamLoop
  let passes: StreamPasses
  private let batch: BatchService
  private let text: JobText
  private let expected = Mutex<[StreamToken: Wish]>([:])
  private var clients: [StreamToken: Client] = [:]
  private let finished = DispatchSemaphore(value: 0)

  init(_ batch: BatchService, _ text: JobText) throws {
    streams = try StreamLoop()
    passes = StreamPasses(streams)
    self.batch = batch
    self.text = text
  }

  func start() {
    let thread = WorkThread { [self] in
      streams.run(self)
      finished.signal()
    }
    thread.start()
  }

  func stop() {
    streams.stop()
    finished.wait()
  }

  var hasRoom: Bool { streams.count < JobHub.clientsMax }

  /// Prepares a stream; the name under which its connection is handed over.
  func expect(_ wish: Wish) -> StreamToken {
    let token = streams.makeToken()
    expected.withLock { $0[token] = wish }
    return token
  }

  // MARK: StreamApplication

  func joined(_ stream: StreamToken) {
    guard let wish = expected.withLock({ $0.removeValue(forKey: stream) }) else { return }
    let client = Client(wish)
    if case .file(let path, let bytes) = wish {
      client.left = bytes
      if bytes > 0 {
        // A file that cannot be opened ends short of its length, by which the client knows.
        client.file = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      }
    }
    clients[stream] = client
  }

  func left(_ stream: StreamToken) {
    clients[stream] = nil
    passes.left(stream)
  }

  func tick() {
    for (stream, client) in clients {
      switch client.wish {
      case .file: sendFile(to: client, stream)
      case .progress(let id): sendProgress(of: id, to: client, stream)
      }
    }
  }

  private func sendFile(to client: Client, _ stream: StreamToken) {
    while client.left > 0, streams.room(stream) >= JobHub.pieceBytes {
      let count = Int(min(client.left, Int64(JobHub.pieceBytes)))
      // A piece that cannot be read ends the body short of its length.
      guard let piece = try? client.file?.read(upToCount: count), !piece.isEmpty else { break }
      let bytes = [UInt8](piece)
      streams.send(bytes.span, to: stream)
      client.left -= Int64(bytes.count)
    }
    if client.left == 0 {
      streams.end(stream, code: 1000)
    } else if streams.room(stream) >= JobHub.pieceBytes {
      streams.end(stream, code: 1011)
    }
  }

  private func sendProgress(of id: String, to client: Client, _ stream: StreamToken) {
    guard let job = batch.job(id) else { return streams.end(stream, code: 1000) }
    guard job != client.last, streams.room(stream) >= JobHub.pieceBytes else { return }
    client.last = job
    let event = Array("event: progress\ndata: ".utf8) + text.bytes(of: job) + Array("\n\n".utf8)
    streams.send(event.span, to: stream)
    if job.status.isFinished { streams.end(stream, code: 1000) }
  }
}
