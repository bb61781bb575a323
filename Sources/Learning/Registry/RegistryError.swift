/// Why a model directory cannot be read or written: which file, and what is wrong with it.
package struct RegistryError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure.
  package enum Code: String, Sendable {
    /// A file or the directory is not there.
    case missing
    /// The file system refused to read or write.
    case inputOutput
    /// A file does not have the content its manifest promises.
    case damaged
    /// The model cannot be scored here.
    case unusable
    /// The model was trained on another feature set.
    case otherFeatures
    /// Scores or contributions differ from those of the training library.
    case goldenMismatch
    /// A version of that name exists, or the name is not usable.
    case badName
  }

  /// What kind of failure this is.
  package let code: Code
  /// The file it is about, relative to the model's directory.
  package let file: String
  /// One sentence for the operator.
  package let detail: String

  /// Makes an error from its parts.
  package init(_ code: Code, _ file: String, _ detail: String) {
    self.code = code
    self.file = file
    self.detail = detail
  }

  /// The file followed by the sentence.
  package var description: String { "\(file): \(detail) (\(code.rawValue))" }
}
