import Foundation

/// A program made of commands.
package struct Program {
  package var name: String
  package var summary: String
  package var commands: [any Command.Type]

  package init(name: String, summary: String, commands: [any Command.Type]) {
    self.name = name
    self.summary = summary
    self.commands = commands
  }

  /// Runs a command line and returns the exit code: 0 done, 1 failed, 64 not understood.
  package func run(_ words: [String]) -> Int32 {
    guard let word = words.first, word != "--help", word != "help" else {
      Console.print(help)
      return words.isEmpty ? 64 : 0
    }
    guard let command = commands.first(where: { $0.name == word }) else {
      Console.note("\(name): unknown command '\(word)'\n\n\(help)")
      return 64
    }
    let rest = Array(words.dropFirst())
    if rest.contains("--help") {
      Console.print(command.help)
      return 0
    }
    do {
      try command.run(
        try Arguments(rest, options: command.options, names: command.words)
      )
      return 0
    } catch let error as UsageError {
      Console.endProgress()
      Console.note("\(name) \(word): \(error)\n(\(name) \(word) --help explains)")
      return 64
    } catch {
      Console.endProgress()
      Console.note("\(name) \(word): \(Program.shown(error))")
      return 1
    }
  }

  /// An error for people: Foundation's own spell out a dictionary.
  package static func shown(_ error: any Error) -> String {
    guard type(of: error) == NSError.self || error is CocoaError else { return "\(error)" }
    let found = error as NSError
    let cause = (found.userInfo[NSUnderlyingErrorKey] as? NSError) ?? found
    let path = found.userInfo[NSFilePathErrorKey] as? String
    return (path.map { "\($0): " } ?? "") + cause.localizedDescription
  }

  private var help: String {
    var text = "\(summary)\n\nusage: \(name) COMMAND\n\n"
    for command in commands {
      let padding = String(repeating: " ", count: max(1, 12 - command.name.utf8.count))
      text += "  \(command.name)\(padding)\(command.summary)\n"
    }
    return text + "\n\(name) COMMAND --help explains one."
  }
}
