import HTTP
import Testing

@Suite struct ExchangeTests {
  @Test func `a body of a known length is echoed`() throws {
    try withServer { server in
      let client = server.connect()
      client.send(post("hello"))
      let answer = client.answer()
      #expect(answer?.status == 200 && answer?.text == "hello" && answer?.closes == false)
      #expect(answer?.head.contains("\r\nDate: ") == true)
      client.send(post(""))
      #expect(client.answer()?.text == "")
    }
  }

  @Test func `a request is understood wherever it is cut in two`() throws {
    try withServer { server in
      let client = server.connect()
      let bytes = Array(post("hello").utf8)
      for cut in 0...bytes.count {
        client.send(Array(bytes[..<cut]))
        client.send(Array(bytes[cut...]))
        #expect(client.answer()?.text == "hello")
      }
    }
  }

  @Test func `eight pipelined requests are answered in order`() throws {
    try withServer { server in
      let client = server.connect()
      client.send((1...8).map { post("body \($0)") }.joined())
      for number in 1...8 { #expect(client.answer()?.text == "body \(number)") }
      client.send((1...8).map { post("body \($0)", to: "/later") }.joined())
      for _ in 1...8 { #expect(client.answer()?.text == "later") }
      #expect(server.application.counts.received == 16)
    }
  }

  @Test func `pipelined bytes cut anywhere give the same answers`() throws {
    try withServer { server in
      let bytes = Array((post("one") + post("two", to: "/later") + post("three")).utf8)
      for cut in stride(from: 1, to: bytes.count, by: 7) {
        let client = server.connect()
        client.send(Array(bytes[..<cut]))
        client.send(Array(bytes[cut...]))
        for text in ["one", "later", "three"] { #expect(client.answer()?.text == text) }
      }
    }
  }

  @Test(arguments: [
    "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    "5;name=value\r\nhello\r\n006\r\n world\r\n0\r\n\r\n",
    "1\r\nh\r\n1\r\ne\r\n9\r\nllo world\r\n0\r\nX-Trailer: a\r\nY: b\r\n\r\n",
    "B\r\nhello world\r\n0;last\r\n\r\n",
  ])
  func `chunks are joined`(_ chunks: String) throws {
    try withServer { server in
      let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      let whole = server.connect()
      whole.send(head + chunks + post("next"))
      #expect(whole.answer()?.text == "hello world")
      #expect(whole.answer()?.text == "next")
      let cut = server.connect()
      for byte in Array((head + chunks + post("next")).utf8) { cut.send([byte]) }
      #expect(cut.answer()?.text == "hello world")
      #expect(cut.answer()?.text == "next")
    }
  }

  @Test func `a client that expects 100 is told to continue`() throws {
    try withServer { server in
      let client = server.connect()
      client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
      )
      #expect(client.answer()?.status == 100)
      client.send("hello")
      #expect(client.answer()?.text == "hello")
    }
  }

  @Test func `HTTP 1.0 closes unless it asks to be kept`() throws {
    try withServer { server in
      let kept = server.connect()
      for _ in 0..<2 {
        kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(kept.answer()?.head.contains("Connection: keep-alive") == true)
      }
      let closed = server.connect()
      closed.send("GET /hello HTTP/1.0\r\n\r\n")
      #expect(closed.answersUntilClosed().map(\.closes) == [true] && closed.isClosed)
    }
  }

  @Test func `HEAD has the length and no body`() throws {
    try withServer { server in
      let client = server.connect()
      client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(client.answersUntilClosed() == [])
      #expect(client.isClosed && client.rest > 0)
      let ended = server.connect()
      ended.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      ended.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      // Read as one answer, the "body" of HEAD is the beginning of the next head.
      #expect(ended.answer()?.text == "HTTP/")
    }
  }

  @Test func `an upgrade is answered like any request`() throws {
    try withServer { server in
      let client = server.connect()
      client.send(
        "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
          + post("next")
      )
      #expect(client.answer()?.text == "hello")
      #expect(client.answer()?.text == "next")
    }
  }

  @Test func `one empty line before a request and a whole address are accepted`() throws {
    try withServer { server in
      let client = server.connect()
      client.send("\r\nGET http://a.example/hello HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.text == "hello")
    }
  }

  @Test func `routes are found with their names`() throws {
    try withServer { server in
      let client = server.connect()
      client.send("GET /things/a%2Fb%20c?x=1 HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.text == "a/b c")
      client.send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.status == 404)
      client.send("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      let refused = client.answer()
      #expect(refused?.status == 405)
      #expect(refused?.head.contains("Allow: GET, HEAD\r\n") == true)
    }
  }

  @Test func `a half-closed client still gets its answers`() throws {
    try withServer { server in
      let client = server.connect()
      client.send(post("hello") + post("", to: "/later"))
      client.finishWriting()
      #expect(client.answersUntilClosed().map(\.text) == ["hello", "later"])
      #expect(client.isClosed)
    }
  }

  @Test func `two hundred resets in the middle of a request do no harm`() throws {
    try withServer { server in
      let bytes = Array(post("hello", to: "/later").utf8)
      for number in 0..<200 {
        let client = server.connect()
        client.send(Array(bytes[..<(number % bytes.count)]))
        client.resetOnClose()
      }
    }
  }

  @Test func `a reset behind a deferred request abandons it`() throws {
    try withServer { server in
      var client: Client? = server.connect()
      client?.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
      server.expect("the request arrives", { $0.deferred == 1 })
      client?.resetOnClose()
      client = nil
      server.expect("the application learns of it", { $0.abandoned == 1 })
      server.application.finishKept()
      server.expect("the late answer is ignored", { $0.late == 1 })
    }
  }

  @Test func `a thousand connections are answered at once`() throws {
    try withServer { server in
      let clients = (0..<1000).map { _ in server.connect() }
      for client in clients { client.send(post("", to: "/later")) }
      #expect(clients.allSatisfy { $0.answer()?.text == "later" })
      for (number, client) in clients.enumerated() { client.send(post("\(number)")) }
      for (number, client) in clients.enumerated() {
        #expect(client.answer()?.text == "\(number)")
      }
    }
  }

  @Test func `requests of one round are handed over together`() throws {
    try withServer { server in
      let clients = (0..<200).map { _ in server.connect() }
      for client in clients { client.send(post("", to: "/later")) }
      for client in clients { #expect(client.answer()?.text == "later") }
      let counts = server.application.counts
      #expect(counts.batches.reduce(0, +) == 200)
      #expect(counts.woken <= counts.batches.count)
    }
  }
}
