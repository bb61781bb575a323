import Foundation
import HTTP
import Testing

@Suite(.serialized) struct DeadlineTests {
  /// Sends `piece` every 20 ms until the server answers, for at most three seconds.
  private func drip(_ client: Client, _ piece: String) -> Duration {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(3) && !client.hears(withinMilliseconds: 20) {
      client.send(piece)
    }
    return ContinuousClock.now - start
  }

  @Test func `a head that drips in is cut by its absolute deadline`() throws {
    try withServer({ $0.headMilliseconds = 200 }) { server in
      let client = server.connect()
      client.send("GET /hello HTTP/1.1\r\nHost: a\r\nX: ")
      #expect(drip(client, "a") < .seconds(2))
      #expect(client.answersUntilClosed().map(\.status) == [408] && client.isClosed)
      #expect(server.application.counts.received == 0)
    }
  }

  @Test(arguments: [("Content-Length: 500", "a"), ("Transfer-Encoding: chunked", "1\r\na\r\n")])
  func `a body that drips in is cut by its absolute deadline`(
    _ field: String,
    _ piece: String
  ) throws {
    try withServer({ $0.bodyMilliseconds = 200 }) { server in
      let client = server.connect()
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n")
      #expect(drip(client, piece) < .seconds(2))
      #expect(client.answersUntilClosed().map(\.status) == [408] && client.isClosed)
      #expect(server.application.counts.received == 0)
    }
  }

  @Test func `a client that says nothing is cut without an answer`() throws {
    try withServer({ $0.headMilliseconds = 100 }) { server in
      let client = server.connect()
      #expect(client.answersUntilClosed() == [] && client.isClosed)
    }
  }

  @Test func `an idle connection is closed after its time and not before`() throws {
    try withServer({
      $0.idleMilliseconds = 300
      $0.headMilliseconds = 100
    }) { server in
      let client = server.connect()
      for _ in 0..<3 {
        client.send(post("hello"))
        #expect(client.answer()?.text == "hello")
        usleep(150_000)
      }
      let start = ContinuousClock.now
      #expect(client.answer() == nil && client.isClosed)
      #expect(ContinuousClock.now - start < .seconds(2))
    }
  }

  @Test func `the deadline of a second request counts from its first byte`() throws {
    try withServer({ $0.headMilliseconds = 200 }) { server in
      let client = server.connect()
      client.send(post("hello"))
      #expect(client.answer()?.text == "hello")
      usleep(300_000)
      client.send("GET /he")
      usleep(100_000)
      client.send("llo HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.text == "hello")
      client.send("GET /he")
      #expect(client.answer()?.status == 408)
    }
  }

  @Test func `a deferred request that takes too long is answered and its answer ignored`() throws {
    try withServer { server in
      let client = server.connect()
      client.send("GET /never?ms=100 HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.status == 504)
      server.application.finishKept()
      server.expect("the late answer is ignored", { $0.late == 1 && $0.expired == 1 })
      client.send(post("hello"))
      #expect(client.answer()?.text == "hello")
    }
  }

  @Test func `a late answer never goes to a later request of the connection`() throws {
    try withServer { server in
      let client = server.connect()
      client.send("GET /never?ms=100 HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.answer()?.status == 504)
      server.application.withholdKept()
      client.send("GET /never?ms=1000 HTTP/1.1\r\nHost: a\r\n\r\n")
      server.expect("the second request arrives", { $0.deferred == 2 })
      server.application.finishWithheld()
      server.expect("the late answer is ignored", { $0.late == 1 })
      #expect(client.answer()?.status == 504)
    }
  }

  @Test func `a client that never reads is cut and others are served`() throws {
    try withServer({ $0.writeMilliseconds = 300 }) { server in
      let stuck = server.connect(receiveBuffer: 4096)
      stuck.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n" + post("never served"))
      let other = server.connect()
      for _ in 0..<10 {
        other.send(post("hello"))
        #expect(other.answer()?.text == "hello")
        usleep(50_000)
      }
      #expect(stuck.answersUntilClosed() == [])
      #expect(stuck.isClosed && stuck.rest > 0)
      // Backpressure: the request behind the stuck answer was not looked at.
      #expect(server.application.counts.received == 11)
    }
  }

  @Test func `a large answer reaches a slow reader whole`() throws {
    try withServer { server in
      let client = server.connect(receiveBuffer: 4096)
      client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n" + post("hello"))
      #expect(client.answer()?.body.count == 10 << 20)
      #expect(client.answer()?.text == "hello")
    }
  }

  @Test func `stopping answers what is in flight and closes the rest`() throws {
    let server = try TestServer(Limits())
    let idle = server.connect()
    idle.send(post("hello"))
    #expect(idle.answer()?.text == "hello")
    let partial = server.connect()
    partial.send("GET /hello HTTP/1.1\r\n")
    let deferred = server.connect()
    deferred.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
    server.expect("the deferred request arrives", { $0.deferred == 1 })
    server.loop.stop(drainMilliseconds: 5_000)
    #expect(idle.answersUntilClosed() == [] && idle.isClosed)
    #expect(server.connect(timeoutSeconds: 1).isClosed, "nobody is accepted any more")
    partial.send("Host: a\r\n\r\n")
    #expect(partial.answersUntilClosed().map(\.closes) == [true] && partial.isClosed)
    server.application.finishKept()
    #expect(deferred.answersUntilClosed().map(\.text) == ["later"] && deferred.isClosed)
    #expect(!server.hasEnded(withinMilliseconds: 50), "clients may still be reading")
    server.application.detach()
    withExtendedLifetime((idle, partial, deferred)) {}
  }

  @Test func `stopping cuts off what is not answered in time`() throws {
    let server = try TestServer(Limits())
    let client = server.connect()
    client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
    server.expect("the request arrives", { $0.deferred == 1 })
    server.loop.stop(drainMilliseconds: 100)
    #expect(server.hasEnded(withinMilliseconds: 2_000))
    #expect(server.application.counts.abandoned == 1)
    #expect(client.answersUntilClosed() == [] && client.isClosed)
    server.application.detach()
  }
}
