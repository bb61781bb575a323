// Safety: both buffers are local arrays of the sizes that the functions write at most.
import COpenSSL

/// The answer to a WebSocket client's key (RFC 6455, 4.2.2).
package enum WebSocketKey {
  private static let suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

  /// The value of `Sec-WebSocket-Accept`; nil where the key is not sixteen bytes in base64.
  package static func accept(_ key: borrowing Span<UInt8>) -> String? {
    guard key.count == 24, key[22] == 0x3D, key[23] == 0x3D else { return nil }
    for index in 0..<22 where !isBase64(key[index]) { return nil }
    var text = (0..<key.count).map { key[$0] }
    text += suffix.utf8
    var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
    _ = unsafe SHA1(text, text.count, &digest)
    // Four characters for three bytes, and a zero.
    var encoded = [UInt8](repeating: 0, count: 29)
    let count = unsafe EVP_EncodeBlock(&encoded, digest, Int32(digest.count))
    return String(decoding: encoded.prefix(Int(count)), as: UTF8.self)
  }

  private static func isBase64(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F: true
    default: false
    }
  }
}
