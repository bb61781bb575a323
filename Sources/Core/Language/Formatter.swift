import Payments

/// Brings a program into its one layout: a statement a line in normal form, wrapped where it is
/// long, with its comments where they were.
package enum Formatter {
  package static let columnsMax = 100
  private static let indent = "    "

  /// The text laid out anew; it parses to the same statements, and laying it out again changes
  /// nothing.
  ///
  /// A comment behind or inside of a statement that does not fit beside it moves before it. Of
  /// several empty lines one is kept.
  package static func format(_ text: String) throws(LanguageError) -> String {
    let statements = try Parser.parse(text)
    let lastLines = try lastLines(text)
    let lines = PlainText.lines(text)
    var output: [String] = []
    var line = 1
    func keep(_ comment: String) { if !comment.isEmpty { output.append(comment) } }
    func copyComments(before end: Int) {
      while line < end {
        let comment = comment(lines[line - 1])
        if comment.isEmpty {
          if let last = output.last, !last.isEmpty { output.append("") }
        } else {
          keep(comment)
        }
        line += 1
      }
    }
    for (number, statement) in statements.enumerated() {
      copyComments(before: statement.location.line)
      // Two statements of one line share its comment: the first takes it.
      let inside = line <= lastLines[number] ? line...lastLines[number] : nil
      let comments = inside.map { $0.map { comment(lines[$0 - 1]) }.filter { !$0.isEmpty } } ?? []
      let laidOut = wrapped(statement.description)
      let beside = laidOut.count == 1 && comments.count == 1 && inside?.count == 1
      if beside, laidOut[0].count + 2 + comments[0].count <= columnsMax {
        output.append(laidOut[0] + "  " + comments[0])
      } else {
        for comment in comments { keep(comment) }
        output += laidOut
      }
      line = max(line, lastLines[number] + 1)
    }
    copyComments(before: lines.count + 1)
    while output.last == "" { output.removeLast() }
    return output.map { $0 + "\n" }.joined()
  }

  /// The line on which each statement ends.
  private static func lastLines(_ text: String) throws(LanguageError) -> [Int] {
    var ends: [Int] = []
    for token in try Lexer.tokens(of: text) {
      switch token.kind {
      case .end: break
      case .name("feature"), .name("rule"), .name("score"): ends.append(token.location.line)
      default: if !ends.isEmpty { ends[ends.count - 1] = token.location.line }
      }
    }
    return ends
  }

  /// A line's comment, from its sign on, without spaces at its end.
  private static func comment(_ line: Substring) -> String {
    var isText = false
    for index in line.indices {
      if line[index] == "\"" { isText.toggle() }
      if line[index] == "#", !isText {
        var rest = line[index...]
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
      }
    }
    return ""
  }

  /// A statement in lines that fit, cut at spaces outside of texts.
  private static func wrapped(_ statement: String) -> [String] {
    var words: [String] = [""]
    var isText = false
    for character in statement {
      if character == "\"" { isText.toggle() }
      if character == " ", !isText {
        words.append("")
      } else {
        words[words.count - 1].append(character)
      }
    }
    var lines = [words[0]]
    for word in words.dropFirst() {
      let last = lines[lines.count - 1]
      if last.count + 1 + word.count <= columnsMax {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(indent + word)
      }
    }
    return lines
  }
}
