/// A request the server answers itself, without asking the application, and then closes.
package enum Refusal: Equatable, Sendable {
  case malformedRequestLine, bareLineFeed, controlCharacter, foldedField, malformedFieldName
  case missingHost, repeatedHost, ambiguousLength, malformedLength, unsupportedEncoding
  case malformedHead, malformedChunk, malformedTrailer
  case headTooSlow, bodyTooSlow, bodyTooLong, targetTooLong, headTooLong, tooManyFields
  case unknownMethod, unknownVersion, tooManyConnections, outOfMemory

  /// The HTTP status.
  package var status: Int {
    switch self {
    case .headTooSlow, .bodyTooSlow: 408
    case .bodyTooLong: 413
    case .targetTooLong: 414
    case .headTooLong, .tooManyFields: 431
    case .unknownMethod: 405
    case .tooManyConnections, .outOfMemory: 503
    case .unknownVersion: 505
    default: 400
    }
  }

  /// The word for programs in the `error` member of the answer.
  package var code: StaticString {
    switch self {
    case .headTooSlow, .bodyTooSlow: "request_timeout"
    case .bodyTooLong: "body_too_large"
    case .targetTooLong: "target_too_long"
    case .headTooLong, .tooManyFields: "head_too_large"
    case .unknownMethod: "unknown_method"
    case .tooManyConnections: "too_many_connections"
    case .outOfMemory: "overloaded"
    case .unknownVersion: "unknown_version"
    default: "bad_request"
    }
  }

  /// The sentence for people in the `message` member of the answer.
  package var message: StaticString {
    switch self {
    case .malformedRequestLine: "The request line is malformed."
    case .bareLineFeed: "A line does not end in CR LF."
    case .controlCharacter: "The head holds a control character."
    case .foldedField: "A header field is folded over two lines."
    case .malformedFieldName: "A header field name is malformed."
    case .missingHost: "HTTP/1.1 requires a Host header field."
    case .repeatedHost: "The Host header field is repeated."
    case .ambiguousLength: "The length of the body is given more than once."
    case .malformedLength: "The Content-Length is malformed."
    case .unsupportedEncoding: "The Transfer-Encoding is not 'chunked' alone on HTTP/1.1."
    case .malformedHead: "The head of the request is malformed."
    case .malformedChunk: "A chunk of the body is malformed."
    case .malformedTrailer: "A trailer field is malformed or not allowed."
    case .headTooSlow: "The head of the request took too long."
    case .bodyTooSlow: "The body of the request took too long."
    case .bodyTooLong: "The body is larger than this server accepts."
    case .targetTooLong: "The request target is longer than this server accepts."
    case .headTooLong: "The head is larger than this server accepts."
    case .tooManyFields: "The request has more header fields than this server accepts."
    case .unknownMethod: "The method is not known to this server."
    case .unknownVersion: "This server speaks HTTP/1.0 and HTTP/1.1."
    case .tooManyConnections: "The server has as many connections as it accepts."
    case .outOfMemory: "The server holds as many large requests as it accepts."
    }
  }
}
