// Safety: libwslay calls back only inside `take`, `ping` and `close` of the session that it was
// given, which is alive then; it reads and writes at most the lengths it says. The context is
// freed once, with the session.
import CWslay
import Glibc

/// One WebSocket as its server sees it: frames in, control frames out (libwslay).
///
/// Pings are answered, a close is answered by a close, and whatever breaks the protocol ends it.
/// What a client says is counted, not kept.
@safe
final class WebSocketSession {
  /// A client has nothing long to say here.
  static let messageBytesMax: UInt64 = 64 << 10
  /// A control frame has 125 bytes, two of them the code.
  private static let reasonBytesMax = 123
  private static let protocolError: UInt16 = 1002

  private var context: wslay_event_context_ptr?
  private var frames = WebSocketFrameCheck()
  private var input: [UInt8] = []
  private var read = 0
  /// Control frames that wait to be sent.
  private(set) var output: [UInt8] = []
  /// Whether one of the sides has said that nothing more follows.
  private(set) var isClosing = false

  init?() {
    var callbacks = wslay_event_callbacks()
    unsafe callbacks.recv_callback = { context, buffer, length, _, user in
      guard let buffer = unsafe buffer else { return -1 }
      let session = unsafe WebSocketSession.of(user)
      let count = min(length, session.input.count - session.read)
      if count == 0 {
        unsafe wslay_event_set_error(context, Int32(WSLAY_ERR_WOULDBLOCK.rawValue))
        return -1
      }
      for offset in 0..<count { unsafe buffer[offset] = session.input[session.read + offset] }
      session.read += count
      return count
    }
    unsafe callbacks.send_callback = { _, data, length, _, user in
      let session = unsafe WebSocketSession.of(user)
      unsafe session.output.append(contentsOf: UnsafeBufferPointer(start: data, count: length))
      return length
    }
    let user = unsafe Unmanaged.passUnretained(self).toOpaque()
    guard unsafe wslay_event_context_server_init(&context, &callbacks, user) == 0 else {
      return nil
    }
    unsafe wslay_event_config_set_max_recv_msg_length(context, Self.messageBytesMax)
  }

  deinit { unsafe wslay_event_context_free(context) }

  private static func of(_ user: UnsafeMutableRawPointer?) -> WebSocketSession {
    guard let user = unsafe user else { preconditionFailure("every context has its session") }
    return unsafe Unmanaged<WebSocketSession>.fromOpaque(user).takeUnretainedValue()
  }

  /// Takes in bytes of the client; false where the connection cannot go on.
  func take(_ bytes: [UInt8]) -> Bool {
    if isClosing { return true }
    let sound = frames.sound(bytes)
    input = sound == bytes.count ? bytes : Array(bytes[..<sound])
    read = 0
    let isWell = unsafe wslay_event_recv(context) == 0
    input.removeAll(keepingCapacity: true)
    send()
    guard isWell, sound < bytes.count, !isClosing else { return isWell }
    close(Self.protocolError, "the frame breaks RFC 6455")
    return false
  }

  /// Asks the client for a sign of life.
  func ping() { queue(WSLAY_PING.rawValue, []) }

  /// Says that nothing more follows, by a code of RFC 6455, 7.4.1, and a few words.
  func close(_ code: UInt16, _ reason: String = "") {
    let words = Array(reason.utf8.prefix(Self.reasonBytesMax))
    unsafe words.withUnsafeBufferPointer {
      _ = unsafe wslay_event_queue_close(context, code, $0.baseAddress, $0.count)
    }
    send()
  }

  private func queue(_ opcode: UInt32, _ payload: [UInt8]) {
    unsafe payload.withUnsafeBufferPointer { payload in
      var message = unsafe wslay_event_msg(
        opcode: UInt8(opcode),
        msg: payload.baseAddress,
        msg_length: payload.count
      )
      _ = unsafe wslay_event_queue_msg(context, &message)
    }
    send()
  }

  private func send() {
    _ = unsafe wslay_event_send(context)
    isClosing =
      unsafe wslay_event_get_close_received(context) != 0
      || wslay_event_get_close_sent(context) != 0
  }

  /// The control frames that wait, which are the caller's to send now.
  func takeOutput() -> [UInt8] {
    defer { output.removeAll(keepingCapacity: true) }
    return output
  }
}

/// Text messages as a server frames them: the same bytes for every client.
package enum WebSocketFrame {
  /// Appends a text message in one frame.
  package static func append(text: borrowing Span<UInt8>, to bytes: inout [UInt8]) {
    // FIN and the opcode of text, then the length (RFC 6455, 5.2); servers do not mask.
    bytes.append(0x81)
    let count = text.count
    if count < 126 {
      bytes.append(UInt8(count))
    } else if count <= 0xFFFF {
      bytes.append(126)
      bytes.append(UInt8(count >> 8))
      bytes.append(UInt8(count & 0xFF))
    } else {
      bytes.append(127)
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: count >> shift))
      }
    }
    for index in 0..<count { bytes.append(text[index]) }
  }
}
