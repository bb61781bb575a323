/// The request methods an application can meet; any other is answered with 405.
package enum HTTPMethod: String, Sendable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
  case trace = "TRACE"

  /// The value of `Allow` for a method that is none of them.
  static let allowed: StaticString = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
}
