/// Why a model file cannot be used: a code to switch on and a sentence that is safe to show.
package struct ModelError: Error, Equatable, CustomStringConvertible {
  /// The kinds of refusal.
  package enum Code: String, Sendable {
    /// The file is cut short, nested too deeply or not UBJSON.
    case damagedFile
    /// A booster other than `gbtree`, such as `dart` or `gblinear`.
    case unsupportedBooster
    /// An objective whose margin is not the log-odds of one class.
    case unsupportedObjective
    /// More than one output, class or value per leaf.
    case multipleOutputs
    /// A split on a set of categories.
    case categoricalSplit
    /// A split on a feature the model does not declare.
    case unknownFeature
    /// A node that no training row reached, so that its share of the rows is undefined.
    case zeroCover
    /// A base score that is not one number strictly between 0 and 1.
    case badBaseScore
    /// Children out of range, shared or cyclic, or a number that is not finite.
    case malformedTree
    /// A model beyond the sizes that the packed tables can hold.
    case tooLarge
  }

  /// What kind of refusal this is.
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
