import Storage
import Testing

/// The state machine of alerts, and when a price is reached.
struct AlertStateTests {
  /// Each state with what each change leads to, in the order of `AlertChange`: trigger,
  /// acknowledge, snooze, wake, resolve, reopen, delete; a dash where it is not allowed.
  static let table: [(AlertState, String)] = [
    (.created, "triggered - - - - - deleted"),
    (.triggered, "- acknowledged snoozed - resolved - deleted"),
    (.acknowledged, "- - snoozed - resolved triggered deleted"),
    (.snoozed, "- acknowledged snoozed triggered resolved triggered deleted"),
    (.resolved, "- - - - - triggered deleted"),
    (.deleted, "- - - - - - deleted"),
  ]

  @Test(arguments: table)
  func `a change leads where the table says`(_ state: AlertState, _ row: String) {
    let found = AlertChange.allCases.map { state.after($0)?.word ?? "-" }
    #expect(found.joined(separator: " ") == row)
  }

  @Test func `every state has its word`() {
    #expect(AlertStateTests.table.map(\.0) == AlertState.allCases)
    for state in AlertState.allCases { #expect(AlertState(word: state.word) == state) }
    for kind in AlertKind.allCases { #expect(AlertKind(word: kind.word) == kind) }
    #expect(AlertState(word: "CREATED") == nil)
  }

  @Test(arguments: [
    (6.77, 6.5, 7.0, true), (6.77, 7.0, 6.5, true), (6.77, 6.5, 6.77, true),
    (6.77, 7.0, 6.77, true), (6.77, 6.77, 6.77, true), (6.77, 6.77, 7.0, false),
    (6.77, 6.77, 6.5, false),
    (6.77, 6.78, 7.0, false), (6.77, 6.0, 6.5, false), (6.77, .nan, 7.0, false),
    (6.77, .nan, 6.77, true), (.nan, 6, 7, false), (6.77, 6, .nan, false),
    (6.77, 6, .infinity, false),
  ])
  func `a target is reached between two prices or at the second`(
    _ target: Double,
    _ before: Double,
    _ now: Double,
    _ isReached: Bool
  ) {
    #expect(
      PriceCrossing.reaches(target, from: before.isNaN ? nil : before, to: now) == isReached
    )
  }

  @Test(arguments: [
    ("6.77", 6.77), ("1e-05", 1e-05), ("7", 7), ("0", nil), ("-1", nil), ("nan", nil),
    ("inf", nil), ("6,77", nil), ("", nil), ("6.77 ", nil), ("1e999", nil),
  ])
  func `a price is a number above zero`(_ text: String, _ price: Double?) {
    #expect(PriceCrossing.price(text) == price)
  }
}
