import Testing

/// An answer as a client sees it.
struct Answer: Equatable, CustomTestStringConvertible {
  var status: Int
  var head: String
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
  var testDescription: String { "\(status) with \(body.count) bytes" }
  var closes: Bool { head.contains("\r\nConnection: close\r\n") }

  /// The first complete answer and its length; a body after HEAD must be removed by the caller.
  static func first(in bytes: [UInt8]) -> (Answer, Int)? {
    guard let end = headEnd(bytes) else { return nil }
    let head = String(decoding: bytes[..<end], as: UTF8.self)
    let words = head.split(separator: " ", maxSplits: 2)
    guard words.count > 1, let status = Int(words[1]) else { return nil }
    var length = 0
    for line in head.split(separator: "\r\n") where line.hasPrefix("Content-Length:") {
      length = Int(line.dropFirst(15).drop { $0 == " " }) ?? -1
    }
    guard length >= 0, bytes.count >= end + length else { return nil }
    return (
      Answer(status: status, head: head, body: Array(bytes[end..<end + length])), end + length
    )
  }

  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in 0...bytes.count - 4
    where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13
      && bytes[index + 3] == 10
    {
      return index + 4
    }
    return nil
  }
}
