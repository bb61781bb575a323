// Safety: the context is made once and freed once, by `deinit`; OpenSSL counts the sessions that
// use it. Paths live through the calls they are given to.
import COpenSSL
import Glibc

/// A certificate and its key, and the rules of TLS: 1.2 or later, no renegotiation, no compression.
@safe
package final class TLSContext: @unchecked Sendable {
  /// Why there can be no TLS.
  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  /// `SSL_CTRL_SET_MIN_PROTO_VERSION`, `SSL_CTRL_MODE` and the modes: macros that Swift does not
  /// import.
  private static let setOldestVersion: Int32 = 123
  private static let setMode: Int32 = 33
  private static let oldestVersion = 0x0303
  /// Writes may end in the middle, and go on from another buffer.
  private static let writingModes = 1 | 2

  /// Mozilla's "intermediate" for TLS 1.2: forward secrecy, and ciphers that seal what they carry.
  ///
  /// TLS 1.3 has no others.
  private static let ciphers = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
  ].joined(separator: ":")

  let handle: OpaquePointer

  /// Reads a chain of certificates and the key of its first, both as PEM.
  package init(certificate: String, key: String) throws(Failure) {
    ERR_clear_error()
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
      throw Failure(description: "OpenSSL does not start: \(TLSContext.reason)")
    }
    unsafe handle = context
    _ = unsafe SSL_CTX_ctrl(context, TLSContext.setOldestVersion, TLSContext.oldestVersion, nil)
    _ = unsafe SSL_CTX_ctrl(context, TLSContext.setMode, TLSContext.writingModes, nil)
    let noRenegotiation: UInt64 = 1 << 30
    let noCompression: UInt64 = 1 << 17
    let serverPreference: UInt64 = 1 << 22
    _ = unsafe SSL_CTX_set_options(context, noRenegotiation | noCompression | serverPreference)
    guard unsafe SSL_CTX_set_cipher_list(context, TLSContext.ciphers) == 1 else {
      throw Failure(description: "OpenSSL lacks the ciphers of TLS 1.2: \(TLSContext.reason)")
    }
    guard unsafe SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
      throw Failure(description: "the certificate \(certificate): \(TLSContext.reason)")
    }
    guard unsafe SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 else {
      throw Failure(description: "the key \(key): \(TLSContext.reason)")
    }
    guard unsafe SSL_CTX_check_private_key(context) == 1 else {
      throw Failure(description: "the key \(key) is not that of \(certificate)")
    }
  }

  deinit { unsafe SSL_CTX_free(handle) }

  /// What OpenSSL says of its last failure.
  private static var reason: String {
    let code = ERR_get_error()
    guard code != 0, let text = unsafe ERR_reason_error_string(code) else {
      return "it cannot be read"
    }
    return unsafe String(cString: text)
  }
}
