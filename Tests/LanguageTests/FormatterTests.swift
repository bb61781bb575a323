import Language
import Testing

struct FormatterTests {
  @Test func `comments stay, long statements are wrapped, empty lines are one`() throws {
    let text = """
      # Head.


      feature a=amount   # why
      feature b = count()   by account over 3600s  where channel="a # b"
      # inside
      rule r : when amount>1 and
        # of a statement
        a<2 then review because "two  spaces"
      feature long = amount / mean(amount) by account over 30d before this + \
      amount / max(amount) by account over 90d before this


      # End.
      """
    let wanted = """
      # Head.

      feature a = amount  # why
      feature b = count() by account over 1h where (channel = "a # b")
      # inside
      # of a statement
      rule r: when amount > 1 and a < 2 then review because "two  spaces"
      feature long = amount / mean(amount) by account over 30d before this + amount / max(amount) by
          account over 90d before this

      # End.

      """
    #expect(try Formatter.format(text) == wanted)
    #expect(try Formatter.format(wanted) == wanted)
  }

  @Test(arguments: ["", "\n\n", "# only a comment\n", "feature a = 1"])
  func `small programs are laid out`(text: String) throws {
    let laidOut = try Formatter.format(text)
    #expect(try Formatter.format(laidOut) == laidOut)
  }
}
