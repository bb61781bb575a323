// Safety: every pointer given to a system call is to a local value or to the bytes of a ByteBuffer,
// with the length it has; descriptors are plain numbers that their owner closes once.

import CLinux
import Glibc

/// The system calls on TCP sockets.
enum Sockets {
  enum Acceptance: Equatable {
    case accepted(Int32, PeerAddress)
    case none, exhausted
  }

  enum Transfer: Equatable {
    case moved(Int)
    case wouldBlock, ended, failed
  }

  /// Listening sockets and the ports they have; port 0 lets the system choose.
  static func listen(
    address: String,
    ports: [UInt16]
  ) throws(HTTPError) -> (descriptors: [Int32], ports: [UInt16]) {
    var opened: (descriptors: [Int32], ports: [UInt16]) = ([], [])
    for port in ports {
      do throws(HTTPError) {
        let (descriptor, port) = try listen(address: address, port: port)
        opened.descriptors.append(descriptor)
        opened.ports.append(port)
      } catch {
        for descriptor in opened.descriptors { close(descriptor) }
        throw HTTPError(operation: "\(error.operation) of port \(port)", errno: error.errno)
      }
    }
    return opened
  }

  private static func listen(address: String, port: UInt16) throws(HTTPError) -> (Int32, UInt16) {
    var v4 = sockaddr_in()
    if unsafe inet_pton(AF_INET, address, &v4.sin_addr) == 1 {
      v4.sin_family = sa_family_t(AF_INET)
      v4.sin_port = port.bigEndian
      let descriptor = try open(AF_INET)
      let size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let bound = unsafe withUnsafePointer(to: &v4) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe bind(descriptor, $0, size)
        }
      }
      return (descriptor, try listening(descriptor, bound))
    }
    var v6 = sockaddr_in6()
    guard unsafe inet_pton(AF_INET6, address, &v6.sin6_addr) == 1 else {
      throw HTTPError(operation: "address", errno: EINVAL)
    }
    v6.sin6_family = sa_family_t(AF_INET6)
    v6.sin6_port = port.bigEndian
    let descriptor = try open(AF_INET6)
    let size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let bound = unsafe withUnsafePointer(to: &v6) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size)
      }
    }
    return (descriptor, try listening(descriptor, bound))
  }

  private static func open(_ family: Int32) throws(HTTPError) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = Glibc.socket(family, kind, 0)
    guard descriptor >= 0 else { throw HTTPError(operation: "socket", errno: errno) }
    set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
    return descriptor
  }

  private static func listening(_ descriptor: Int32, _ bound: Int32) throws(HTTPError) -> UInt16 {
    guard bound == 0 else {
      let error = HTTPError(operation: "bind", errno: errno)
      close(descriptor)
      throw error
    }
    guard Glibc.listen(descriptor, 4096) == 0 else {
      let error = HTTPError(operation: "listen", errno: errno)
      close(descriptor)
      throw error
    }
    // The port stands at the same place in both address families.
    var name = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    _ = unsafe withUnsafeMutablePointer(to: &name) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &size)
      }
    }
    return UInt16(bigEndian: name.sin6_port)
  }

  private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    _ = unsafe setsockopt(descriptor, level, option, &value, 4)
  }

  /// The next waiting connection, which does not block and does not delay small packets.
  static func accept(_ listener: Int32) -> Acceptance {
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    while true {
      var name = sockaddr_in6()
      var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
      let descriptor = unsafe withUnsafeMutablePointer(to: &name) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe accept4(listener, $0, &size, flags)
        }
      }
      if descriptor >= 0 {
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return .accepted(descriptor, peer(&name))
      }
      switch errno {
      case EINTR, ECONNABORTED, EPROTO: continue
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
      default: return .none
      }
    }
  }

  /// The address in a socket name of either family.
  private static func peer(_ name: inout sockaddr_in6) -> PeerAddress {
    guard name.sin6_family == sa_family_t(AF_INET) else {
      let bytes = unsafe withUnsafeBytes(of: name.sin6_addr) { unsafe Array($0) }
      return PeerAddress(bytes: SIMD16(bytes))
    }
    // The four bytes of an IPv4 address stand behind family and port, as flow information does.
    let bytes = unsafe withUnsafeBytes(of: name.sin6_flowinfo) { unsafe Array($0) }
    return PeerAddress(bytes[0], bytes[1], bytes[2], bytes[3])
  }

  /// Reads into the room of `buffer`.
  static func receive(_ descriptor: Int32, into buffer: inout ByteBuffer) -> Transfer {
    guard let base = unsafe buffer.base, buffer.room > 0 else { return .wouldBlock }
    let read = unsafe recv(descriptor, base + buffer.count, buffer.room, 0)
    if read > 0 { buffer.wrote(read) }
    return outcome(read)
  }

  /// Writes `buffer` from `offset` on.
  static func send(
    _ descriptor: Int32,
    _ buffer: borrowing ByteBuffer,
    from offset: Int
  ) -> Transfer {
    let flags = Int32(MSG_NOSIGNAL)
    let sent = unsafe buffer.withBytes(offset..<buffer.count) { bytes in
      unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
    }
    return outcome(sent)
  }

  private static func outcome(_ moved: Int) -> Transfer {
    if moved > 0 { return .moved(moved) }
    if moved == 0 { return .ended }
    switch errno {
    case EAGAIN, EINTR: return .wouldBlock
    default: return .failed
    }
  }

  /// Two ends of one connection inside this process, which do not block; nil where none fits.
  static func pair() -> (Int32, Int32)? {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let made = unsafe ends.withUnsafeMutableBufferPointer {
      unsafe socketpair(AF_UNIX, kind, 0, $0.baseAddress)
    }
    return made == 0 ? (ends[0], ends[1]) : nil
  }

  /// Makes calls on a descriptor return at once.
  static func makeNonBlocking(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }

  /// Waits until a socket has bytes or takes some, or the time is over.
  static func wait(_ descriptor: Int32, forInput: Bool, milliseconds: Int64) {
    let events = Int16(forInput ? POLLIN : POLLOUT)
    var request = pollfd(fd: descriptor, events: events, revents: 0)
    _ = unsafe poll(&request, 1, Int32(clamping: milliseconds))
  }

  /// Tells the peer that nothing more follows.
  static func finishWriting(_ descriptor: Int32) {
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Closes the descriptor.
  static func close(_ descriptor: Int32) {
    _ = Glibc.close(descriptor)
  }

  /// Closes the connection and throws away what the peer did not read.
  static func reset(_ descriptor: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    let size = socklen_t(MemoryLayout<linger>.size)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, size)
    close(descriptor)
  }
}
