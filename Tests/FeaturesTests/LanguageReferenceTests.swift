import Features
import Foundation
import Language
import Payments
import Testing

/// The reference page against the compiler, and its examples.
struct LanguageReferenceTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func `the page in the repository is the compiler's own`() throws {
    let file = LanguageReferenceTests.root.appending(path: "docs/language-reference.md")
    let page = try String(contentsOf: file, encoding: .utf8)
    #expect(page == LanguageReference.page, "write it anew: assay language > \(file.path)")
  }

  @Test func `every function and aggregate stands on the page`() {
    for name in ProgramCompiler.functionNames + AggregateWord.allCases.map(\.rawValue) {
      #expect(LanguageReference.page.contains("| `\(name)("), "\(name)")
    }
  }

  @Test(arguments: LanguageReference.examples)
  func `every example compiles, runs, and lays out to itself`(example: String) throws {
    let text = "feature example = \(example)\n"
    let source = RandomStream.makeSource()
    let program = try ProgramCompiler.compile(Parser.parse(text), for: source)
    let profile = Profile(program: program, source: source, reserve: 1 << 22)
    for number in 0..<20 {
      let minute = Int64(number * number)
      let record = BoundsTests.record(number, account: "a", amount: 1000, minute: minute)
      profile.record(record.span)
      profile.settle(.approve, record.span)
    }
    #expect(profile.vector.count == 1 && !profile.vector[0].isInfinite)
    let laidOut = try Formatter.format(text)
    #expect(try Formatter.format(laidOut) == laidOut)
    let again = try ProgramCompiler.compile(Parser.parse(laidOut), for: source)
    #expect(again.fingerprint == program.fingerprint)
  }
}
