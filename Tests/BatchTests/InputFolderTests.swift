import Foundation
import Testing

@testable import Batch

/// Only files below one folder are open to jobs.
struct InputFolderTests {
  private let root = NSTemporaryDirectory() + "assay-inputs-" + UUID().uuidString

  private func prepare() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: root + "/open/below", withIntermediateDirectories: true)
    for name in ["open/a.csv", "open/below/b.csv", "secret"] {
      try Data("x".utf8).write(to: URL(fileURLWithPath: root + "/" + name))
    }
    try files.createSymbolicLink(atPath: root + "/open/out", withDestinationPath: root + "/secret")
    try files.createSymbolicLink(atPath: root + "/open/in", withDestinationPath: "a.csv")
    try files.createSymbolicLink(atPath: root + "/open/up", withDestinationPath: "..")
  }

  @Test func `files below the folder are found, by name and by path`() throws {
    try prepare()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let folder = InputFolder(root + "/open")
    for name in ["a.csv", "below/b.csv", "below/../a.csv", "in", root + "/open/a.csv"] {
      #expect(throws: Never.self, "\(name)") { try folder.file(name) }
    }
  }

  @Test func `nothing leads out of the folder`() throws {
    try prepare()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let folder = InputFolder(root + "/open")
    for name in [
      "../secret", "out", "up/secret", root + "/secret", "/etc/passwd", "", "below", ".", "/",
      root + "/open", root + "/openother", "a.csv\0.txt", "/dev/zero", "nothing",
    ] {
      #expect(throws: BatchRefusal.self, "\(name)") { try folder.file(name) }
    }
    #expect(throws: BatchRefusal.self) { try InputFolder(nil).file("a.csv") }
  }
}
