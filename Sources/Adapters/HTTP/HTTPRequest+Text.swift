extension HTTPRequest {
  /// The path as it was sent, without query.
  package var pathText: String {
    withPath { String(decoding: $0.array(0..<$0.count), as: UTF8.self) }
  }

  /// The value of the first field with this name, in any case; nil also when it is not UTF-8.
  package func header(_ name: StaticString) -> String? {
    withHeader(name) { String(validating: $0.array(0..<$0.count), as: UTF8.self) } ?? nil
  }

  /// The decoded value of the first query item with this name; nil also when it is not UTF-8.
  package func value(of name: StaticString) -> String? {
    withQuery { PercentCoding.value(of: name, in: $0) }
  }

  /// The decoded text of a path segment that a `Router` found; nil when it is not UTF-8.
  package func text(of segment: PathSegment) -> String? {
    withPath { path in
      guard segment.end <= path.count else { return nil }
      return PercentCoding.decode(path, Int(segment.start)..<Int(segment.end), plusIsBlank: false)
    }
  }
}
