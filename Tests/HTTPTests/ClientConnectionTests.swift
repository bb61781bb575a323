import HTTPClient
import Testing

/// The client of simulated traffic reads addresses and answers as they are.
struct ClientConnectionTests {
  @Test(
    arguments: [
      ("http://localhost:8000", "localhost", 8000), ("http://10.0.0.1", "10.0.0.1", 80),
      ("http://x:1/", "x", 1),
    ] as [(String, String, UInt16)]
  )
  func `addresses are hosts and ports`(text: String, host: String, port: UInt16) throws {
    let address = try ServerAddress(text)
    #expect(address.host == host && address.port == port)
  }

  @Test(arguments: [
    "localhost:8000", "https://x", "http://", "http://:80", "http://x:0", "http://x:99999",
    "http://x:1:2", "http://x/path", "http://a b", "http://u@x",
  ])
  func `other addresses are refused`(text: String) {
    #expect { try ServerAddress(text) } throws: { ($0 as? ClientError)?.code == .badAddress }
  }

  @Test func `an answer is taken when it is whole, and not before`() throws {
    let text = "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
    let bytes = Array(text.utf8)
    for count in 0..<bytes.count {
      #expect(try ClientAnswer.first(in: Array(bytes[..<count])) == nil)
    }
    let (answer, length) = try #require(try ClientAnswer.first(in: bytes + [1, 2]))
    #expect(answer.status == 201 && answer.closes && answer.body == Array("hello".utf8))
    #expect(length == bytes.count)
  }

  @Test(arguments: [
    "SMTP ready\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
  ])
  func `what is no answer is refused`(text: String) {
    #expect { try ClientAnswer.first(in: Array(text.utf8)) } throws: {
      ($0 as? ClientError)?.code == .malformed
    }
  }

  @Test func `a connection is kept, and opened again where the server ended it`() throws {
    try withServer { server in
      let address = try ServerAddress("http://127.0.0.1:\(server.port)")
      let connection = ClientConnection(address)
      for number in 0..<3 {
        let body = Array("body \(number)".utf8)
        let answer = try connection.post("/echo", headers: [("X-A", "b")], body)
        #expect(answer.status == 200 && answer.body == body)
      }
      connection.close()
      #expect(try connection.post("/echo", [65]).body == [65])
    }
  }

  @Test func `nobody there is said so`() throws {
    let connection = ClientConnection(try ServerAddress("http://127.0.0.1:1"))
    #expect { try connection.post("/", []) } throws: {
      ($0 as? ClientError)?.code == .unreachable
    }
  }
}
