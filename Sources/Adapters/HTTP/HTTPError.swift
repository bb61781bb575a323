import Glibc

/// A server could not be set up.
package struct HTTPError: Error, CustomStringConvertible {
  /// The step that failed: `address`, `socket`, `bind`, `listen`, `epoll` or `eventfd`.
  package let operation: String
  /// The system's error number.
  package let errno: Int32

  /// The step and the error number.
  package var description: String { "HTTP server: \(operation) failed (errno \(errno))" }
}
