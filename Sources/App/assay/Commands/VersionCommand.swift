import Engine
import Shell

/// Says which program this is.
enum VersionCommand: Command {
  static let name = "version"
  static let summary = "print the program's version and the version of its semantics"
  static let options = [Arguments.Option("json", nil, "as JSON")]

  private struct Report: Encodable {
    var version = Assay.version
    var semanticsVersion = Engine.semanticsVersion
  }

  static func run(_ arguments: Arguments) throws {
    let report = Report()
    if arguments.has("json") { return try Console.json(report) }
    Console.print("assay \(report.version), semantics \(report.semanticsVersion)")
  }
}
