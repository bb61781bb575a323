import Foundation
import Shell

/// Runs `train` and `evaluate` in the trainer beside this program, as a child process.
enum Trainer {
  static var commands: [any Command.Type] { [TrainCommand.self, EvaluateCommand.self] }

  /// Where the trainer stands: beside this program.
  static var path: String {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return own.deletingLastPathComponent().appendingPathComponent("assay-trainer").path
  }

  /// Runs a trainer's command line with this process's terminal; its exit code.
  static func run(_ words: [String]) -> Int32 {
    let child = Process()
    child.executableURL = URL(fileURLWithPath: path)
    child.arguments = words
    // Threads that spin while they wait for one another starve on cores that a server shares.
    let own = ["OMP_WAIT_POLICY": "PASSIVE"]
    child.environment = ProcessInfo.processInfo.environment.merging(own) { given, _ in given }
    do {
      try child.run()
    } catch {
      Console.note("assay: cannot run \(path); build it with 'make build' (\(error))")
      return 1
    }
    child.waitUntilExit()
    return child.terminationStatus
  }
}

/// Stands in the list of commands; the trainer does the work.
enum TrainCommand: Command {
  static let name = "train"
  static let summary = "train a model on past transactions and write it with its proof"
  static let options: [Arguments.Option] = []

  static func run(_ arguments: Arguments) throws {}
}

/// Stands in the list of commands; the trainer does the work.
enum EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "train and test over time, and report AUC, average precision and CP@100"
  static let options: [Arguments.Option] = []

  static func run(_ arguments: Arguments) throws {}
}
