import Payments

/// Statements of a program that stand together, between empty lines.
///
///     # The card's habits. Robust, so that a thief does not teach them.
///     feature a = …
///     feature b = …
///
/// is a block of the name `The card's habits`.
package struct StatementBlock: Sendable, Hashable {
  /// The first sentence of the comment above its first statement; without one, the first statement
  /// and the last.
  package let name: String
  /// What its statements are called, in their order.
  package let statements: [String]

  package init(name: String, statements: [String]) {
    self.name = name
    self.statements = statements
  }

  /// The blocks of a program in their order; comments that stand alone are none.
  package static func all(of text: String) throws(LanguageError) -> [StatementBlock] {
    let lines = PlainText.lines(text)
    var blocks: [StatementBlock] = []
    var names: [String] = []
    var comment: [Substring] = []
    var line = 0
    func close() {
      guard let first = names.first, let last = names.last else { return }
      let list = names.count == 1 ? first : "\(first) … \(last)"
      let title = firstSentence(comment)
      blocks.append(StatementBlock(name: title.isEmpty ? list : title, statements: names))
    }
    for statement in try Parser.parse(text) {
      while line < statement.location.line - 1 {
        let words = lines[line].drop(while: \.isWhitespace)
        line += 1
        if words.isEmpty {
          close()
          (names, comment) = ([], [])
        } else if words.first == "#", names.isEmpty {
          comment.append(words.dropFirst())
        }
      }
      names.append(statement.name)
    }
    close()
    return blocks
  }

  /// The words of comment lines up to the first full stop that ends a sentence, without it.
  private static func firstSentence(_ lines: [Substring]) -> String {
    var sentence: [Substring] = []
    for word in lines.flatMap({ $0.split(whereSeparator: \.isWhitespace) }) {
      guard word.last == "." else {
        sentence.append(word)
        continue
      }
      sentence.append(word.dropLast())
      break
    }
    return sentence.joined(separator: " ")
  }
}
