import Foundation
import Testing

@testable import Shell

/// Lines of the log, whatever is put into them.
struct LogWriterTests {
  private static let hostile = "a\"b\\c\nERROR forged\u{1B}[2J\u{7F}é\u{85}"

  private static func line(_ level: Log.Level) -> Log.Line {
    Log.Line(
      level,
      hostile,
      [("text", .text(hostile)), ("count", .integer(-3)), ("ms", .real(0.25))],
      time: 1_795_203_372_000_001
    )
  }

  @Test func `a line of text stays one line and says nothing to a terminal`() {
    let text = LogWriter.text(LogWriterTests.line(.warning))
    #expect(text.hasPrefix("2026-11-20T19:36:12.000001Z WARNING a\"b\\c ERROR forged [2J é "))
    #expect(text.hasSuffix(" count=-3 ms=0.25"))
    #expect(
      text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    )
  }

  @Test func `a line of JSON gives back what was put in`() throws {
    let text = LogWriter.json(LogWriterTests.line(.error))
    #expect(!text.contains("\n"))
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    let fields = try #require(object as? [String: Any])
    #expect(fields["message"] as? String == LogWriterTests.hostile)
    #expect(fields["text"] as? String == LogWriterTests.hostile)
    #expect(fields["level"] as? String == "ERROR")
    #expect(fields["time"] as? String == "2026-11-20T19:36:12.000001Z")
    #expect(fields["count"] as? Int == -3 && fields["ms"] as? Double == 0.25)
  }

  @Test func `lines below the level are left out, and a file that was moved is made anew`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "assay-log-\(UUID().uuidString)"
    )
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (path, moved) = (folder.path + "/log", folder.path + "/log.1")
    let writer = try LogWriter(level: .warning, format: .text, path: path)
    for level in Log.Level.allCases { writer.take(LogWriterTests.line(level)) }
    writer.flush()
    try FileManager.default.moveItem(atPath: path, toPath: moved)
    writer.reopen()
    writer.take(LogWriterTests.line(.error))
    writer.flush()
    let lines = try [moved, path].map { file in
      try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count
    }
    #expect(lines == [2, 1])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(throws: CommandError.self) {
      try LogWriter(level: .info, format: .text, path: folder.path + "/none/log")
    }
  }

  @Test func `what does not fit is counted and said`() throws {
    let path = FileManager.default.temporaryDirectory.path + "/assay-log-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try LogWriter(level: .info, format: .text, path: path)
    let line = Log.Line(.info, "x", time: 0)
    // The writer's own thread may take some away meanwhile, so it is more than fits by far.
    for _ in 0..<8 * LogWriter.waitingMax { writer.take(line) }
    writer.flush()
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let lost = lines.compactMap { line -> Int? in
      guard line.hasSuffix(" lines of the log were left out") else { return nil }
      return line.split(separator: " ").compactMap { Int($0) }.first
    }
    #expect(lines.count - lost.count + lost.reduce(0, +) == 8 * LogWriter.waitingMax)
  }
}
