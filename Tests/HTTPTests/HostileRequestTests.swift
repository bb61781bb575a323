import HTTP
import Testing

/// Bytes no server should be confused by.
struct HostileRequest: CustomTestStringConvertible, Sendable {
  var name: String
  var bytes: String
  var status = 400
  var testDescription: String { name }

  init(_ name: String, _ bytes: String, _ status: Int = 400) {
    self.name = name
    self.bytes = bytes
    self.status = status
  }

  /// A POST with these header lines after Host, and a second request that must never be served.
  static func headers(_ name: String, _ lines: String, _ status: Int = 400) -> HostileRequest {
    HostileRequest(
      name,
      "POST /echo HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\nhello" + post("smuggled"),
      status
    )
  }

  static func chunks(_ name: String, _ body: String, _ status: Int = 400) -> HostileRequest {
    HostileRequest(
      name,
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)",
      status
    )
  }

  static let table: [HostileRequest] = [
    .headers("space before the colon", "Content-Length : 5"),
    .headers("tab before the colon", "Content-Length\t: 5"),
    .headers("space before the colon of an encoding", "Transfer-Encoding : chunked"),
    .headers("space in a field name", "X Y: 5\r\nContent-Length: 5"),
    .headers("empty field name", ": 5"),
    .headers("field without a colon", "Nonsense"),
    .headers("folded field", "X: a\r\n b"),
    .headers("field folded with a tab", "X: a\r\n\tb"),
    .headers("length and encoding", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
    .headers("encoding and length", "Transfer-Encoding: chunked\r\nContent-Length: 5"),
    .headers("two equal lengths", "Content-Length: 5\r\nContent-Length: 5"),
    .headers("two different lengths", "Content-Length: 5\r\nContent-Length: 6"),
    .headers("list of lengths", "Content-Length: 5, 5"),
    .headers("signed length", "Content-Length: +5"),
    .headers("negative length", "Content-Length: -5"),
    .headers("empty length", "Content-Length:"),
    .headers("hexadecimal length", "Content-Length: 0x5"),
    .headers("length with a blank inside", "Content-Length: 5 5"),
    .headers("overflowing length", "Content-Length: 99999999999999999999"),
    .headers("length of 2 to the 64th", "Content-Length: 18446744073709551616"),
    .headers("length above the limit", "Content-Length: 16777217", 413),
    .headers("unknown encoding", "Transfer-Encoding: gzip"),
    .headers("two encodings", "Transfer-Encoding: gzip, chunked"),
    .headers("repeated encoding", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    .headers("encoding with a tail", "Transfer-Encoding: chunkedx"),
    .headers("identity encoding", "Transfer-Encoding: identity"),
    .headers("NUL in a value", "X: a\0b"),
    .headers("bare CR in a value", "X: a\rb"),
    .headers("control character in a value", "X: a\u{1}b"),
    .headers("delete character in a value", "X: a\u{7F}b"),
    .headers("second host", "Host: b"),
    HostileRequest("bare LF line ends", "GET /hello HTTP/1.1\nHost: a\n\n"),
    HostileRequest("bare LF after a field", "GET /hello HTTP/1.1\r\nHost: a\n\r\n"),
    HostileRequest("no host on 1.1", "GET /hello HTTP/1.1\r\n\r\n"),
    HostileRequest(
      "encoding on 1.0",
      "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    HostileRequest("garbage", "\u{16}\u{3}\u{1}\u{2}\u{0}"),
    HostileRequest("garbage line", "hello there general kenobi\r\n"),
    HostileRequest("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    HostileRequest("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    HostileRequest("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
    HostileRequest("HTTP/0.9", "GET /hello\r\n"),
    HostileRequest("lower-case protocol", "GET /hello http/1.1\r\nHost: a\r\n\r\n"),
    HostileRequest("two blanks in the request line", "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    HostileRequest("tab in the request line", "GET\t/hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    HostileRequest("blank after the version", "GET /hello HTTP/1.1 \r\nHost: a\r\n\r\n"),
    HostileRequest("blank before the method", " GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    HostileRequest("two empty lines first", "\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    HostileRequest("relative target", "GET hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    HostileRequest("fragment in the target", "GET /hello#x HTTP/1.1\r\nHost: a\r\n\r\n"),
    HostileRequest("byte above ASCII in the target", "GET /h\u{E9}llo HTTP/1.1\r\nHost: a\r\n\r\n"),
    HostileRequest("unknown method", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    HostileRequest("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    .chunks("0x chunk size", "0x5\r\nhello\r\n0\r\n\r\n"),
    .chunks("signed chunk size", "+5\r\nhello\r\n0\r\n\r\n"),
    .chunks("empty chunk size", "\r\nhello\r\n0\r\n\r\n"),
    .chunks("blank before the chunk size", " 5\r\nhello\r\n0\r\n\r\n"),
    .chunks("blank after the chunk size", "5 \r\nhello\r\n0\r\n\r\n"),
    .chunks("overflowing chunk size", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
    .chunks("chunk above the limit", "1000001\r\nhello", 413),
    .chunks("chunk size ended by LF", "5\nhello\r\n0\r\n\r\n"),
    .chunks("chunk extension ended by LF", "5;a\nhello\r\n0\r\n\r\n"),
    .chunks("chunk longer than its size", "3\r\nhello\r\n0\r\n\r\n"),
    .chunks("chunk ended by LF", "5\r\nhello\n0\r\n\r\n"),
    .chunks("control character in an extension", "5;a\u{1}\r\nhello\r\n0\r\n\r\n"),
    .chunks("trailer ended by LF", "5\r\nhello\r\n0\r\nX: a\n\r\n"),
    .chunks("blank before the colon of a trailer", "5\r\nhello\r\n0\r\nX : a\r\n\r\n"),
    .chunks("length in a trailer", "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n"),
    .chunks("host in a trailer", "5\r\nhello\r\n0\r\nHost: b\r\n\r\n"),
  ]
}

@Suite struct HostileRequestTests {
  @Test(arguments: HostileRequest.table)
  func `a hostile request gets one refusal and the end of its connection`(
    _ hostile: HostileRequest
  ) throws {
    try withServer { server in
      let client = server.connect(timeoutSeconds: 2)
      client.send(hostile.bytes)
      let first = client.answer()
      #expect(first?.status == hostile.status)
      #expect(first?.closes == true)
      #expect(first?.text.hasPrefix("{\"error\":\"") == true)
      // The server has ended its side; it waits for ours so that the answer is not lost.
      #expect(client.answersUntilClosed() == [])
      #expect(client.isClosed && client.rest == 0)
      #expect(server.application.counts.received == 0)
    }
  }

  @Test(arguments: HostileRequest.table)
  func `the refusal does not depend on how the bytes are cut`(_ hostile: HostileRequest) throws {
    try withServer { server in
      let client = server.connect(timeoutSeconds: 2)
      for byte in Array(hostile.bytes.utf8) { client.send([byte]) }
      #expect(client.answersUntilClosed().map(\.status) == [hostile.status])
      #expect(client.isClosed && server.application.counts.received == 0)
    }
  }
}
