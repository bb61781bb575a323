import Payments

extension JSONReader {
  /// An amount as its decimal text says it, and what it was read as before, if another one; nil
  /// where it is none.
  func money(_ slot: Int, _ takesTexts: Bool, _ scale: UInt8) -> (Money, earlier: Money?)? {
    switch kind(slot) {
    case .integer, .double:
      guard let binary = Money(units: number(slot), scale: scale) else { return nil }
      guard Money.isUnclear(number(slot), scale: scale) else { return (binary, nil) }
      return withNumberText(slot) { Money(parsing: $0, scale: scale) }.map { written in
        (written, written == binary ? nil : binary)
      }
    case .text where takesTexts:
      return withText(slot) { text in
        Money(parsing: text, scale: scale).map { written in
          let earlier = Money(earlier: text, scale: scale)
          return (written, earlier == written ? nil : earlier)
        }
      }
    default: return nil
    }
  }

  /// Whether a number, or a text that is one, lies below 0, also where it would round to 0.
  func isBelowZero(_ slot: Int) -> Bool {
    switch kind(slot) {
    case .integer, .double: number(slot) < 0
    case .text: withText(slot) { Money.isBelowZero($0) }
    default: false
    }
  }
}
