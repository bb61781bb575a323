/// Why an input cannot be taken: what was wrong, where, and what was expected.
package struct InputError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// The file cannot be opened or read, or is cut off.
    case unreadable
    /// The text is not JSON, CSV or UTF-8.
    case malformed
    /// A field is missing, of the wrong type, out of range or unknown.
    case invalid
    /// More than a limit allows.
    case tooLarge = "too_large"
    /// Something that must never be sent, such as a card's verification code.
    case forbidden
  }

  package var code: Code
  package var field: String?
  package var detail: String

  /// Texts of the input in it are shown with card numbers hidden.
  package init(_ code: Code, field: String? = nil, _ detail: String) {
    self.code = code
    self.field = field.map(CardNumber.masked)
    self.detail = CardNumber.masked(detail)
  }

  package var description: String { field.map { "\($0): \(detail)" } ?? detail }
}
