// Safety: system calls get arrays with their own lengths.
import Foundation
import Testing

@testable import HTTP

/// Two connections joined byte for byte.
struct TunnelTests {
  private static let bytesCount = 3 << 20

  /// Two ends of one connection.
  private static func pair() -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    let made = unsafe ends.withUnsafeMutableBufferPointer {
      unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, $0.baseAddress)
    }
    #expect(made == 0)
    return (ends[0], ends[1])
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { raw in
        let start = unsafe raw.baseAddress.map { unsafe $0 + offset }
        return unsafe Glibc.write(descriptor, start, raw.count - offset)
      }
      guard count > 0 else { return }
      offset += count
    }
  }

  private static func read(
    _ descriptor: Int32,
    _ count: Int,
    pause: useconds_t = 0
  ) -> [UInt8] {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while all.count < count {
      let wanted = min(piece.count, count - all.count)
      let got = unsafe piece.withUnsafeMutableBytes { raw in
        unsafe Glibc.read(descriptor, raw.baseAddress, wanted)
      }
      guard got > 0 else { break }
      all += piece[..<got]
      if pause > 0 { usleep(pause) }
    }
    return all
  }

  private static func noise(_ seed: UInt8) -> [UInt8] {
    (0..<bytesCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) ^ seed }
  }

  private static func withTunnels(_ body: (TunnelLoop) throws -> Void) throws {
    let loop = try TunnelLoop()
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [loop, ended] in
      loop.run()
      ended.signal()
    }
    try body(loop)
    loop.stop()
    #expect(ended.wait(timeout: .now() + 10) == .success)
  }

  @Test func `what one end writes the other reads, both ways at once, also where one is slow`()
    throws
  {
    try TunnelTests.withTunnels { loop in
      let (client, clientEnd) = TunnelTests.pair()
      let (server, serverEnd) = TunnelTests.pair()
      Sockets.makeNonBlocking(clientEnd)
      let handed = HandedConnection(descriptor: clientEnd, unread: [1, 2], unsent: [3])
      loop.adopt(handed, serverEnd, [4, 5])
      let (up, down) = (TunnelTests.noise(0), TunnelTests.noise(0xFF))
      Thread.detachNewThread { TunnelTests.write(up, to: client) }
      Thread.detachNewThread { TunnelTests.write(down, to: server) }
      let finished = DispatchSemaphore(value: 0)
      Thread.detachNewThread { [finished] in
        #expect(TunnelTests.read(server, 2 + up.count, pause: 500) == [1, 2] + up)
        finished.signal()
      }
      #expect(TunnelTests.read(client, 3 + down.count) == [3, 4, 5] + down)
      #expect(finished.wait(timeout: .now() + 30) == .success)
      // One end goes: the other gets what is on its way, and then the end.
      TunnelTests.write([7], to: client)
      close(client)
      #expect(TunnelTests.read(server, 2) == [7])
      close(server)
    }
  }

  @Test func `the end of the loop ends its tunnels`() throws {
    let (client, clientEnd) = TunnelTests.pair()
    let (server, serverEnd) = TunnelTests.pair()
    try TunnelTests.withTunnels { loop in
      let handed = HandedConnection(descriptor: clientEnd, unread: [9], unsent: [])
      loop.adopt(handed, serverEnd, [])
      #expect(TunnelTests.read(server, 1) == [9])
    }
    #expect(TunnelTests.read(server, 1) == [])
    #expect(TunnelTests.read(client, 1) == [])
    close(client)
    close(server)
  }

  @Test func `a loop listens on several ports, and requests say by which they came`() throws {
    let loop = try HTTPLoop(port: 0, andPorts: [0, 0])
    #expect(Set(loop.ports).count == 3)
    let application = ListenerApplication()
    Thread.detachNewThread { [loop, application] in loop.run(application) }
    for (number, port) in loop.ports.enumerated() {
      let client = Client(port)
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      let text = String(decoding: client.bytesUntilClosed(), as: UTF8.self)
      #expect(text.hasSuffix("\r\n\r\n\(number)"))
    }
    loop.stop(drainMilliseconds: 100)
    #expect(throws: HTTPError.self) { try HTTPLoop(port: 0, andPorts: [loop.port, loop.port]) }
  }

  @Test func `addresses are read as they are written`() {
    for address in [
      PeerAddress(192, 0, 2, 1), PeerAddress(bytes: SIMD16(0..<16)),
      PeerAddress(bytes: SIMD16(repeating: 255)),
    ] { #expect(PeerAddress(address.description) == address) }
    for text in ["", "1.2.3", "1.2.3.256", "::1", "1:2:3:4:5:6:7", "localhost"] {
      #expect(PeerAddress(text) == nil, "\(text)")
    }
  }
}

private final class ListenerApplication: HTTPApplication, Sendable {
  func receive(
    _ request: borrowing HTTPRequest,
    token: RequestToken,
    answer: inout HTTPAnswer
  ) -> Reception {
    answer.start(200)
    answer.append(request.listener)
    return .answered
  }

  func roundEnded(_ loop: HTTPLoop) {}
  func woken(_ loop: HTTPLoop) {}
  func expired(_ token: RequestToken, answer: inout HTTPAnswer) {}
  func abandoned(_ token: RequestToken) {}
}
