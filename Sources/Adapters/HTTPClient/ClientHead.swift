/// The head of an HTTP answer.
struct ClientHead {
  static let bytesMax = 64 << 10

  let status: Int
  let fields: [(name: String, value: String)]
  let closes: Bool
  /// Bytes of the body; nil where they are not known beforehand.
  let length: Int?
  let byteCount: Int

  /// Reads a head; nil where it is not whole yet.
  init?(_ bytes: [UInt8]) throws(ClientError) {
    guard let end = ClientHead.end(bytes) else {
      guard bytes.count <= ClientHead.bytesMax else {
        throw ClientError(.malformed, "the head of an answer is too long")
      }
      return nil
    }
    let lines = bytes[..<end].split(separator: UInt8(ascii: "\n")).map {
      String(decoding: $0, as: UTF8.self).filter { $0 != "\r" && $0 != "\r\n" }
    }
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]),
      (100...599).contains(status)
    else { throw ClientError(.malformed, "an answer does not start with HTTP and a status") }
    var fields: [(name: String, value: String)] = []
    var length: Int?
    var isInPieces = false
    var closes = false
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let name = String(line[..<colon])
      let value = String(line[line.index(after: colon)...].drop { $0 == " " })
      fields.append((name, value))
      switch name.lowercased() {
      case "content-length":
        guard let count = Int(value), (0...ClientAnswer.bodyBytesMax).contains(count) else {
          throw ClientError(.malformed, "an answer has the length '\(value)'")
        }
        length = count
      case "transfer-encoding": isInPieces = true
      case "connection": closes = value.lowercased() == "close"
      default: break
      }
    }
    if status == 204 || status == 304 { length = 0 }
    if status == 101 || isInPieces { length = nil }
    self.status = status
    self.fields = fields
    self.closes = closes
    self.length = length
    byteCount = end
  }

  private static func end(_ bytes: [UInt8]) -> Int? {
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
