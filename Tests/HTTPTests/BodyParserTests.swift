import HTTP
import TestSupport
import Testing

/// Bodies come out the same however their bytes are cut, and as a slow reading of the whole has it.
struct BodyParserTests {
  private static func pieces(_ bytes: [UInt8], _ random: inout SeededGenerator)
    -> [[UInt8]]
  {
    var pieces: [[UInt8]] = []
    var index = 0
    while index < bytes.count {
      let count = min(bytes.count - index, [1, 1, 2, 3, 7, 40].randomElement(using: &random) ?? 1)
      pieces.append(Array(bytes[index..<index + count]))
      index += count
    }
    return pieces
  }

  private static func decode(_ pieces: [[UInt8]]) throws -> (body: [UInt8], isComplete: Bool) {
    var decoder = ChunkedDecoder()
    var body: [UInt8] = []
    for piece in pieces { try decoder.take(piece, into: &body) }
    return (body, decoder.isComplete)
  }

  @Test func `chunked bodies come out whole from any pieces`() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<400 {
      var wanted: [UInt8] = []
      var sent: [UInt8] = []
      for _ in 0..<Int.random(in: 0...5, using: &random) {
        let chunk = (0..<Int.random(in: 1...60, using: &random)).map { (_) -> UInt8 in
          [0x0D, 0x0A, 0x30, 0x41].randomElement(using: &random) ?? 0
        }
        wanted += chunk
        let size = String(chunk.count, radix: 16, uppercase: Bool.random(using: &random))
        let padding = String(repeating: "0", count: Int.random(in: 0...3, using: &random))
        let extra = Bool.random(using: &random) ? ";a=\"b\"" : ""
        sent += Array("\(padding)\(size)\(extra)\r\n".utf8) + chunk + Array("\r\n".utf8)
      }
      let trailer = Bool.random(using: &random) ? "X-Sum: 1\r\n" : ""
      sent += Array("0\r\n\(trailer)\r\n".utf8)
      let behind = Array("GET / HTTP/1.1\r\n".utf8)
      let found = try Self.decode(Self.pieces(sent + behind, &random))
      #expect(found.body == wanted)
      #expect(found.isComplete)
      let cut = try Self.decode(Self.pieces(sent.dropLast().map { $0 }, &random))
      #expect(!cut.isComplete)
    }
  }

  @Test(arguments: [
    "x\r\n", "\r\n", "5\nhello\r\n", "5\r\nhello!\r\n", "5\r\nhello\n", "-1\r\n", "+5\r\nhello\r\n",
    "5 \r\nhello\r\n", "0x5\r\nhello\r\n", "11111111111111111\r\n", "ffffffffffffffffff\r\n",
    "0\r\nX: 1\n\r\n",
  ])
  func `what is no chunk is refused in any pieces`(_ text: String) {
    for size in [1, 1000] {
      let bytes = Array(text.utf8)
      let pieces = stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min(bytes.count, $0 + size)])
      }
      #expect(throws: BodyError.self) { _ = try Self.decode(pieces) }
    }
  }

  @Test func `lines and trailers without end are refused`() {
    #expect(throws: BodyError.self) {
      _ = try Self.decode([Array(("5;" + String(repeating: "a", count: 400)).utf8)])
    }
    let line = Array("X: 1234567890\r\n".utf8)
    #expect(throws: BodyError.self) {
      _ = try Self.decode([Array("0\r\n".utf8)] + [[UInt8]](repeating: line, count: 2000))
    }
    #expect(throws: BodyError.self) {
      _ = try Self.decode([Array("0\r\nX: ".utf8), [UInt8](repeating: 0x61, count: 20_000)])
    }
  }

  /// Parts by a reading of the whole body at once.
  private struct Part: Equatable {
    var name: String
    var fileName: String?
    var bytes: [UInt8] = []
  }

  private static func parse(_ pieces: [[UInt8]], _ boundary: String) throws
    -> (parts: [Part], isComplete: Bool)
  {
    var parser = try #require(
      MultipartParser(contentType: "multipart/form-data; boundary=\"\(boundary)\"")
    )
    var parts: [Part] = []
    var isOpen = false
    for piece in pieces {
      try parser.take(piece) { event in
        switch event {
        case .part(let name, let fileName):
          #expect(!isOpen)
          isOpen = true
          parts.append(Part(name: name, fileName: fileName))
        case .bytes(let bytes):
          #expect(isOpen && !bytes.isEmpty)
          parts[parts.count - 1].bytes += bytes
        case .partEnd:
          #expect(isOpen)
          isOpen = false
        }
      }
    }
    return (parts, parser.isComplete)
  }

  @Test func `forms come out whole from any pieces`() throws {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<400 {
      let boundary = ["b", "----x", "a-b"].randomElement(using: &random) ?? "b"
      let near = Array("\r\n--\(boundary.dropLast())".utf8)
      var wanted: [Part] = []
      var sent = Array((Bool.random(using: &random) ? "a preamble\r\n" : "").utf8)
      for number in 0..<Int.random(in: 1...4, using: &random) {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
          bytes += Bool.random(using: &random) ? near : Array("\r\n-,\r".utf8)
        }
        // Nothing in it is the boundary itself.
        bytes += Array("!".utf8)
        let file = Bool.random(using: &random) ? "f \(number).csv" : nil
        wanted.append(Part(name: "n\(number)", fileName: file, bytes: bytes))
        let disposition =
          "Content-Disposition: form-data; name=\"n\(number)\""
          + (file.map { "; filename=\"\($0)\"" } ?? "")
        sent += Array("--\(boundary)\r\n\(disposition)\r\nContent-Type: a/b\r\n\r\n".utf8)
        sent += bytes + Array("\r\n".utf8)
      }
      sent += Array("--\(boundary)--\r\n".utf8)
      let found = try Self.parse(Self.pieces(sent, &random), boundary)
      #expect(found.parts == wanted)
      #expect(found.isComplete)
      let whole = try Self.parse([sent], boundary)
      #expect(whole.parts == wanted)
      let cut = try Self.parse(Self.pieces(sent.dropLast(3).map { $0 }, &random), boundary)
      #expect(!cut.isComplete)
    }
  }

  @Test(arguments: [
    "", "text/csv", "multipart/form-data", "multipart/form-data; boundary=",
    "multipart/mixed; boundary=b", "multipart/form-data; boundary=\"a b\"",
    "multipart/form-data; boundary=" + String(repeating: "b", count: 71),
  ])
  func `what has no boundary is no form`(_ type: String) {
    #expect(MultipartParser(contentType: type) == nil)
  }

  @Test(arguments: [
    "--b\r\n\r\n\r\nx\r\n--b--", "--bx\r\n", "--b\r\nContent-Disposition: attachment\r\n\r\nx",
    "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
    "--b\r\nContent-Disposition: form-data; filename=\"name=x\"\r\n\r\nx\r\n--b--",
    String(repeating: "preamble", count: 2000),
    "--b\r\nX: " + String(repeating: "a", count: 9000),
  ])
  func `what is no form is refused`(_ text: String) {
    #expect(throws: BodyError.self) { _ = try Self.parse([Array(text.utf8)], "b") }
  }
}
