import Foundation
import Shell

/// Shows what `serve` would run with.
enum ConfigCommand: Command {
  static let name = "config"
  static let summary = "print the effective configuration, secrets hidden"
  static var options: [Arguments.Option] {
    Configuration.options + [Arguments.Option("json", nil, "as JSON")]
  }

  static func run(_ arguments: Arguments) throws {
    let configuration = try Configuration(
      arguments,
      environment: ProcessInfo.processInfo.environment
    )
    if arguments.has("json") {
      return try Console.json(
        Dictionary(uniqueKeysWithValues: configuration.shown.map { ($0.name, $0.value) })
      )
    }
    for (name, value) in configuration.shown { Console.print("\(name)=\(value)") }
  }
}
