/// An HTTP answer with a length.
package struct ClientAnswer: Sendable {
  package static let headBytesMax = 64 << 10
  package static let bodyBytesMax = 64 << 20

  package var status: Int
  package var body: [UInt8]
  package var closes: Bool

  package init(status: Int, body: [UInt8], closes: Bool) {
    self.status = status
    self.body = body
    self.closes = closes
  }

  /// The first answer in what was received, and its length; nil where it is not whole yet.
  package static func first(
    in bytes: [UInt8]
  ) throws(ClientError) -> (answer: ClientAnswer, length: Int)? {
    guard let end = headEnd(bytes) else {
      guard bytes.count <= headBytesMax else {
        throw ClientError(.malformed, "the head of an answer is too long")
      }
      return nil
    }
    let lines = bytes[..<end].split(separator: UInt8(ascii: "\n")).map {
      String(decoding: $0, as: UTF8.self).filter { $0 != "\r" }
    }
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]),
      (100...599).contains(status)
    else { throw ClientError(.malformed, "an answer does not start with HTTP and a status") }
    var length = 0
    var closes = false
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let name = line[..<colon].lowercased()
      let value = line[line.index(after: colon)...].drop { $0 == " " }.lowercased()
      switch name {
      case "content-length":
        guard let count = Int(value), (0...bodyBytesMax).contains(count) else {
          throw ClientError(.malformed, "an answer has the length '\(value)'")
        }
        length = count
      case "transfer-encoding": throw ClientError(.malformed, "an answer is in pieces")
      case "connection": closes = value == "close"
      default: break
      }
    }
    guard bytes.count >= end + length else { return nil }
    let answer = ClientAnswer(
      status: status,
      body: Array(bytes[end..<end + length]),
      closes: closes
    )
    return (answer, end + length)
  }

  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    var index = 3
    while index < bytes.count {
      if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13
      {
        return index + 1
      }
      index += 1
    }
    return nil
  }
}
