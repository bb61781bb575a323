// Safety: the system's text of an error is copied at once.
import Glibc

/// A server could not be set up.
package struct HTTPError: Error, CustomStringConvertible {
  /// The step that failed: `address`, `socket`, `bind` or `listen`, `of port` which; `epoll` or
  /// `eventfd`.
  package let operation: String
  /// The system's error number.
  package let errno: Int32

  /// The step, and what the system says.
  package var description: String {
    let reason = unsafe String(cString: strerror(errno))
    return "HTTP server: \(operation) failed: \(reason)"
  }
}
