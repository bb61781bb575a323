/// What another server answered.
package struct WebAnswer: Sendable, Hashable {
  package var status: Int
  package var body: [UInt8]
  /// Seconds that it asked to be left alone for; 0 where it did not say.
  package var retryAfterSeconds: Int

  package init(status: Int, body: [UInt8] = [], retryAfterSeconds: Int = 0) {
    self.status = status
    self.body = body
    self.retryAfterSeconds = retryAfterSeconds
  }
}

/// Asks other servers, within limits of time and size; redirects are not followed.
package protocol WebTransport: Sendable {
  func get(_ url: String) throws(MessagingError) -> WebAnswer

  /// Sends JSON with some header fields.
  func post(
    _ url: String,
    fields: [(name: String, value: String)],
    json: [UInt8]
  ) throws(MessagingError) -> WebAnswer
}

/// Which addresses of other servers are asked.
package enum WebAddress {
  package static let bytesMax = 2048

  /// Whether a text is `https://HOST…`, or `http://` to this machine; without a user and control
  /// characters.
  package static func isValid(_ text: String) -> Bool {
    guard text.utf8.count <= bytesMax, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
      let start = ["https://", "http://"].first(where: { text.hasPrefix($0) })
    else { return false }
    let rest = text.dropFirst(start.count)
    let authority = rest.prefix { !"/?#".contains($0) }
    guard !authority.isEmpty, !authority.contains("@"), !authority.contains("\\") else {
      return false
    }
    let bracketed = authority.hasPrefix("[")
    let host = bracketed ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
    let port = authority.dropFirst(host.count)
    guard !host.isEmpty, port.isEmpty || (port.hasPrefix(":") && UInt16(port.dropFirst()) != nil)
    else { return false }
    return start == "https://" || ["127.0.0.1", "localhost", "[::1]"].contains(host.lowercased())
  }
}
