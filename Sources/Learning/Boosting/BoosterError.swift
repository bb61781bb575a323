/// Why training could not go on.
package struct BoosterError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure.
  package enum Code: String, Sendable {
    /// A parameter that is not known, not a number, or out of its range.
    case badParameter
    /// Rows, labels and names do not fit together, or a value is infinite.
    case badData
    /// The training library refused.
    case libraryFailed
  }

  /// What kind of failure this is.
  package let code: Code
  /// One sentence for the operator.
  package let detail: String

  /// Makes an error from its parts.
  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  /// The code followed by the sentence.
  package var description: String { "\(code.rawValue): \(detail)" }
}
