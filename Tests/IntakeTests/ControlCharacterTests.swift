import Foundation
import Payments
import Testing

@testable import Intake

/// Texts with control characters enter by no door.
struct ControlCharacterTests {
  private static let controls: [UInt8] = [0, 1, 9, 0x0B, 0x1B, 0x1F, 0x7F]

  @Test(arguments: controls)
  func `a row is refused where a request is`(control: UInt8) {
    let bad = "K" + String(UnicodeScalar(control)) + "1"
    for (id, account, device) in [(bad, "a", "d"), ("x", bad, "d"), ("x", "a", bad)] {
      #expect(throws: InputError.self) {
        try Decoding.file(
          "transaction_id,time,account,counterparty,amount,device\n"
            + "\(id),2026-03-09,\(account),b,1,\(device)\n",
          .native
        )
      }
    }
    let escaped = "K\\u00" + (control < 16 ? "0" : "") + String(control, radix: 16) + "1"
    #expect(throws: InputError.self) {
      try Decoding.json("{\"account\":\"\(escaped)\",\"amount\":1}", .native)
    }
  }

  @Test(arguments: controls + [10, 13])
  func `so is an activity, and a text in quotes over two lines`(control: UInt8) throws {
    let bad = "\"K" + String(UnicodeScalar(control)) + "1\""
    let path = NSTemporaryDirectory() + "controls-" + UUID().uuidString
    let text = "time,account,activity,succeeded,device\n2026-03-09,\(bad),login,1,d\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    var reader = try ActivityReader(path: path, source: Decoding.source(.native)) { _ in "token" }
    #expect(throws: InputError.self) { try reader.next() }
    #expect(throws: InputError.self) {
      try Decoding.file(
        "transaction_id,time,account,counterparty,amount\nx,2026-03-09,\(bad),b,1\n",
        .native
      )
    }
  }

  @Test func `other letters stay`() throws {
    for account in ["Zoë 🙂", "a\u{85}b", "a\u{200B}b"] {
      let rows = try Decoding.file(
        "transaction_id,time,account,counterparty,amount\nx,2026-03-09,\(account),b,1\n",
        .native
      )
      #expect(rows.count == 1)
    }
  }
}
