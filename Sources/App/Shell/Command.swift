/// One of the program's commands.
package protocol Command {
  static var name: String { get }
  /// One line.
  static var summary: String { get }
  static var options: [Arguments.Option] { get }
  /// What the words before the options are called; none for most commands.
  static var words: [String] { get }

  static func run(_ arguments: Arguments) throws
}

extension Command {
  package static var words: [String] { [] }

  private static var usage: String { ([name] + words).joined(separator: " ") }

  /// The text of `--help`.
  package static var help: String {
    var text = "\(summary)\n\nusage: assay \(usage) [options]\n\n"
    for option in options + [Arguments.Option("help", nil, "this text")] {
      let left = "  --\(option.name) \(option.value ?? "")"
      let padding = String(repeating: " ", count: max(1, 30 - left.utf8.count))
      text += left + padding + option.help + "\n"
    }
    return text
  }
}
