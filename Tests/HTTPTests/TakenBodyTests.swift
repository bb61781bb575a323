import Foundation
import HTTP
import Synchronization
import Testing

/// A body that the application reads itself, behind a head that the loop has judged.
struct TakenBodyTests {
  private static func withTakers(_ use: (HTTPLoop, TakingApplication) throws -> Void) throws {
    var limits = Limits()
    limits.bodiesApart = ["/other", "/apart"]
    limits.bodyBytes = 1000
    let loop = try HTTPLoop(limits: limits)
    let application = TakingApplication()
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [loop, application, ended] in
      loop.run(application)
      ended.signal()
    }
    try use(loop, application)
    loop.stop(drainMilliseconds: 100)
    #expect(ended.wait(timeout: .now() + 5) == .success)
  }

  private static func body(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
  }

  @Test func `a body above the loop's limit arrives whole, by length and in chunks`() throws {
    try Self.withTakers { loop, application in
      let body = Self.body(3_000_000)
      let plain = Client(loop.port)
      plain.send("POST /apart?x HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
      plain.send(body)
      let answer = try #require(plain.answer())
      #expect(answer.status == 201)
      #expect(answer.closes)
      #expect(application.last == body)
      let chunked = Client(loop.port)
      chunked.send("POST /apart HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      for start in stride(from: 0, to: body.count, by: 70_001) {
        let chunk = body[start..<min(body.count, start + 70_001)]
        chunked.send(
          Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
        )
      }
      chunked.send("0\r\n\r\n")
      #expect(chunked.answer()?.status == 201)
      #expect(application.last == body)
    }
  }

  @Test func `the client that waits is told to go on, once it may`() throws {
    try Self.withTakers { loop, application in
      let client = Client(loop.port)
      client.send(
        "POST /apart HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
      )
      #expect(client.answer()?.status == 100)
      client.send("body")
      #expect(client.answer()?.status == 201)
      #expect(application.last == Array("body".utf8))
      let refused = Client(loop.port)
      refused.send(
        "POST /apart/no HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
      )
      let answers = refused.answersUntilClosed()
      #expect(answers.map(\.status) == [403])
    }
  }

  @Test func `what follows a refused body is never a request`() throws {
    try Self.withTakers { loop, application in
      let client = Client(loop.port)
      let inner = "POST /apart HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
      client.send(
        "POST /apart/no HTTP/1.1\r\nHost: a\r\nContent-Length: \(inner.utf8.count)\r\n\r\n\(inner)"
          + inner
      )
      let answers = client.answersUntilClosed()
      #expect(answers.map(\.status) == [403])
      #expect(application.count == 1)
      let taken = Client(loop.port)
      taken.send("POST /apart HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok\(inner)")
      #expect(taken.answersUntilClosed().map(\.status) == [201])
      #expect(application.last == Array("ok".utf8))
      #expect(application.count == 2)
    }
  }

  @Test func `earlier answers on the connection come first, later small requests are served`()
    throws
  {
    try Self.withTakers { loop, application in
      let client = Client(loop.port)
      client.send(
        "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
          + "POST http://a/apart HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      )
      // A whole address is not apart: the body came with the request, and is given all the same.
      #expect(client.answersUntilClosed().map(\.status) == [200, 201])
      #expect(application.last == Array("abc".utf8))
    }
  }

  @Test func `a client that goes, or sends too much or too little, is noticed`() throws {
    try Self.withTakers { loop, application in
      let gone = Client(loop.port)
      gone.send("POST /apart HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
      gone.finishWriting()
      #expect(gone.answersUntilClosed().map(\.status) == [400])
      #expect(application.error == .gone)
      let long = Client(loop.port)
      long.send("POST /apart HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")
      #expect(long.answersUntilClosed().map(\.status) == [400])
      #expect(application.error == .tooLong)
      let slow = Client(loop.port)
      slow.send("POST /apart HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
      #expect(slow.answersUntilClosed().map(\.status) == [400])
      #expect(application.error == .tooSlow)
    }
  }
}

/// Takes the bodies of `/apart`, except below `/apart/no`.
private final class TakingApplication: HTTPApplication, Sendable {
  private let state = Mutex<(last: [UInt8], error: BodyError?, count: Int)>(([], nil, 0))

  var last: [UInt8] { state.withLock { $0.last } }
  var error: BodyError? { state.withLock { $0.error } }
  var count: Int { state.withLock { $0.count } }

  func receive(
    _ request: borrowing HTTPRequest,
    token: RequestToken,
    answer: inout HTTPAnswer
  ) -> Reception {
    guard request.pathText == "/apart" else {
      if request.pathText == "/hello" {
        answer.start(200)
      } else {
        state.withLock { $0.count += 1 }
        answer.fail(403, "forbidden", "Not here.")
      }
      return .answered
    }
    state.withLock { $0.count += 1 }
    return .taken { connection in
      Thread.detachNewThread { self.take(connection) }
    }
  }

  private func take(_ connection: TakenConnection) {
    var body: [UInt8] = []
    do throws(BodyError) {
      let reader = try BodyReader(connection, bytesMax: 4_000_000, idleMilliseconds: 600) { false }
      while let piece = try reader.next() { body += piece }
    } catch {
      state.withLock { $0.error = error }
      return connection.answer { $0.fail(400, "body", "The body is not whole.") }
    }
    state.withLock { $0.last = body }
    connection.answer { $0.start(201) }
  }

  func roundEnded(_ loop: HTTPLoop) {}
  func woken(_ loop: HTTPLoop) {}
  func expired(_ token: RequestToken, answer: inout HTTPAnswer) { answer.fail(504, "late", "") }
  func abandoned(_ token: RequestToken) {}
}
