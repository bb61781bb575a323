/// A part of a request's path that stood where a route has `{name}`.
package struct PathSegment: Equatable, Sendable {
  var start: UInt16 = 0
  var end: UInt16 = 0
}

/// What a `Router` found.
package enum RouteMatch: Sendable {
  /// A route, with the segments that stood for its `{names}`, in order.
  case found(handler: Int, segments: InlineArray<4, PathSegment>)
  /// The path exists with these methods only: the value of `Allow`.
  case methodNotAllowed(allow: String)
  /// No route has this path.
  case notFound
}

/// Finds a handler's number by method and path, without allocating when there is one.
///
/// Patterns are written like `/cases/{id}/notes`. A segment in braces stands for any non-empty
/// segment; others match byte by byte. HEAD goes where GET goes. Routes are tried in order.
package struct Router: Sendable {
  private struct Route {
    let method: HTTPMethod
    let handler: Int
    /// Nil where any segment fits.
    let segments: [[UInt8]?]
  }

  /// `{names}` in one pattern.
  package static let namesMax = 4
  private var routes: [Route] = []

  /// A router without routes.
  package init() {}

  /// Adds a route; give the busiest first.
  package mutating func add(_ method: HTTPMethod, _ pattern: String, handler: Int) {
    precondition(pattern.utf8.first == 0x2F, "a route begins with a slash")
    let segments = pattern.utf8.dropFirst().split(
      separator: 0x2F,
      omittingEmptySubsequences: false
    ).map { part in part.first == 0x7B && part.last == 0x7D ? nil : Array(part) }
    precondition(segments.count { $0 == nil } <= Self.namesMax, "a route has at most four names")
    routes.append(Route(method: method, handler: handler, segments: segments))
  }

  /// The route of a request.
  package func match(_ request: borrowing HTTPRequest) -> RouteMatch {
    let method = request.method
    return request.withPath { path in match(method, path) }
  }

  func match(_ method: HTTPMethod, _ path: Span<UInt8>) -> RouteMatch {
    guard path.count <= Int(UInt16.max) else { return .notFound }
    var found = InlineArray<4, PathSegment>(repeating: PathSegment())
    var isKnown = false
    for route in routes where Self.fits(route.segments, path, &found) {
      isKnown = true
      if route.method == method || (method == .head && route.method == .get) {
        return .found(handler: route.handler, segments: found)
      }
    }
    return isKnown ? .methodNotAllowed(allow: allowed(path)) : .notFound
  }

  private static func fits(
    _ segments: [[UInt8]?],
    _ path: Span<UInt8>,
    _ found: inout InlineArray<4, PathSegment>
  ) -> Bool {
    var position = 0
    var names = 0
    for segment in segments {
      guard position < path.count, path[position] == 0x2F else { return false }
      position += 1
      let start = position
      while position < path.count && path[position] != 0x2F { position += 1 }
      if let literal = segment {
        guard literal.count == position - start else { return false }
        for offset in literal.indices where literal[offset] != path[start + offset] {
          return false
        }
      } else {
        guard position > start else { return false }
        found[names] = PathSegment(start: UInt16(start), end: UInt16(position))
        names += 1
      }
    }
    return position == path.count
  }

  private func allowed(_ path: Span<UInt8>) -> String {
    var found = InlineArray<4, PathSegment>(repeating: PathSegment())
    var names: [String] = []
    for route in routes where Self.fits(route.segments, path, &found) {
      if !names.contains(route.method.rawValue) { names.append(route.method.rawValue) }
      if route.method == .get { names.append(HTTPMethod.head.rawValue) }
    }
    return names.joined(separator: ", ")
  }
}
