import FileJournal
import Foundation
import Journal
import Testing

/// Segments as files, for their owner and for readers beside it.
struct SegmentFileTests {
  private static let size = 1 << 20

  private static func withDirectory(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test func `a segment without space is under its name for nobody, not even for a moment`() throws
  {
    try Self.withDirectory { path in
      let reader = try FileDisk(
        directory: {
          try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
          return path
        }(),
        readOnly: true
      )
      var failures = 2
      var seen: [String] = []
      let owner = try FileDisk(directory: path) { descriptor, size, directory in
        // The disk is full behind the making of the file, when somebody looks.
        guard failures > 0 else { return FileDisk.fill(descriptor, size: size, in: directory) }
        failures -= 1
        let names = (try? reader.list()) ?? []
        for name in names where (try? reader.size(of: name)) != nil { seen.append(name) }
        return ENOSPC
      }
      let name = Segment.name(Position(bytes: 0))
      for _ in 0..<2 {
        let error = #expect(throws: JournalError.self) { try owner.create(name, size: Self.size) }
        #expect(error?.code == .noSpace)
      }
      #expect(seen.isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["lock"])
      try owner.create(name, size: Self.size)
      try owner.write(name, at: 100, [1, 2, 3])
      var bytes: [UInt8] = []
      try reader.read(name, at: 100, count: 3, into: &bytes)
      #expect(bytes == [1, 2, 3])
      #expect(try reader.size(of: name) == Self.size)
    }
  }

  @Test func `a name that is taken is not taken twice`() throws {
    try Self.withDirectory { path in
      let owner = try FileDisk(directory: path)
      let name = Segment.name(Position(bytes: 64))
      try owner.create(name, size: Self.size)
      try owner.write(name, at: 0, [7])
      let other = Segment.name(Position(bytes: 128))
      try Data([9]).write(to: URL(fileURLWithPath: path + "/" + other))
      // The spare segment has another size: the name is given to a new file.
      let error = #expect(throws: JournalError.self) { try owner.create(other, size: 4096) }
      #expect(error?.description.contains("exists") == true)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/" + other)) == Data([9]))
    }
  }
}
