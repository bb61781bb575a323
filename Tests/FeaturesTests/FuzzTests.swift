import Features
import Foundation
import Language
import Payments
import TestSupport
import Testing

/// Texts of every sort to the parser, the compiler and the formatter: an answer or a clear error,
/// never a crash, and always soon.
struct FuzzTests {
  static let isSoak = ProcessInfo.processInfo.environment["ASSAY_SOAK"] != nil
  static let inputs = isSoak ? 125_000 : 2500

  static let words: [String] =
    AggregateWord.allCases.map(\.rawValue) + ProgramCompiler.functionNames
    + Parser.reserved.sorted()
    + [
      "amount", "account", "counterparty", "channel", "device", "fee", "points", "latitude",
      "transaction_id", "fraud", "outcome", "decline", "activity", "login", "succeeded",
      "disposition", "refunded", "x", "y", "1", "0.5", "1_000", "1e9", "7d", "1h", "0s", "9999w",
      "\"a\"", "(", ")", "(", ")", ",", "=", "!=", "<", ">=", "+", "-", "*", "/", ":", "#", "\n",
      "{", "}", "\"{", "é", "\u{0}", "\u{1F600}",
    ]

  static let seeds = LanguageReference.examples.map { "feature x = \($0)\n" }

  /// A statement of random words, or a valid one with some bytes or words changed.
  static func text(_ random: inout SeededGenerator) -> String {
    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    func word() -> String { words[below(words.count)] }
    if below(3) == 0 {
      let start = ["feature x = ", "rule r: when ", "score s: when ", ""][below(4)]
      return start + (0..<below(30)).map { _ in word() }.joined(separator: " ")
    }
    var pieces = seeds[below(seeds.count)].split(separator: " ").map(String.init)
    for _ in 0..<below(4) {
      let place = below(pieces.count)
      switch below(4) {
      case 0: pieces[place] = word()
      case 1: pieces.insert(word(), at: place)
      case 2: if pieces.count > 1 { pieces.remove(at: place) }
      default: pieces.insert(contentsOf: pieces[0..<place], at: place)
      }
    }
    var text = pieces.joined(separator: " ")
    if below(3) == 0 {
      var bytes = Array(text.utf8)
      bytes[below(bytes.count)] = UInt8(below(256))
      text = String(decoding: bytes, as: UTF8.self)
    }
    return text
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `whatever is written, the answer is a program or an error with its place`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let source = RandomStream.makeSource()
    var compiled = 0
    for _ in 0..<FuzzTests.inputs {
      let text = FuzzTests.text(&random)
      let start = ContinuousClock.now
      do {
        let statements = try Parser.parse(text)
        let program = try ProgramCompiler.compile(statements, for: source)
        let laidOut = try Formatter.format(text)
        let again = try ProgramCompiler.compile(Parser.parse(laidOut), for: source)
        #expect(again.fingerprint == program.fingerprint, "seed \(seed): \(text)")
        compiled += 1
      } catch {
        #expect(error.location.line >= 1 && error.location.column >= 1, "seed \(seed): \(text)")
        #expect(!error.message.isEmpty)
      }
      #expect(ContinuousClock.now - start < .seconds(2), "seed \(seed): \(text)")
    }
    // Enough of them are right for the compiler to be reached.
    #expect(compiled > FuzzTests.inputs / 20)
  }
}
