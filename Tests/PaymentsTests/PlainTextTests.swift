import Payments
import Testing

struct PlainTextTests {
  @Test(arguments: ["a\nb\n\n# c\n", "a\r\nb\r\n\r\n# c\r\n", "a\rb\r\r# c\r", "a\r\nb\n\r\n# c\r"])
  func `every line end becomes a line feed`(text: String) {
    #expect(PlainText.unified(text) == "a\nb\n\n# c\n")
    #expect(PlainText.decoded([0xEF, 0xBB, 0xBF] + Array(text.utf8)) == "a\nb\n\n# c\n")
  }

  @Test func `lines end with LF or CR LF`() {
    #expect(PlainText.lines("a\r\n\nb\r\n") == ["a", "", "b", ""])
    #expect(PlainText.lines("") == [""])
    #expect(PlainText.lines("\r\n") == ["", ""])
    #expect(PlainText.lines("é\u{301}\r\nx") == ["é\u{301}", "x"])
  }

  @Test func `what is not UTF-8 is no text`() {
    #expect(PlainText.decoded([0xFF, 0xFE, 0x61, 0x00]) == nil)
    #expect(PlainText.decoded([0xEF, 0xBB, 0xBF]) == "")
    #expect(PlainText.unified("a\u{FEFF}b") == "a\u{FEFF}b")
  }
}
