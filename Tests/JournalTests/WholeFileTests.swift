import FileJournal
import Foundation
import Journal
import Testing

/// Files that are read as a whole.
struct WholeFileTests {
  private func path() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())").path
  }

  @Test(arguments: [0, 1, 4095, 4096, 3 << 20])
  func `a file is read byte by byte as it was written`(_ size: Int) throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(try WholeFile.read(path) == bytes)
  }

  @Test func `what is not there or is no file says so with its path`() throws {
    let path = path()
    #expect(throws: JournalError.self) { try WholeFile.read(path) }
    let error = #expect(throws: JournalError.self) { try WholeFile.read("/") }
    #expect(error?.description.contains("cannot read /") == true)
  }
}
