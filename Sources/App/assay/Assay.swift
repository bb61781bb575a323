import Foundation

/// The program: one command line, one process.
@main
struct Assay {
  static let version = "0.1.0"

  static var commands: [any Command.Type] {
    [
      ServeCommand.self, TrainCommand.self, EvaluateCommand.self, ScoreCommand.self,
      FeaturesCommand.self, BackfillCommand.self, ReplayCommand.self, SnapshotCommand.self,
      ConfigCommand.self, VersionCommand.self,
    ]
  }

  static func main() {
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs a command line and returns the exit code: 0 done, 1 failed, 64 not understood.
  static func run(_ words: [String]) -> Int32 {
    guard let name = words.first, name != "--help", name != "help" else {
      Console.print(help)
      return words.isEmpty ? 64 : 0
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      Console.note("assay: unknown command '\(name)'\n\n\(help)")
      return 64
    }
    let rest = Array(words.dropFirst())
    if rest.contains("--help") {
      Console.print(command.help)
      return 0
    }
    do {
      try command.run(try Arguments(rest, options: command.options))
      return 0
    } catch let error as UsageError {
      Console.note("assay \(name): \(error)\n(assay \(name) --help explains)")
      return 64
    } catch {
      Console.note("assay \(name): \(error)")
      return 1
    }
  }

  static var help: String {
    var text =
      "Assay decides, in real time, whether a payment is fraud.\n\nusage: assay COMMAND\n\n"
    for command in commands {
      let padding = String(repeating: " ", count: max(1, 12 - command.name.utf8.count))
      text += "  \(command.name)\(padding)\(command.summary)\n"
    }
    return text + "\nassay COMMAND --help explains one."
  }
}
