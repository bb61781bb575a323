import Foundation
import Testing

@testable import Batch

/// A file of rows goes on exactly where it was durable.
struct RowFileTests {
  private let path = NSTemporaryDirectory() + "assay-rows-" + UUID().uuidString

  private func rows(_ numbers: Range<Int>) -> [UInt8] {
    Array(numbers.map { "row \($0)\r\n" }.joined().utf8)
  }

  private func append(_ numbers: Range<Int>, to file: RowFile) {
    for number in numbers { file.append { $0.append(contentsOf: "row \(number)\r\n".utf8) } }
  }

  @Test func `what was not durable is cut off and written again`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    var durable: Int64 = 0
    do {
      let file = try RowFile(path, kept: 0, again: false)
      append(0..<100, to: file)
      try file.synchronize()
      durable = Int64(file.end)
      append(100..<150, to: file)
      try file.flush()
    }
    let file = try RowFile(path, kept: durable, again: false)
    append(100..<200, to: file)
    try file.synchronize()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(rows(0..<200)))
    #expect(try file.read(at: 0, count: 7) == Array("row 0\r\n".utf8))
  }

  @Test func `rows of before leave no trace when they are appended again`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      let file = try RowFile(path, kept: 0, again: true)
      append(0..<100, to: file)
      try file.synchronize()
    }
    let kept = Int64(rows(0..<70).count)
    let file = try RowFile(path, kept: kept, again: true)
    append(0..<200, to: file)
    #expect(file.end == UInt64(rows(0..<200).count))
    try file.synchronize()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(rows(0..<200)))
  }

  @Test func `a row that comes out otherwise than before is an error`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      let file = try RowFile(path, kept: 0, again: true)
      append(0..<10, to: file)
      try file.synchronize()
    }
    let file = try RowFile(path, kept: Int64(rows(0..<5).count), again: true)
    append(8..<12, to: file)
    append(0..<1, to: file)
    file.append { $0.append(contentsOf: "longer than any row of before\r\n".utf8) }
    #expect(throws: BatchRefusal.self) { try file.flush() }
  }

  @Test func `a file that is shorter than it was is an error`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: BatchRefusal.self) { _ = try RowFile(path, kept: 9, again: false) }
  }
}
