import Foundation
import Intake
import Payments
import TestSupport
import Testing

struct ActivityReaderTests {
  static let header = "time,account,activity,succeeded,device\n"
  static let source = Source(
    id: 1,
    name: "native",
    dialect: .native,
    currency: Currency(code: "EUR", scale: 2)
  )

  /// The activities of a file with this text.
  static func activities(_ text: String) throws -> [Activity] {
    let path = NSTemporaryDirectory() + "activity-reader-" + UUID().uuidString + ".csv"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    var reader = try ActivityReader(path: path, source: source) { _ in "token" }
    var activities: [Activity] = []
    while let activity = try reader.next() { activities.append(activity) }
    return activities
  }

  @Test func `a file gives its activities in any order of columns`() throws {
    let found = try ActivityReaderTests.activities(
      """
      Device,time,note,account,succeeded,activity\r
      phone,2026-01-01T10:00:00Z,x,a,1,login\r

      ,2026-01-01T10:00:00Z,,4111 1111-1111 1111,0,password_change
      """
    )
    #expect(found.map(\.device) == ["phone", ""])
    #expect(found.map(\.account) == ["a", "card:token:411111:1111"])
    #expect(found.map(\.kind) == [.login, .passwordChange])
    #expect(found.map(\.succeeded) == [true, false])
    #expect(found.map(\.time.description) == Array(repeating: "2026-01-01T10:00:00Z", count: 2))
    #expect(found.allSatisfy { $0.source == 1 })
  }

  @Test func `rows without ids get the same ones whenever the file is read`() throws {
    let text =
      ActivityReaderTests.header + """
        2026-01-01T10:00:00Z,a,login,1,d
        2026-01-01T10:00:00Z,b,login,1,d
        2026-01-01T10:00:00Z,a,login,1,d
        2026-01-01T10:00:01Z,a,login,1,d
        """
    let ids = try ActivityReaderTests.activities(text).map(\.id)
    #expect(Set(ids).count == 4 && ids[2] == ids[0] + "-1")
    #expect(ids.allSatisfy { $0.hasPrefix("row-") })
    #expect(try ActivityReaderTests.activities(text).map(\.id) == ids)
  }

  @Test func `a column of ids names those rows that have one`() throws {
    let found = try ActivityReaderTests.activities(
      """
      activity_id,time,account,activity,succeeded,device
      x1,2026-01-01T10:00:00Z,a,login,1,d
      ,2026-01-01T10:00:00Z,b,login,1,d
      """
    )
    #expect(found[0].id == "x1" && found[1].id.hasPrefix("row-"))
  }

  static let wrong = [
    (
      "activity_id,time,activity_id,account,activity,succeeded,device\n",
      "line 1: a file of activities has this column once"
    ),
    ("time,account,activity,device\n", "line 1: a file of activities has this column too"),
    ("time,time,account,activity,succeeded,device\n", "has this column once"),
    (header + "yesterday,a,login,1,d\n", "line 2: 'yesterday' is not a time in ISO 8601"),
    (
      header + "2026-01-02T00:00:00Z,a,login,1,d\n2026-01-01T23:59:59Z,a,login,1,d\n",
      "line 3: '2026-01-01T23:59:59Z' is not 2026-01-02T00:00:00Z or later"
    ),
    (
      header + "2026-01-02T00:00:00Z,a,logout,1,d\n",
      "line 2: 'logout' is not one of login, new_device, new_payee, password_change"
    ),
    (header + "2026-01-02T00:00:00Z,a,login,yes,d\n", "line 2: 'yes' is not 0 or 1"),
    (header + "2026-01-02T00:00:00Z,,login,1,\n", "line 2: '' is not given"),
    (header + "2026-01-02T00:00:00Z,a,login,1\n", "line 2: 4 fields, the header has 5"),
  ]

  @Test(arguments: wrong)
  func `a row that is wrong is named with its line and what was expected`(
    text: String,
    expected: String
  ) throws {
    let error = try #require(throws: InputError.self) {
      try ActivityReaderTests.activities(text)
    }
    #expect(error.description.contains(expected), "\(error)")
  }

  @Test func `names have at most as many bytes as in a transaction`() throws {
    let most = String(repeating: "n", count: TransactionRecord.textBytesMax)
    let row = { (name: String) in "2026-01-02T00:00:00Z,\(name),login,1,\(name)\n" }
    let found = try ActivityReaderTests.activities(ActivityReaderTests.header + row(most))
    #expect(found.map(\.account) == [most] && found.map(\.device) == [most])
    let error = try #require(throws: InputError.self) {
      try ActivityReaderTests.activities(ActivityReaderTests.header + row(most + "n"))
    }
    #expect(error.field == "account" && error.description.contains("at most 256 bytes"))
  }
}
