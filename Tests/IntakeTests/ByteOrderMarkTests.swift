import Foundation
import Payments
import Testing

@testable import Intake

/// What editors and spreadsheets put before a text.
struct ByteOrderMarkTests {
  private static let mark = "\u{FEFF}"

  @Test(arguments: [
    "\"transaction_id\",\"time\",\"account\",\"counterparty\",\"amount\"\nx,2026-03-09,a,b,1\n",
    "\"fraud\",\"time\",\"account\",\"counterparty\",\"amount\"\n1,2026-03-09,a,b,1\n",
    "\"a, note\",time,account,counterparty,amount\r\n\"x, y\",2026-03-09,a,b,1\r\n",
    "device,time,account,counterparty,amount\nd,2026-03-09,a,b,1\n",
  ])
  func `a table is read as without it`(text: String) throws {
    let plain = try Decoding.file(text, .native)
    let marked = try Decoding.file(ByteOrderMarkTests.mark + text, .native)
    #expect(plain.count == 1 && plain[0].record == marked[0].record)
    #expect(plain[0].row.label == marked[0].row.label)
  }

  @Test func `a request and lines are read as without it`() throws {
    let text = #"{"transaction_id":"x","account":"a","amount":1.255}"#
    let plain = try Decoding.json(text, .native)
    #expect(try Decoding.json(ByteOrderMarkTests.mark + text, .native) == plain)
    #expect(throws: InputError.self) {
      try Decoding.json(ByteOrderMarkTests.mark + ByteOrderMarkTests.mark + text, .native)
    }
    #expect(throws: InputError.self) { try Decoding.json(ByteOrderMarkTests.mark, .native) }
    let path = NSTemporaryDirectory() + "mark-" + UUID().uuidString
    try Data((ByteOrderMarkTests.mark + "1\r\n2\n").utf8).write(to: URL(fileURLWithPath: path))
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    var lines = try LineReader(path: path)
    #expect(try lines.advance().map(Array.init) == Array("1\r".utf8))
    #expect(try lines.advance().map(Array.init) == Array("2".utf8))
    #expect(try lines.advance() == nil)
  }

  @Test func `a column map is read as without it, with any line ends`() throws {
    let text = "account = \"A\"\n# a comment\namount = Betrag\n"
    for ends in ["\n", "\r\n", "\r"] {
      let plan = try ColumnPlan(
        parsing: ByteOrderMarkTests.mark + text.replacing("\n", with: ends),
        name: "map",
        asked: nil,
        otherwise: .native,
        zone: { _ in nil }
      )
      #expect(plan.entries.contains { $0.columns == ["betrag"] })
      #expect(plan.entries.contains { $0.constant == Array("A".utf8) })
    }
  }
}
