import Foundation
import HTTP
import Synchronization
import Testing

/// A deferred request may be answered with a body that is written as its client takes it.
struct HandOverTests {
  static let pieces = 400
  static let pieceBytes = 32 << 10

  @Test(arguments: [false, true])
  func `a body arrives whole, however slow its client`(isSlow: Bool) throws {
    let loop = try HTTPLoop(limits: Limits())
    let application = try HandingApplication(pieces: HandOverTests.pieces)
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [loop, application, ended] in
      loop.run(application)
      ended.signal()
    }
    Thread.detachNewThread { [application, ended] in
      application.streams.run(application)
      ended.signal()
    }
    let client = Client(loop.port, receiveBuffer: isSlow ? 4096 : 0)
    client.send("GET /table HTTP/1.1\r\nHost: a\r\n\r\n")
    if isSlow { Thread.sleep(forTimeInterval: 0.3) }
    let bytes = client.bytesUntilClosed()
    #expect(client.isClosed)
    let head = try #require(
      String(decoding: bytes, as: UTF8.self).range(of: "\r\n\r\n")
    )
    #expect(String(decoding: bytes.prefix(15), as: UTF8.self) == "HTTP/1.1 200 OK")
    let text = String(decoding: bytes, as: UTF8.self)
    let body = Array(text[head.upperBound...].utf8)
    #expect(body.count == HandOverTests.pieces * HandOverTests.pieceBytes)
    for piece in 0..<HandOverTests.pieces {
      #expect(body[piece * HandOverTests.pieceBytes] == UInt8(65 + piece % 26))
    }
    #expect(application.streams.count == 0)
    // A client that leaves in the middle is no trouble.
    for _ in 0..<3 { Client(loop.port).send("GET /table HTTP/1.1\r\nHost: a\r\n\r\n") }
    loop.stop(drainMilliseconds: 100)
    application.streams.stop()
    for _ in 0..<2 { #expect(ended.wait(timeout: .now() + 5) == .success) }
  }

  @Test func `a stale token hands nothing over`() throws {
    let loop = try HTTPLoop(limits: Limits())
    let application = try HandingApplication(pieces: 1)
    let other = try HTTPLoop(limits: Limits())
    Thread.detachNewThread { [loop, application] in loop.run(application) }
    let client = Client(loop.port)
    client.send("GET /table HTTP/1.1\r\nHost: a\r\n\r\n")
    for _ in 0..<2000 where application.seen == nil { usleep(1000) }
    let token = try #require(application.seen)
    let stream = application.streams.makeToken()
    let isBegun = other.handOver(token, to: application.streams, .body, as: stream) { _ in
      Issue.record("a head was asked for")
    }
    #expect(!isBegun)
    loop.stop(drainMilliseconds: 0)
  }
}

/// Defers every request and answers it with a body in pieces.
private final class HandingApplication: HTTPApplication, StreamApplication, Sendable {
  let streams: StreamLoop
  private let pieces: Int
  private let waiting = Mutex<[RequestToken]>([])
  private let sent = Mutex<[StreamToken: Int]>([:])
  private let last = Mutex<RequestToken?>(nil)

  init(pieces: Int) throws {
    streams = try StreamLoop()
    self.pieces = pieces
  }

  var seen: RequestToken? { last.withLock { $0 } }

  func receive(
    _ request: borrowing HTTPRequest,
    token: RequestToken,
    answer: inout HTTPAnswer
  ) -> Reception {
    waiting.withLock { $0.append(token) }
    last.withLock { $0 = token }
    return .later(milliseconds: 5000)
  }

  func roundEnded(_ loop: HTTPLoop) {
    let tokens = waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    for token in tokens {
      let stream = streams.makeToken()
      loop.handOver(token, to: streams, .body, as: stream) { answer in
        answer.startStream(200, type: "text/plain")
        answer.header("Connection", "close")
      }
    }
  }

  func woken(_ loop: HTTPLoop) {}
  func expired(_ token: RequestToken, answer: inout HTTPAnswer) { answer.fail(504, "late", "") }
  func abandoned(_ token: RequestToken) {}

  func joined(_ stream: StreamToken) { sent.withLock { $0[stream] = 0 } }
  func left(_ stream: StreamToken) { sent.withLock { $0[stream] = nil } }

  func tick() {
    for (stream, number) in sent.withLock({ $0 }) where number < pieces {
      var next = number
      while next < pieces, streams.room(stream) >= HandOverTests.pieceBytes {
        let piece = [UInt8](
          repeating: UInt8(65 + next % 26),
          count: HandOverTests.pieceBytes
        )
        streams.send(piece.span, to: stream)
        next += 1
      }
      sent.withLock { $0[stream] = next }
      if next == pieces { streams.end(stream, code: 1000) }
    }
  }
}
