import BulkFiles
import Foundation
import TestSupport
import Testing

/// Large files beside the log.
struct BulkFileTests {
  private func path() -> String {
    FileManager.default.temporaryDirectory.path + "/assay-bulk-\(UUID().uuidString)"
  }

  @Test func `what is appended in pieces of any size stands there in order`() throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try BulkFile(creating: path)
    var wanted: [UInt8] = []
    for (number, count) in [1, BulkFile.stepBytes, 3 * BulkFile.stepBytes + 7, 0, 12].enumerated() {
      let piece = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
      try file.write(piece)
      wanted += piece
    }
    try file.synchronize()
    try file.close()
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == wanted)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
  }

  @Test func `a removed file is read to its end by who has it open`() throws {
    let (first, second) = (path(), path())
    for path in [first, second] {
      let file = try BulkFile(creating: path)
      try file.write([UInt8](repeating: 7, count: 40 << 20))
      try file.close()
    }
    let reader = try FileHandle(forReadingFrom: URL(fileURLWithPath: first))
    try BulkFile.remove(first)
    #expect(!FileManager.default.fileExists(atPath: first))
    #expect(try reader.seekToEnd() == 40 << 20, "who reads it reads all of it")
    try reader.close()
    try BulkFile.remove(second)
    #expect(!FileManager.default.fileExists(atPath: second))
    #expect(throws: (any Error).self) { try BulkFile.remove(second) }
  }
}
