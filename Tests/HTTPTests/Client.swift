// Safety: every pointer given to a system call is to a local value or array, with its length.

import CLinux
import Glibc

/// A blocking client on a raw socket, which shows exactly what the server sends.
final class Client {
  private let descriptor: Int32
  private var received: [UInt8] = []
  /// Whether the server has ended the connection.
  private(set) var isClosed = false

  init(_ port: UInt16, timeoutSeconds: Int = 5, receiveBuffer: Int32 = 0) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    let timeoutSize = socklen_t(MemoryLayout<timeval>.size)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, timeoutSize)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, timeoutSize)
    var noDelay: Int32 = 1
    _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, 4)
    if receiveBuffer > 0 {
      var size = receiveBuffer
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, size)
      }
    }
    if status != 0 { isClosed = true }
  }

  deinit { _ = close(descriptor) }

  /// Sends everything; false when the connection broke.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let sent = unsafe bytes.withUnsafeBytes { raw in
        unsafe Glibc.send(
          descriptor,
          raw.baseAddress.map { unsafe $0 + offset },
          raw.count - offset,
          Int32(MSG_NOSIGNAL)
        )
      }
      guard sent > 0 else { return false }
      offset += sent
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Sends nothing more, but still reads.
  func finishWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

  /// Makes the close of this client a reset.
  func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    let size = socklen_t(MemoryLayout<linger>.size)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, size)
  }

  /// Reads once; false at the end, on an error and after the timeout.
  private func readMore() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let read = unsafe chunk.withUnsafeMutableBytes { raw in
      unsafe recv(descriptor, raw.baseAddress, raw.count, 0)
    }
    if read > 0 {
      received.append(contentsOf: chunk[..<read])
      return true
    }
    if read == 0 || errno == ECONNRESET { isClosed = true }
    return false
  }

  /// Whether the server says something within the time.
  func hears(withinMilliseconds milliseconds: Int32) -> Bool {
    var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&event, 1, milliseconds) > 0
  }

  /// The next answer; nil when the connection ends or nothing comes.
  func answer() -> Answer? {
    while true {
      if let (answer, length) = Answer.first(in: received) {
        received.removeFirst(length)
        return answer
      }
      guard readMore() else { return nil }
    }
  }

  /// All answers until the server ends the connection, or stays silent for the timeout.
  func answersUntilClosed() -> [Answer] {
    while readMore() {}
    var answers: [Answer] = []
    while let (answer, length) = Answer.first(in: received) {
      received.removeFirst(length)
      answers.append(answer)
    }
    return answers
  }

  /// All bytes until the server ends the connection, or stays silent for the timeout.
  func bytesUntilClosed() -> [UInt8] {
    while readMore() {}
    return received
  }

  /// Bytes that belong to no complete answer.
  var rest: Int { received.count }
}
