import Features
import Foundation
import Language
import Payments
import Rules
import Shell

/// Prints the reference of the language, and checks and lays out files in it.
enum LanguageCommand: Command {
  static let name = "language"
  static let summary = "print the reference of features and rules; check or lay out files"
  static let options = [
    Arguments.Option("check", "F…", "compile files and say what they need", repeats: true),
    Arguments.Option("format", "F…", "lay files out anew, in place", repeats: true),
    Arguments.Option("dialect", "D", "whose fields --check knows (native)"),
  ]

  static func run(_ arguments: Arguments) throws {
    if !arguments.has("check"), !arguments.has("format") {
      return Console.print(String(LanguageReference.page.dropLast()))
    }
    for path in arguments.list("format") {
      let text = try TextFile.read(path)
      do {
        let laidOut = try Formatter.format(text)
        if laidOut != text { try laidOut.write(toFile: path, atomically: true, encoding: .utf8) }
      } catch let error as LanguageError {
        throw CommandError("\(path): \(error)")
      }
    }
    let dialect = try SourceCatalog.dialect(arguments.text("dialect") ?? "native")
    for path in arguments.list("check") { try check(path, SourceCatalog.entry(dialect)) }
  }

  /// Compiles a file of features or of rules, the latter over the source's own features.
  private static func check(_ path: String, _ entry: SourceCatalog.Entry) throws {
    let text = try TextFile.read(path)
    do {
      let holdsFeatures = try Parser.parse(text).allSatisfy {
        if case .feature = $0.kind { true } else { false }
      }
      let features =
        holdsFeatures ? text : try SourceCatalog.text(entry.featureName, in: BuiltIn.features)
      let rules = holdsFeatures ? "" : text
      let (program, set) = try RuleSet.compile(features: features, rules: rules, for: entry.source)
      let laidOut = try Formatter.format(text) == text ? "" : ", not laid out (--format)"
      Console.print(
        "\(path): \(program.features.count) features, \(set.conditions.count) rules and scores"
          + laidOut
      )
      for kind in program.footprint {
        let names = kind.key.map { entry.source.schema.texts[$0] }.joined(separator: ", ")
        Console.print("  by \(names): \(kind.entity) bytes an entity, \(kind.event) an event")
      }
    } catch let error as LanguageError {
      throw CommandError("\(path): \(error)")
    }
  }
}
