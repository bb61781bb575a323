import Foundation
import Shell

/// The program: one command line, one process.
@main
struct Assay {
  static let version = "0.1.0"

  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    if let word = words.first, Trainer.commands.contains(where: { $0.name == word }) {
      exit(Trainer.run(words))
    }
    let commands: [any Command.Type] = [
      ServeCommand.self, TrainCommand.self, EvaluateCommand.self, ScoreCommand.self,
      FeaturesCommand.self, ExplainCommand.self, BackfillCommand.self, SimulateCommand.self,
      ReplayCommand.self, RecoverCommand.self, ClockCommand.self, SnapshotCommand.self,
      QuarantineCommand.self,
      ProjectionCommand.self,
      LanguageCommand.self, KeysCommand.self, UsersCommand.self, EraseCommand.self,
      TopCommand.self,
      ConfigCommand.self, VersionCommand.self,
    ]
    let program = Program(
      name: "assay",
      summary: "Assay decides, in real time, whether a payment is fraud.",
      commands: commands
    )
    let code = program.run(words)
    Log.flush()
    exit(code)
  }
}
