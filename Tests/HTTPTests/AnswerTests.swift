@testable import HTTP
import Testing

@Suite struct AnswerTests {
  private func write(
    _ exchange: Exchange = Exchange(closes: false),
    _ body: (inout HTTPAnswer) -> Void
  ) -> (text: String, closes: Bool) {
    var answer = HTTPAnswer(
      output: ByteBuffer(capacity: 16, limit: 4096),
      date: DateLine(unixSeconds: 0),
      to: exchange
    )
    body(&answer)
    var ended = exchange
    let output = answer.finish(&ended)
    let bytes = output.withSpan(0..<output.count) { $0.array(0..<$0.count) }
    return (String(decoding: bytes, as: UTF8.self), ended.closes)
  }

  private let start =
    "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: application/json\r\n"
    + "X-Content-Type-Options: nosniff\r\n"

  @Test func `an answer is written as it is composed`() {
    let answer = write { answer in
      answer.start(200)
      answer.header("X-Number", -42)
      answer.append("[")
      answer.append(Int.min)
      answer.append(byte: 0x2C)
      answer.append([0x30])
      answer.append("]" as String)
    }
    #expect(
      answer.text == start + "X-Number: -42\r\nContent-Length:         24\r\n\r\n"
        + "[-9223372036854775808,0]"
    )
    #expect(!answer.closes)
  }

  @Test func `a header value cannot add a header`() {
    let answer = write { answer in
      answer.start(200)
      answer.header("X-Name", "a\r\nSet-Cookie: b\0")
    }
    #expect(
      answer.text.contains("\r\nX-Name: aSet-Cookie: b\r\nContent-Length:          0\r\n\r\n")
    )
  }

  @Test func `no content means no length and no body`() {
    let answer = write { answer in
      answer.start(204)
      answer.append("ignored")
    }
    #expect(answer.text.hasPrefix("HTTP/1.1 204 No Content\r\n"))
    #expect(answer.text.hasSuffix("GMT\r\n\r\n") && !answer.text.contains("Content-"))
  }

  @Test func `an application that closes says so`() {
    let answer = write { answer in
      answer.closeConnection()
      answer.start(599, type: "")
    }
    #expect(answer.closes && answer.text.hasPrefix("HTTP/1.1 599 \r\n"))
    #expect(answer.text.contains("\r\nConnection: close\r\n"))
  }

  @Test func `no answer is an answer too`() {
    #expect(write { _ in }.text.hasPrefix("HTTP/1.1 500 "))
  }

  @Test func `an answer above the limit becomes a failure`() {
    let answer = write { answer in
      answer.start(200)
      answer.append([UInt8](repeating: 0x61, count: 5000))
    }
    #expect(answer.closes && answer.text.hasPrefix("HTTP/1.1 500 "))
    #expect(answer.text.contains("answer_too_large") && !answer.text.contains("aaaa"))
  }
}
