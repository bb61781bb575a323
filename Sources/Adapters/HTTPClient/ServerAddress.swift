/// Where a server is asked: `http://host:port`.
package struct ServerAddress: Sendable, Hashable {
  package let host: String
  package let port: UInt16

  /// Reads an address without a path; port 80 where it says none.
  package init(_ text: String) throws(ClientError) {
    let prefix = "http://"
    guard text.hasPrefix(prefix) else {
      throw ClientError(.badAddress, "'\(text)' does not start with http://")
    }
    var rest = text.dropFirst(prefix.count)
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let host = parts.first, !host.isEmpty,
      host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"/?#@".utf8.contains($0) }),
      let port = parts.count == 2 ? UInt16(parts[1]) : 80, port > 0
    else { throw ClientError(.badAddress, "'\(text)' is not http://host:port") }
    self.host = String(host)
    self.port = port
  }
}
