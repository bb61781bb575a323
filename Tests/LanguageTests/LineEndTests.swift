import Language
import Testing

/// Programs that were written on Windows.
struct LineEndTests {
  private static let program = """
    # Head. More.

    feature a=amount   # why
    # of b
    feature b = count()   by account over 1h

    # Second block.
    feature c = 1

    """

  @Test(arguments: ["\r\n", "\n\r\n"])
  func `CR LF is laid out and told apart as LF is`(end: String) throws {
    let text = LineEndTests.program.replacing("\n", with: end)
    let plain = LineEndTests.program.replacing("\n", with: end.replacing("\r\n", with: "\n"))
    #expect(try Formatter.format(text) == Formatter.format(plain))
    #expect(try StatementBlock.all(of: text) == StatementBlock.all(of: plain))
    #expect(try Parser.parse(text).map(\.description) == Parser.parse(plain).map(\.description))
  }

  @Test func `mixed line ends, and a CR alone, trap nowhere`() throws {
    for text in ["feature a = 1\r\n\nfeature b = 2\n\r\n# end\r\n", "\r\n", "# x\ry\r\n", "\r"] {
      _ = try Formatter.format(text)
      _ = try StatementBlock.all(of: text)
    }
  }
}
