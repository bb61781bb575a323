import Foundation
import HTTP
import Testing

/// A server on its own thread and port, for the length of one test.
struct TestServer {
  let loop: HTTPLoop
  let application: TestApplication
  private let ended = DispatchSemaphore(value: 0)

  init(_ limits: Limits) throws {
    loop = try HTTPLoop(limits: limits)
    application = TestApplication()
    application.attach(loop)
    Thread.detachNewThread { [loop, application, ended] in
      loop.run(application)
      ended.signal()
    }
  }

  var port: UInt16 { loop.port }

  func connect(timeoutSeconds: Int = 5, receiveBuffer: Int32 = 0) -> Client {
    Client(loop.port, timeoutSeconds: timeoutSeconds, receiveBuffer: receiveBuffer)
  }

  /// Whether `run` has returned within the time.
  func hasEnded(withinMilliseconds milliseconds: Int) -> Bool {
    ended.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
  }

  /// Waits until the counts are as wanted.
  func expect(
    _ what: Comment,
    _ isReached: (TestApplication.Counts) -> Bool,
    _ location: SourceLocation = #_sourceLocation
  ) {
    for _ in 0..<2000 where !isReached(application.counts) { usleep(1_000) }
    let counts = application.counts
    #expect(isReached(counts), what, sourceLocation: location)
  }
}

/// Runs `body` against a server, checks that it still answers, and stops it.
func withServer(
  _ change: (inout Limits) -> Void = { _ in },
  _ body: (TestServer) throws -> Void
) throws {
  var limits = Limits()
  change(&limits)
  let server = try TestServer(limits)
  try body(server)
  let client = server.connect()
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
  #expect(client.answer()?.text == "hello", "the server still answers")
  server.loop.stop(drainMilliseconds: 0)
  #expect(server.hasEnded(withinMilliseconds: 5_000), "the server stops")
  server.application.detach()
}

/// A POST to `/echo` with a length.
func post(_ body: String, to path: String = "/echo") -> String {
  "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
}
