/// An entry that the engine cannot fold: the log and this program do not fit together.
package struct EngineError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable {
    case unknownSource
    case damagedEntry
    case badProgram
    case badModel
    case snapshot
  }

  package var code: Code
  package var description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
