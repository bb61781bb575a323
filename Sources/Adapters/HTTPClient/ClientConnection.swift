// Safety: every pointer given to a system call is to a local value or array, with its length; the
// list of addresses is freed once, after its last use.
import CLinux
import Glibc

/// One kept connection that asks and waits for the answer; for one thread at a time.
package final class ClientConnection {
  package static let timeoutSeconds = 30

  private let address: ServerAddress
  private var descriptor: Int32 = -1
  private(set) var received: [UInt8] = []

  package init(_ address: ServerAddress) { self.address = address }

  deinit { close() }

  /// Closes a connection that `ask` gave away.
  package static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

  package func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
    received.removeAll(keepingCapacity: true)
  }

  /// Sends a request and returns its answer.
  ///
  /// A kept connection that the server has ended meanwhile is opened again, once; what is asked
  /// must therefore be something that may arrive twice.
  package func post(
    _ path: String,
    headers: [(name: String, value: String)] = [],
    _ body: [UInt8]
  ) throws(ClientError) -> ClientAnswer {
    var head = "POST \(path) HTTP/1.1\r\nHost: \(address.host):\(address.port)\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    head += "Content-Length: \(body.count)\r\n\r\n"
    guard case .whole(let answer) = try ask(Array(head.utf8) + body, mayRepeat: true) else {
      throw ClientError(.malformed, "an answer is in pieces")
    }
    return answer
  }

  /// Sends the bytes of a whole request and returns what comes back.
  ///
  /// A kept connection that the server has ended before is opened anew. With `mayRepeat` so is one
  /// that breaks before its answer comes, once: what is asked may then arrive twice.
  package func ask(
    _ request: [UInt8],
    mayRepeat: Bool,
    isHead: Bool = false
  ) throws(ClientError) -> ClientReply {
    if descriptor >= 0, hasEnded { close() }
    let wasOpen = descriptor >= 0
    do throws(ClientError) {
      return try exchange(request, isHead)
    } catch {
      close()
      guard mayRepeat, wasOpen, error.code == .broken else { throw error }
    }
    do throws(ClientError) {
      return try exchange(request, isHead)
    } catch {
      close()
      throw error
    }
  }

  /// Whether the server has ended a connection on which nothing is asked.
  private var hasEnded: Bool {
    var byte: UInt8 = 0
    let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
    return count >= 0 || (errno != EAGAIN && errno != EINTR)
  }

  private func exchange(
    _ request: [UInt8],
    _ isHead: Bool
  ) throws(ClientError) -> ClientReply {
    if descriptor < 0 { try open() }
    try send(request)
    while true {
      guard let head = try ClientHead(received) else {
        try receive()
        continue
      }
      guard let length = isHead ? 0 : head.length else {
        defer { (descriptor, received) = (-1, []) }
        return .endless(descriptor: descriptor, received: received)
      }
      if let (answer, length) = ClientAnswer.answer(head, length, received) {
        received.removeFirst(length)
        if answer.closes { close() }
        return .whole(answer)
      }
      try receive()
    }
  }

  func open() throws(ClientError) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(address.host, "\(address.port)", &hints, &list)
    guard code == 0 else {
      throw ClientError(
        .unreachable,
        "\(address.host): \(unsafe String(cString: gai_strerror(code)))"
      )
    }
    defer { unsafe freeaddrinfo(list) }
    var reason = "no address"
    var next = unsafe list
    while let found = unsafe next?.pointee {
      unsafe next = found.ai_next
      let socket = unsafe socket(found.ai_family, found.ai_socktype, 0)
      guard socket >= 0 else { continue }
      var timeout = timeval(tv_sec: ClientConnection.timeoutSeconds, tv_usec: 0)
      let size = socklen_t(MemoryLayout<timeval>.size)
      _ = unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
      _ = unsafe setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
      var noDelay: Int32 = 1
      _ = unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, 4)
      if unsafe connect(socket, found.ai_addr, found.ai_addrlen) == 0 {
        descriptor = socket
        return
      }
      reason = unsafe String(cString: strerror(errno))
      _ = Glibc.close(socket)
    }
    throw ClientError(.unreachable, "\(address.host):\(address.port): \(reason)")
  }

  func send(_ bytes: [UInt8]) throws(ClientError) {
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
      guard sent > 0 else {
        if sent < 0, errno == EINTR { continue }
        throw ClientError(.broken, "the connection broke while a request was sent")
      }
      offset += sent
    }
  }

  /// Forgets what has come up to a place.
  func dropReceived(_ count: Int) { received.removeFirst(count) }

  /// Waits until bytes or the end have come, or at most so long; whether something has come.
  ///
  /// With `orRoom` it waits for the server to take more, too.
  func wait(milliseconds: Int, orRoom: Bool = false) -> Bool {
    let events = Int16(POLLIN) | (orRoom ? Int16(POLLOUT) : 0)
    var request = pollfd(fd: descriptor, events: events, revents: 0)
    let count = unsafe poll(&request, 1, Int32(clamping: milliseconds))
    return count > 0 && request.revents & ~Int16(POLLOUT) != 0
  }

  /// Sends as much as the server takes at once from a place on; how much that was, nil where the
  /// connection is broken.
  func sendSome(_ bytes: [UInt8], from offset: Int) -> Int? {
    let sent = unsafe bytes.withUnsafeBytes { raw in
      unsafe Glibc.send(
        descriptor,
        raw.baseAddress.map { unsafe $0 + offset },
        raw.count - offset,
        Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
      )
    }
    if sent >= 0 { return sent }
    return errno == EAGAIN || errno == EINTR ? 0 : nil
  }

  func receive() throws(ClientError) {
    var piece = [UInt8](repeating: 0, count: 16_384)
    let count = unsafe piece.withUnsafeMutableBytes { raw in
      unsafe recv(descriptor, raw.baseAddress, raw.count, 0)
    }
    if count > 0 {
      received.append(contentsOf: piece[..<count])
    } else if count < 0, errno == EAGAIN {
      throw ClientError(.late, "no answer came within \(ClientConnection.timeoutSeconds) s")
    } else if count == 0 || errno != EINTR {
      throw ClientError(.broken, "the connection broke before an answer came")
    }
  }
}
