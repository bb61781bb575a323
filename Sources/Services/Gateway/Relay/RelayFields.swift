import HTTP

/// The header fields by which a process that relays says whom it speaks for.
enum RelayFields {
  /// The key that the processes of one installation share.
  static let key: StaticString = "X-Assay-Service"
  /// Where the request came from first.
  static let peer: StaticString = "X-Assay-Peer"
  /// The surface that it came by first.
  static let surface: StaticString = "X-Assay-Surface"

  /// Compares in a time that says nothing of where two texts differ.
  static func isEqual(_ text: String, _ other: String) -> Bool {
    let (a, b) = (Array(text.utf8), Array(other.utf8))
    var difference = a.count == b.count ? 0 : 1
    for index in 0..<min(a.count, b.count) { difference |= Int(a[index] ^ b[index]) }
    return difference == 0
  }

  /// Where a relayed request came from and by which surface; nil where the key is wrong or nothing
  /// can be made of the rest.
  static func origin(
    _ request: borrowing HTTPRequest,
    _ serviceKey: String
  ) -> (peer: PeerAddress, surface: Surface)? {
    guard let text = request.header(key), isEqual(text, serviceKey) else { return nil }
    let peer = request.header(RelayFields.peer).map { PeerAddress($0) } ?? request.peer
    let surface = request.header(surface).map { Surface(word: $0) } ?? .whole
    guard let peer, let surface else { return nil }
    return (peer, surface)
  }
}

extension Gateway {
  /// Takes a relayed request for one that its first client sent; false where somebody claims to
  /// relay who may not.
  func trace(
    _ request: borrowing HTTPRequest,
    _ serviceKey: String,
    _ surface: inout Int,
    _ answer: inout HTTPAnswer
  ) -> Bool {
    guard request.withHeader(RelayFields.key, { !$0.isEmpty }) == true else { return true }
    guard let origin = RelayFields.origin(request, serviceKey) else {
      answer.fail(401, "Invalid service key", "The processes do not share one service key")
      return false
    }
    peer = origin.peer
    surface = origin.surface.number
    return true
  }
}
