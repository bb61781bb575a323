import Language
import Testing

struct StatementBlockTests {
  @Test func `empty lines part blocks, and the comment above the first statement names one`() throws
  {
    let text = """
      # The head stands alone.

      feature a = amount
      # Between statements: no name.
      feature b = amount * 2

      # The habits
      # of a card. And more.

      # What is usual,
      # in short. The rest is left out.
      feature c = mean(amount)
          by account over 1h where (amount > 1)
      feature d = c + 1


      feature e = d # behind
      # The end.
      """
    #expect(
      try StatementBlock.all(of: text) == [
        StatementBlock(name: "a … b", statements: ["a", "b"]),
        StatementBlock(name: "What is usual, in short", statements: ["c", "d"]),
        StatementBlock(name: "e", statements: ["e"]),
      ]
    )
  }

  @Test func `a program without statements has no blocks`() throws {
    #expect(try StatementBlock.all(of: "\n# only a comment\n").isEmpty)
  }

  @Test func `a mistake is reported as the parser has it`() {
    #expect(throws: LanguageError.self) { try StatementBlock.all(of: "feature a =") }
  }
}
