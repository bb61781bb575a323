// Safety: the session is made once and freed once, by `deinit`, before its descriptor is closed;
// buffers are given with the room or the bytes that they have.
import COpenSSL

/// One client's TLS over a socket that does not block.
@safe
final class TLSSession {
  enum Transfer: Equatable {
    case moved(Int)
    /// Nothing moves until the socket has bytes, or takes some.
    case wantsInput, wantsOutput
    /// The client has said that nothing follows.
    case ended
    case failed
  }

  private let handle: OpaquePointer

  /// A session that waits for a client's first bytes; nil without memory.
  init?(_ context: TLSContext, _ descriptor: Int32) {
    guard let session = unsafe SSL_new(context.handle) else { return nil }
    unsafe handle = session
    guard unsafe SSL_set_fd(session, descriptor) == 1 else {
      unsafe SSL_free(session)
      return nil
    }
    unsafe SSL_set_accept_state(session)
  }

  deinit { unsafe SSL_free(handle) }

  /// Whether client and server have agreed on their keys.
  var isAgreed: Bool { unsafe SSL_is_init_finished(handle) == 1 }

  /// Goes on agreeing.
  func agree() -> Transfer {
    ERR_clear_error()
    return outcome(unsafe SSL_do_handshake(handle))
  }

  /// Reads into the room of `buffer`.
  func receive(into buffer: inout ByteBuffer) -> Transfer {
    guard let base = unsafe buffer.base, buffer.room > 0 else { return .wantsInput }
    ERR_clear_error()
    let count = unsafe SSL_read(handle, base + buffer.count, Int32(clamping: buffer.room))
    if count > 0 { buffer.wrote(Int(count)) }
    return outcome(count)
  }

  /// Writes `buffer` from `offset` on.
  func send(_ buffer: borrowing ByteBuffer, from offset: Int) -> Transfer {
    ERR_clear_error()
    let count = unsafe buffer.withBytes(offset..<buffer.count) { bytes in
      unsafe SSL_write(handle, bytes.baseAddress, Int32(clamping: bytes.count))
    }
    return outcome(count)
  }

  /// Says that nothing follows.
  func finish() {
    ERR_clear_error()
    if isAgreed { _ = unsafe SSL_shutdown(handle) }
  }

  private func outcome(_ result: Int32) -> Transfer {
    if result > 0 { return .moved(Int(result)) }
    switch unsafe SSL_get_error(handle, result) {
    case SSL_ERROR_WANT_READ: return .wantsInput
    case SSL_ERROR_WANT_WRITE: return .wantsOutput
    case SSL_ERROR_ZERO_RETURN: return .ended
    default: return .failed
    }
  }
}
