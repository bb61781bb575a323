// Safety: libhttp-parser reads only the bytes of `range`, which ByteBuffer has proved present, and
// keeps no pointer: `data` is cleared before each call returns.

import CHTTPParser

/// The second judge: libhttp-parser in strict mode, which says how long a message is.
@safe
struct FramingParser {
  /// What libhttp-parser found in a head.
  struct Head {
    var method: HTTPMethod
    var bodyBytes: Int
    var isChunked: Bool
    var keepsAlive: Bool
  }

  private var parser = unsafe http_parser()

  /// Reads a whole head.
  mutating func head(
    _ input: borrowing ByteBuffer,
    _ range: Range<Int>
  ) throws(FramingError) -> Head {
    var found = chttp_head()
    let code = unsafe input.withBytes(range) { bytes in
      unsafe chttp_parse_head(&parser, bytes.baseAddress, bytes.count, &found)
    }
    guard code == 0 else { throw FramingError(code: code) }
    guard found.is_complete, let length = Int(exactly: found.content_length) else {
      throw FramingError(code: Int32(HPE_UNKNOWN.rawValue))
    }
    guard let method = HTTPMethod(number: found.method) else {
      throw FramingError(code: Int32(HPE_INVALID_METHOD.rawValue))
    }
    return Head(
      method: method,
      bodyBytes: length,
      isChunked: found.is_chunked,
      keepsAlive: found.keeps_alive
    )
  }

  /// Reads a whole chunk-size line and returns the size of the chunk.
  mutating func chunkLine(
    _ input: borrowing ByteBuffer,
    _ range: Range<Int>
  ) throws(FramingError) -> UInt64 {
    var size = UInt64.max
    let code = unsafe input.withBytes(range) { bytes in
      unsafe chttp_parse_chunk_line(&parser, bytes.baseAddress, bytes.count, &size)
    }
    guard code == 0, size != .max else { throw FramingError(code: code) }
    return size
  }

  /// Reads bytes of a chunk, or of the line end that follows it.
  mutating func chunk(
    _ input: borrowing ByteBuffer,
    _ range: Range<Int>
  ) throws(FramingError) {
    let code = unsafe input.withBytes(range) { bytes in
      unsafe chttp_parse_chunk(&parser, bytes.baseAddress, bytes.count)
    }
    guard code == 0 else { throw FramingError(code: code) }
  }

  /// Reads the trailer fields with the empty line that ends the message.
  mutating func trailers(
    _ input: borrowing ByteBuffer,
    _ range: Range<Int>
  ) throws(FramingError) {
    var isComplete = false
    let code = unsafe input.withBytes(range) { bytes in
      unsafe chttp_parse_trailers(&parser, bytes.baseAddress, bytes.count, &isComplete)
    }
    guard code == 0, isComplete else { throw FramingError(code: code) }
  }
}

/// libhttp-parser refused the bytes.
struct FramingError: Error {
  let code: Int32

  /// What the client is told, if the head was refused.
  var refusal: Refusal {
    switch UInt32(bitPattern: code) {
    case HPE_INVALID_METHOD.rawValue: .unknownMethod
    case HPE_INVALID_VERSION.rawValue: .unknownVersion
    case HPE_HEADER_OVERFLOW.rawValue: .headTooLong
    case HPE_INVALID_CONTENT_LENGTH.rawValue: .malformedLength
    case HPE_UNEXPECTED_CONTENT_LENGTH.rawValue: .ambiguousLength
    case HPE_INVALID_TRANSFER_ENCODING.rawValue: .unsupportedEncoding
    default: .malformedHead
    }
  }
}

extension HTTPMethod {
  /// The method with libhttp-parser's number, or nil for one this server does not speak.
  fileprivate init?(number: UInt8) {
    switch UInt32(number) {
    case HTTP_GET.rawValue: self = .get
    case HTTP_HEAD.rawValue: self = .head
    case HTTP_POST.rawValue: self = .post
    case HTTP_PUT.rawValue: self = .put
    case HTTP_PATCH.rawValue: self = .patch
    case HTTP_DELETE.rawValue: self = .delete
    case HTTP_OPTIONS.rawValue: self = .options
    case HTTP_TRACE.rawValue: self = .trace
    default: return nil
    }
  }
}
