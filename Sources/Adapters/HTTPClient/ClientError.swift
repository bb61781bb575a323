/// Why a request had no answer.
package struct ClientError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable {
    /// The address is not one that can be asked.
    case badAddress
    /// Nobody listens there, or the name is unknown.
    case unreachable
    /// The connection broke.
    case broken
    /// Nothing came in time.
    case late
    /// What came is no HTTP answer that this client understands.
    case malformed
  }

  package var code: Code
  package var description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
