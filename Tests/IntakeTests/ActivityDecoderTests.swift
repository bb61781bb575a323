import Payments
import Testing

@testable import Intake

struct ActivityDecoderTests {
  private func decode(_ text: String, key: String? = nil) throws -> [Activity] {
    let retail = Decoding.source(.retail, zone: ColumnPlanTests.berlin)
    let sources = [Decoding.source(.native), retail]
    return try ActivityDecoder(sources: sources) { _ in "token" }.decode(
      Array(text.utf8),
      fallbackId: key
    )
  }

  private static let login = #"{"source":"native","activity":"login","succeeded":true"#

  @Test func `one activity or a list of them comes out as it was sent`() throws {
    let one = try decode(
      #"{"source":"native","activity":"new_payee","succeeded":0,"time":"2026-01-01T10:00:00Z","#
        + #""account":42,"device":"d"}"#
    )
    let time = Timestamp(microseconds: 1_767_261_600_000_000)
    let payee = Activity(
      source: Decoding.source(.native).id,
      kind: .newPayee,
      succeeded: false,
      time: time,
      account: "42",
      device: "d"
    )
    #expect(one == [payee])
    let words = ActivityKind.allCases.map(\.word)
    let items = words.map {
      #"{"source":"retail","activity":"\#($0)","succeeded":true,"device":"d","account":null}"#
    }
    let many = try decode(#"{"activities":[\#(items.joined(separator: ","))]}"#)
    #expect(many.map(\.kind) == ActivityKind.allCases)
    #expect(many.allSatisfy { $0.succeeded && $0.account.isEmpty && $0.device == "d" })
    #expect(many.allSatisfy { $0.time == Activity.timeOfReceipt })
  }

  @Test func `a time without a zone is the source's, and a card number becomes a token`() throws {
    let found = try decode(
      #"{"source":"retail","activity":"login","succeeded":1,"time":"2026-01-01 11:00:00","#
        + #""account":"4111 1111 1111 1111"}"#
    )
    #expect(found.map(\.time.microseconds) == [1_767_261_600_000_000])
    #expect(found.map(\.account) == ["card:token:411111:1111"])
  }

  @Test func `an id is a text or a number, and a key names what has none`() throws {
    let items = [
      #"\#(ActivityDecoderTests.login),"account":"a","activity_id":"x1"}"#,
      #"\#(ActivityDecoderTests.login),"account":"a","activity_id":7}"#,
      #"\#(ActivityDecoderTests.login),"account":"a"}"#,
    ]
    #expect(try decode(items[2]).map(\.id) == [""])
    #expect(try decode(items[2], key: "key-k").map(\.id) == ["key-k"])
    #expect(try decode(items[0], key: "key-k").map(\.id) == ["x1"])
    let list = #"{"activities":[\#((items + items[2...]).joined(separator: ","))]}"#
    #expect(try decode(list).map(\.id) == ["x1", "7", "", ""])
    let found = try decode(list, key: "key-k")
    #expect(found.map(\.id) == ["x1", "7", "key-k 2", "key-k 3"])
    #expect(Set(found.map(\.content)).count == 1 && found[0].content == found[0].fingerprint)
  }

  static let mistakes: [(String, InputError.Code, String)] = [
    ("", .malformed, ""),
    ("[]", .invalid, "an activity is an object"),
    ("{", .malformed, ""),
    (#"{"activities":[]}"#, .malformed, "1 to 1000 activities"),
    (
      #"{"activities":["# + Array(repeating: "1", count: 1001).joined(separator: ",") + "]}",
      .tooLarge, "1 to 1000 activities"
    ),
    (#"{"activities":[1]}"#, .invalid, "activities[0]: is an object"),
    (
      #"{"activities":[\#(login),"account":"a"},\#(login),"acount":"a"}]}"#,
      .invalid, "activities[1].acount: is not a field of an activity"
    ),
    (login + "}", .invalid, "account: is missing, and so is the device"),
    (login + #","account":""}"#, .invalid, "account: is missing, and so is the device"),
    (login + #","account":"a","account":"b"}"#, .invalid, "account: is given twice"),
    (login + #","account":1.5}"#, .invalid, "account: is a text"),
    (login + #","device":5}"#, .invalid, "device: is a text"),
    (login + #","account":"a\nb"}"#, .invalid, "account: holds a control character"),
    (
      login + #","account":"\#(String(repeating: "a", count: 257))"}"#,
      .invalid, "account: is longer than 256 bytes"
    ),
    (login + #","account":"a","time":"yesterday"}"#, .invalid, "time: is a text with a time"),
    (login + #","account":"a","time":1767225600}"#, .invalid, "time: is a text with a time"),
    (
      #"{"source":"native","activity":"logout","succeeded":true,"account":"a"}"#,
      .invalid, "activity: is one of login, new_device, new_payee, password_change"
    ),
    (#"{"source":"native","activity":"login","account":"a"}"#, .invalid, "succeeded: is true or"),
    (
      #"{"source":"native","activity":"login","succeeded":"yes","account":"a"}"#,
      .invalid, "succeeded: is true or false, or 1 or 0"
    ),
    (
      #"{"activity":"login","succeeded":true,"account":"a"}"#,
      .invalid, "source: is one of native, retail"
    ),
    (
      #"{"source":"nobody","activity":"login","succeeded":true,"account":"a"}"#,
      .invalid, "source: is one of native, retail"
    ),
  ]

  @Test(arguments: mistakes)
  func `a mistake is said with its place and what was expected`(
    _ text: String,
    _ code: InputError.Code,
    _ words: String
  ) {
    let error = #expect(throws: InputError.self) { try decode(text) }
    #expect(error?.code == code)
    let said = error?.description ?? ""
    #expect(said.contains(words) || words.isEmpty, "\(said)")
  }
}
