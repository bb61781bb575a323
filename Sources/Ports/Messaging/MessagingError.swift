/// Why something did not leave the platform; safe to show: no address, secret or server's words.
package struct MessagingError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// Nobody there, or too slow: try again later.
    case unreachable
    /// The other side's certificate is not trusted, or it has no TLS.
    case untrusted
    /// The other side does not accept who we are.
    case unauthorized
    /// It does not take this one now: try again later.
    case busy
    /// It will never take this one.
    case rejected
    /// It cannot be sent as it is.
    case invalid
    /// Stopped on purpose.
    case stopped
  }

  package var code: Code
  package var description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
