import Glibc
import HTTP
import Testing

@Suite struct LimitTests {
  /// Status of the answer to one request under `change`.
  private func status(
    _ bytes: String,
    _ change: (inout Limits) -> Void
  ) throws -> Int? {
    var status: Int?
    try withServer(change) { server in
      let client = server.connect()
      client.send(bytes)
      status = client.answer()?.status
      if let status, status >= 400 { #expect(client.answersUntilClosed() == [] && client.isClosed) }
    }
    return status
  }

  @Test(arguments: [(0, 200), (1, 431)])
  func `a head may be as long as the limit`(_ extra: Int, _ expected: Int) throws {
    let fixed = "GET /hello HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n"
    let value = String(repeating: "a", count: 1024 - fixed.utf8.count + extra)
    let request = fixed.replacing("X: ", with: "X: \(value)")
    #expect(try status(request) { $0.headBytes = 1024 } == expected)
  }

  @Test func `an unfinished head above the limit is refused`() throws {
    let request = "GET /hello HTTP/1.1\r\nX: " + String(repeating: "a", count: 20_000)
    #expect(try status(request) { _ in } == 431)
  }

  @Test(arguments: [(0, 200), (1, 431)])
  func `a request may have as many fields as the limit`(_ extra: Int, _ expected: Int) throws {
    let fields = String(repeating: "X: a\r\n", count: 99 + extra)
    #expect(try status("GET /hello HTTP/1.1\r\nHost: a\r\n\(fields)\r\n") { _ in } == expected)
  }

  @Test(arguments: [(0, 200), (1, 414), (40_000, 414)])
  func `a target may be as long as the limit`(_ extra: Int, _ expected: Int) throws {
    let target = "/hello?" + String(repeating: "a", count: (8 << 10) - 7 + extra)
    #expect(try status("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n") { _ in } == expected)
  }

  @Test func `an unfinished target above the limit is refused`() throws {
    #expect(try status("GET /" + String(repeating: "a", count: 9_000)) { _ in } == 414)
  }

  @Test(arguments: [(0, 200), (1, 413)])
  func `a body may be as long as the limit`(_ extra: Int, _ expected: Int) throws {
    let body = String(repeating: "a", count: 10_000 + extra)
    #expect(try status(post(body)) { $0.bodyBytes = 10_000 } == expected)
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let chunk = "3e8\r\n" + String(repeating: "a", count: 1_000) + "\r\n"
    let chunks = String(repeating: chunk, count: 10) + (extra > 0 ? "1\r\na\r\n" : "")
    #expect(try status(head + chunks + "0\r\n\r\n") { $0.bodyBytes = 10_000 } == expected)
  }

  @Test func `a body above the limit is refused before it is sent`() throws {
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
    #expect(try status(head + "Content-Length: 20000000\r\n\r\n") { _ in } == 413)
  }

  @Test func `a body at the default limit arrives whole, chunked with the longest trailers`() throws
  {
    try withServer { server in
      let client = server.connect()
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x62, count: 65_536) + [13, 10]
      for _ in 0..<256 { client.send(chunk) }
      client.send("0\r\nX: " + String(repeating: "a", count: (16 << 10) - 7) + "\r\n\r\n")
      #expect(client.answer()?.body.count == 16 << 20)
    }
  }

  @Test func `large requests share a limit and give their memory back`() throws {
    try withServer({ $0.largeRequestBytes = 1 << 20 }) { server in
      let body = String(repeating: "a", count: 600_000)
      let holder = server.connect()
      holder.send(String(post(body).dropLast(1)))
      usleep(100_000)
      let refused = server.connect()
      refused.send(post(body))
      #expect(refused.answersUntilClosed().map(\.status) == [503] && refused.isClosed)
      holder.send("a")
      #expect(holder.answer()?.body.count == 600_000)
      for _ in 0..<5 {
        let client = server.connect()
        client.send(post(body))
        #expect(client.answer()?.body.count == 600_000)
      }
    }
  }

  @Test func `many small chunks need no more room than their bytes`() throws {
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let chunks = String(repeating: "1\r\na\r\n", count: 10_000)
    #expect(try status(head + chunks + "0\r\n\r\n") { $0.bodyBytes = 10_000 } == 200)
  }

  @Test(arguments: [(0, 200), (1, 400)])
  func `a chunk line may be as long as the limit`(_ extra: Int, _ expected: Int) throws {
    let name = String(repeating: "a", count: 64 - 4 + extra)
    let request =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "1;\(name)\r\na\r\n0\r\n\r\n"
    #expect(try status(request) { $0.chunkLineBytes = 64 } == expected)
  }

  @Test(arguments: [(1, 200), (2, 500)])
  func `an answer may be as long as the limit`(_ mebibytes: Int, _ expected: Int) throws {
    let request = "GET /large?mib=\(mebibytes) HTTP/1.1\r\nHost: a\r\n\r\n"
    #expect(try status(request) { $0.answerBytes = (1 << 20) + 1024 } == expected)
  }

  @Test func `connections above the limit are told 503`() throws {
    var limits = Limits()
    limits.connections = 4
    let server = try TestServer(limits)
    var clients = (0..<4).map { _ in server.connect() }
    for client in clients {
      client.send(post("hello"))
      #expect(client.answer()?.text == "hello")
    }
    let refused = server.connect()
    refused.send(post("hello"))
    #expect(refused.answersUntilClosed().map(\.status) == [503] && refused.isClosed)
    clients.removeLast()
    var isServed = false
    for _ in 0..<100 where !isServed {
      let client = server.connect()
      client.send(post("hello"))
      isServed = client.answer()?.text == "hello"
    }
    #expect(isServed, "a freed slot is used again")
    server.loop.stop(drainMilliseconds: 0)
    #expect(server.hasEnded(withinMilliseconds: 2_000))
    server.application.detach()
  }

  @Test func `deferred clients that go on sending are not read without bound`() throws {
    try withServer { server in
      let client = server.connect(timeoutSeconds: 1)
      client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
      server.expect("the request arrives", { $0.deferred == 1 })
      let block = [UInt8](repeating: 0x61, count: 1 << 20)
      var sent = 0
      while sent < 64 && client.send(block) { sent += 1 }
      #expect(sent < 64, "the socket fills up instead of the server")
    }
  }
}
