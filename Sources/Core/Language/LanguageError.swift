/// A mistake in a program: where, what, and how to mend it.
package struct LanguageError: Error, Sendable, Hashable, CustomStringConvertible {
  package var location: Location
  package var message: String
  package var hint: String?

  package init(_ message: String, at location: Location, hint: String? = nil) {
    self.message = message
    self.location = location
    self.hint = hint
  }

  package var description: String {
    let place = "line \(location.line), column \(location.column): \(message)"
    return hint.map { "\(place) (\($0))" } ?? place
  }
}

/// A place in a program's text; both count from 1.
package struct Location: Sendable, Hashable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// What a program may not exceed.
package enum ProgramLimits {
  package static let textBytesMax = 256 << 10
  package static let statementsMax = 1000
  package static let nestingMax = 64
  package static let nameBytesMax = 64
  package static let windowSecondsMax = 3660.0 * 86_400
}
