import Foundation
import Shell

/// The part of the program that links the training library: `assay train` and `assay evaluate` run
/// it, so that a server never loads that library.
@main
struct TrainerProgram {
  static func main() {
    let commands: [any Command.Type] = [TrainCommand.self, EvaluateCommand.self]
    let program = Program(
      name: "assay",
      summary: "Trains and evaluates models.",
      commands: commands
    )
    exit(program.run(Array(CommandLine.arguments.dropFirst())))
  }
}
