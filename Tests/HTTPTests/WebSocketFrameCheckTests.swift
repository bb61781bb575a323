import Testing

@testable import HTTP

/// Frames of a client that break RFC 6455 end with 1002.
struct WebSocketFrameCheckTests {
  private static let mask: [UInt8] = [0, 0, 0, 0]

  private static func frame(_ first: UInt8, _ count: Int, length: [UInt8]? = nil) -> [UInt8] {
    let plain: [UInt8] =
      count < 126 ? [0x80 | UInt8(count)] : [0xFE, UInt8(count >> 8), UInt8(count & 255)]
    return [first] + (length ?? plain) + mask + [UInt8](repeating: 0x61, count: count)
  }

  private static let broken: [(String, [UInt8])] = [
    ("a ping of 126 bytes", frame(0x89, 126)), ("a pong of 126 bytes", frame(0x8A, 126)),
    ("a close of 126 bytes", frame(0x88, 126)), ("a close of one byte", frame(0x88, 1)),
    ("a fragmented ping", frame(0x09, 2)), ("a fragmented pong", frame(0x0A, 2)),
    ("a fragmented close", frame(0x08, 2)),
    ("two bytes for 5", frame(0x81, 5, length: [0xFE, 0, 5])),
    ("two bytes for 125", frame(0x81, 125, length: [0xFE, 0, 125])),
    ("eight bytes for 5", frame(0x81, 5, length: [0xFF, 0, 0, 0, 0, 0, 0, 0, 5])),
    ("eight bytes for 65535", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 255, 255] + mask),
    ("the top bit of a length", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 1, 0, 0] + mask),
    ("a reserved bit", frame(0xC1, 2)), ("another reserved bit", frame(0x91, 2)),
    ("a reserved opcode", frame(0x83, 2)), ("a reserved control opcode", frame(0x8B, 2)),
    ("a frame without a mask", [0x81, 2, 0x61, 0x61]),
    ("a continuation of nothing", frame(0x80, 2)),
    ("a new message within another", frame(0x01, 2) + frame(0x81, 2)),
  ]

  private static let sound: [[UInt8]] = [
    frame(0x81, 0), frame(0x81, 125), frame(0x82, 126), frame(0x89, 125), frame(0x8A, 0),
    frame(0x01, 2) + frame(0x89, 1) + frame(0x00, 3) + frame(0x80, 0) + frame(0x81, 2),
  ]

  @Test(arguments: broken)
  func `a broken head is found, however its bytes come`(name: String, bytes: [UInt8]) {
    var whole = WebSocketFrameCheck()
    #expect(whole.sound(bytes) < bytes.count, "\(name)")
    var single = WebSocketFrameCheck()
    #expect(bytes.contains { single.sound([$0]) == 0 }, "\(name)")
    var behind = WebSocketFrameCheck()
    let before = WebSocketFrameCheckTests.sound[5]
    #expect(behind.sound(before + bytes) >= before.count)
  }

  @Test(arguments: sound)
  func `what keeps to the protocol passes`(bytes: [UInt8]) {
    var whole = WebSocketFrameCheck()
    #expect(whole.sound(bytes) == bytes.count)
    var single = WebSocketFrameCheck()
    #expect(bytes.allSatisfy { single.sound([$0]) == 1 })
  }

  @Test(arguments: broken)
  func `the session says 1002 and ends, after an answer to what came before`(
    name: String,
    bytes: [UInt8]
  ) throws {
    let session = try #require(WebSocketSession())
    #expect(session.take([0x89, 0x81] + WebSocketFrameCheckTests.mask + [0x70]))
    #expect(session.takeOutput() == [0x8A, 1, 0x70])
    #expect(!session.take(bytes), "\(name)")
    let output = session.takeOutput()
    #expect(
      output.starts(with: [0x88]) && Array(output.dropFirst(2).prefix(2)) == [3, 0xEA],
      "\(name)"
    )
    #expect(session.isClosing)
  }
}
