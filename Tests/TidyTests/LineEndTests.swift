import Testing

/// CR LF is one `Character`, so that a search for "\n" in a `String` does not find it.
struct LineEndTests {
  /// A line feed, or both, as a text that a `String` is split or searched by.
  static let searches = [
    #"separator: "\n""#, #"separator: "\r\n""#, #"separatedBy: "\n""#, #"separatedBy: "\r\n""#,
    #"of: "\n""#, #"== "\n""#, #"!= "\n""#, #"separatedBy: .newlines"#, #"hasSuffix("\n")"#,
  ]

  static func searches(_ line: Substring) -> Bool {
    // Joining is no search.
    let line = line.replacing(#"joined(separator: "\n")"#, with: "")
      .replacing(#"joined(separator: "\r\n")"#, with: "")
    return searches.contains { line.contains($0) }
  }

  @Test func `texts are cut into lines by PlainText, or where a character is a new line`() throws {
    for file in try Repository.swift(["Sources"]) {
      for (number, line) in file.code.enumerated() where LineEndTests.searches(line) {
        Issue.record("\(file.path):\(number + 1) misses CR LF: use PlainText.lines")
      }
    }
  }

  @Test(arguments: [
    (#"text.split(separator: "\n")"#, true), (#"text.split(separator: "\r\n")"#, true),
    (#"if character == "\n" {"#, true), (#"text.firstIndex(of: "\n")"#, true),
    (#"lines.joined(separator: "\n")"#, false),
    (#"bytes.split(separator: UInt8(ascii: "\n"))"#, false),
    (#"text.split(whereSeparator: \.isNewline)"#, false), (#"text + "\n""#, false),
  ])
  func `such searches are seen`(line: String, isSeen: Bool) {
    #expect(LineEndTests.searches(Substring(line)) == isSeen)
  }
}
