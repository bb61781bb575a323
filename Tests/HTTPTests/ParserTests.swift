@testable import HTTP
import Testing

@Suite struct ParserTests {
  /// What came out of some bytes: the requests, and how it ended.
  private struct Outcome: Equatable {
    var requests: [String] = []
    var isRefused = false
  }

  /// A small generator with a seed, so that a failure can be repeated.
  private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  /// Feeds `pieces` as a connection would.
  private func parse(_ pieces: [ArraySlice<UInt8>], _ limits: Limits) -> Outcome {
    var parser = RequestParser()
    var input = ByteBuffer(capacity: 64, limit: 1 << 20)
    var outcome = Outcome()
    for piece in pieces {
      if parser.start > 0 { parser.compact(&input) }
      input.append(Array(piece).span)
      var isDone = false
      while !isDone && input.count > parser.start {
        switch parser.advance(&input, limits) {
        case .needsMore, .apart: isDone = true
        case .wantsContinue: break
        case .refused:
          outcome.isRefused = true
          return outcome
        case .complete:
          let request = HTTPRequest(parser, input, from: PeerAddress(127, 0, 0, 1), by: 0)
          let body = request.withBody { body in
            body.byteOffsets.map { String(body.byte($0)) }.joined(separator: ",")
          }
          outcome.requests.append("\(request.method) \(request.pathText) \(body)")
          #expect(request.readableBytes >= parser.bodyLength + ByteBuffer.padding)
          parser.next(&input)
        }
      }
    }
    return outcome
  }

  private static let seeds = [
    post("hello") + "GET /a?b=c HTTP/1.1\r\nHost: a\r\nX-Key: 1234\r\n\r\n",
    "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n"
      + "a\r\n0123456789\r\n0\r\nT: u\r\n\r\n" + post("end"),
    "PUT /e HTTP/1.1\r\nExpect: 100-continue\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      + "GET / HTTP/1.0\r\n\r\n",
  ]

  private static let spices = [
    "\r\n", "\n", "\r", " ", "\t", ":", ";", "\0", "Content-Length: 4\r\n", "0\r\n\r\n", "HTTP/1.1",
    "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "ffffffffffffffff", "GET ", "\u{FF}", ",",
  ]

  private func mutate(_ bytes: [UInt8], _ random: inout Random) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.remove(at: at)
      case 3:
        let spice = Self.spices.randomElement(using: &random) ?? ""
        bytes.insert(contentsOf: Array(spice.utf8), at: at)
      default:
        let end = min(bytes.count, at + Int.random(in: 1...20, using: &random))
        bytes.insert(contentsOf: bytes[at..<end], at: at)
      }
      if bytes.isEmpty { bytes = [0x47] }
    }
    return bytes
  }

  @Test func `mutated requests are harmless and mean the same however they are cut`() {
    var random = Random(state: 20_261_120)
    var limits = Limits()
    limits.bodyBytes = 4096
    var refused = 0
    for number in 0..<20_000 {
      let bytes = mutate(Array(Self.seeds[number % Self.seeds.count].utf8), &random)
      let whole = parse([bytes[...]], limits)
      let first = Int.random(in: 0...bytes.count, using: &random)
      let second = Int.random(in: first...bytes.count, using: &random)
      let cut = parse([bytes[..<first], bytes[first..<second], bytes[second...]], limits)
      if whole != cut {
        Issue.record("input \(number) cut at \(first), \(second): \(whole) but \(cut): \(bytes)")
        return
      }
      if whole.isRefused { refused += 1 }
    }
    #expect(refused > 5_000 && refused < 20_000)
  }

  @Test func `the seeds themselves are understood at every cut`() {
    for seed in Self.seeds {
      let bytes = Array(seed.utf8)
      let whole = parse([bytes[...]], Limits())
      #expect(whole.requests.count == 2 && !whole.isRefused)
      #expect(parse(bytes.indices.map { bytes[$0...$0] }, Limits()) == whole)
    }
  }

  @Test func `deadlines come due in time and in no other case`() {
    var random = Random(state: 7)
    var wheel = DeadlineWheel(slots: 64, now: 1_000)
    var wanted = [Int64?](repeating: nil, count: 64)
    var now: Int64 = 1_000
    for _ in 0..<20_000 {
      let slot = Int.random(in: 0..<64, using: &random)
      if Int.random(in: 0..<8, using: &random) == 0 {
        wheel.clear(slot)
        wanted[slot] = nil
      } else {
        let deadline = now + Int64.random(in: 0...60_000, using: &random)
        wheel.set(slot, at: deadline)
        wanted[slot] = deadline
      }
      let earliest = wanted.compactMap(\.self).min()
      if let earliest { #expect((wheel.delay(now: now) ?? .max) <= max(0, earliest - now) + 4) }
      #expect((wheel.delay(now: now) == nil) == (earliest == nil))
      now += Int64.random(in: 0...300, using: &random)
      var due: [Int] = []
      wheel.expire(now: now, into: &due)
      for slot in due {
        #expect((wanted[slot] ?? .max) <= now)
        wanted[slot] = nil
      }
      #expect(wanted.allSatisfy { ($0 ?? .max) > now - 5 })
    }
  }

  @Test(arguments: [
    (0, "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
    (951_782_399, "Date: Mon, 28 Feb 2000 23:59:59 GMT\r\n"),
    (951_782_400, "Date: Tue, 29 Feb 2000 00:00:00 GMT\r\n"),
    (1_795_203_372, "Date: Fri, 20 Nov 2026 19:36:12 GMT\r\n"),
  ])
  func `the date line follows the calendar`(_ seconds: Int, _ line: String) {
    let bytes = DateLine(unixSeconds: seconds).bytes
    #expect(String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) == line)
  }

  @Test func `query items are decoded`() {
    let query = Array("a=1&limit=20&text=a+b%2Bc%C3%A9&bad=%4&alone".utf8)
    #expect(PercentCoding.value(of: "limit", in: query.span) == "20")
    #expect(PercentCoding.value(of: "text", in: query.span) == "a b+cé")
    #expect(PercentCoding.value(of: "bad", in: query.span) == nil)
    #expect(PercentCoding.value(of: "alone", in: query.span) == "")
    #expect(PercentCoding.value(of: "absent", in: query.span) == nil)
  }

  @Test func `header fields are found in any case, first one first`() {
    let lines = Array("Host: a\r\nX-Key:  one \r\nx-key: two\r\nX-Ke: no\r\n\r\n".utf8)
    let span = lines.span
    let range = FieldLines.value(of: "X-KEY", in: span)
    #expect(range.map { span.array($0) } == Array("one".utf8))
    #expect(FieldLines.value(of: "X-Keys", in: span) == nil)
    #expect(FieldLines.value(of: "", in: span) == nil)
  }

  @Test func `a token survives as a word`() {
    let token = RequestToken(slot: 9_999, generation: .max)
    #expect(RequestToken(bits: token.bits) == token)
  }
}
