// Safety: every pointer given to a system call is to a local value or array, with its length; the
// list of addresses is freed once, after its last use.
import CLinux
import Glibc

/// One kept connection that asks and waits for the answer; for one thread at a time.
package final class ClientConnection {
  package static let timeoutSeconds = 30

  private let address: ServerAddress
  private var descriptor: Int32 = -1
  private var received: [UInt8] = []

  package init(_ address: ServerAddress) { self.address = address }

  deinit { close() }

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
    let request = Array(head.utf8) + body
    let wasOpen = descriptor >= 0
    do throws(ClientError) {
      return try exchange(request)
    } catch {
      close()
      guard wasOpen, error.code == .broken else { throw error }
    }
    do throws(ClientError) {
      return try exchange(request)
    } catch {
      close()
      throw error
    }
  }

  private func exchange(_ request: [UInt8]) throws(ClientError) -> ClientAnswer {
    if descriptor < 0 { try open() }
    try send(request)
    while true {
      if let (answer, length) = try ClientAnswer.first(in: received) {
        received.removeFirst(length)
        if answer.closes { close() }
        return answer
      }
      try receive()
    }
  }

  private func open() throws(ClientError) {
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

  private func send(_ bytes: [UInt8]) throws(ClientError) {
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

  private func receive() throws(ClientError) {
    var piece = [UInt8](repeating: 0, count: 16_384)
    let count = unsafe piece.withUnsafeMutableBytes { raw in
      unsafe recv(descriptor, raw.baseAddress, raw.count, 0)
    }
    if count > 0 {
      received.append(contentsOf: piece[..<count])
    } else if count == 0 || errno != EINTR {
      throw ClientError(.broken, "the connection broke before an answer came")
    }
  }
}
