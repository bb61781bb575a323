import Features
import Foundation
import Language
import Payments
import Testing

/// The messages of `wrong-programs.txt`: one mistake each, told with its place and a remedy.
struct WrongProgramTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var program: String
    var message: String
    var testDescription: String { program }
  }

  static let source = Source(
    id: 1,
    name: "test",
    dialect: .native,
    currency: Currency(code: "EUR", scale: 2)
  )

  static let cases: [Case] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "wrong-programs.txt")
    // A file that cannot be read leaves no cases, which the count below tells.
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    var cases: [Case] = []
    var program = ""
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("=> ") {
        cases.append(Case(program: program, message: String(line.dropFirst(3))))
      } else {
        program = String(line)
      }
    }
    return cases
  }()

  @Test func `there are sixty of them`() { #expect(WrongProgramTests.cases.count >= 60) }

  @Test(arguments: WrongProgramTests.cases)
  func `a mistake is named with its place and a remedy`(_ item: Case) {
    do {
      let statements = try Parser.parse(item.program)
      _ = try ProgramCompiler.compile(statements, for: WrongProgramTests.source)
      Issue.record("no error")
    } catch {
      #expect(error.description == item.message)
    }
  }
}
