import HTTP
import Testing

struct WebSocketTests {
  @Test func `a key is answered as the example of RFC 6455 says`() {
    let key = Array("dGhlIHNhbXBsZSBub25jZQ==".utf8)
    #expect(WebSocketKey.accept(key.span) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  @Test(arguments: [
    "", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZQAA",
    "dGhlIHNhbXBsZSBub25 ZQ==", "dGhlIHNhbXBsZSBub25jZQ=\n",
  ])
  func `what is not sixteen bytes in base64 is no key`(text: String) {
    let key = Array(text.utf8)
    #expect(WebSocketKey.accept(key.span) == nil)
  }

  @Test(arguments: [
    (0, [0x81, 0]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]),
    (65_535, [0x81, 126, 255, 255]), (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
  ])
  func `a text message says its length as RFC 6455 wants it`(count: Int, head: [UInt8]) {
    let text = [UInt8](repeating: 0x61, count: count)
    var frame: [UInt8] = [7]
    WebSocketFrame.append(text: text.span, to: &frame)
    #expect(frame == [7] + head + text)
  }
}
