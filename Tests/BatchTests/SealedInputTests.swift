import Foundation
import Intake
import Storage
import Testing

@testable import Batch

/// Inputs of jobs lie on the disk sealed, and come back as they were sent.
struct SealedInputTests {
  /// Bytes turned round, with the place behind them: enough to see whether places are heeded.
  private struct Mirror: InputSeal {
    func seal(_ piece: [UInt8], at place: InputPlace) -> [UInt8] {
      piece.map { ~$0 } + Mirror.mark(place)
    }

    func open(_ sealed: [UInt8], at place: InputPlace) -> [UInt8]? {
      let mark = Mirror.mark(place)
      guard sealed.count >= mark.count, sealed.suffix(mark.count).elementsEqual(mark) else {
        return nil
      }
      return sealed.dropLast(mark.count).map { ~$0 }
    }

    private static func mark(_ place: InputPlace) -> [UInt8] {
      var hash: UInt64 = place.isLast ? 7 : 3
      for byte in "\(place.folder) \(place.number)".utf8 { hash = hash &* 31 &+ UInt64(byte) }
      return (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
    }
  }

  private let root = NSTemporaryDirectory() + "assay-sealed-" + UUID().uuidString

  private func spool(_ pieces: [[UInt8]]) throws -> Spool {
    var settings = BatchSettings(folder: root)
    settings.reserveBytes = 0
    let spool = try Spool(JobFiles(root), settings, Mirror(), now: 0)
    for piece in pieces { try spool.write(piece) }
    try spool.complete()
    try spool.finish()
    return spool
  }

  private func read(_ path: String, _ folder: String, step: Int = 1 << 20) throws -> [UInt8] {
    let pieces = try #require(try SealedInput.open(path, of: folder, Mirror()))
    let source = try ByteSource(path: path, pieces: pieces)
    var bytes: [UInt8] = []
    while try source.read(step, into: &bytes) {}
    return bytes
  }

  @Test(arguments: [0, 1, 3, SealedInput.pieceBytes - 1, SealedInput.pieceBytes, 3_000_001])
  func `what was received comes back, and stands nowhere in clear`(count: Int) throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let parts = stride(from: 0, to: count, by: 70_001).map {
      Array(bytes[$0..<min($0 + 70_001, count)])
    }
    let spool = try spool(parts)
    defer { spool.discard() }
    #expect(spool.bytes == Int64(count))
    #expect(try read(spool.path, spool.folder) == bytes)
    #expect(try read(spool.path, spool.folder, step: 4099) == bytes)
    let onDisk = try Data(contentsOf: URL(fileURLWithPath: spool.path))
    if count > 64 { #expect(onDisk.range(of: Data(bytes.prefix(64))) == nil) }
  }

  @Test func `what is cut off, changed or of another job is refused`() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    let bytes = [UInt8](repeating: 65, count: 2 * SealedInput.pieceBytes + 10)
    let spool = try spool([bytes])
    defer { spool.discard() }
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: spool.path)))
    #expect(throws: InputError.self) { try read(spool.path, "another") }
    let head = SealedInput.mark.count
    let sealed = SealedInput.pieceBytes + 8
    var swapped = whole
    swapped.replaceSubrange(
      head + 4..<head + 4 + sealed,
      with: whole[(head + 8 + sealed)...].prefix(sealed)
    )
    for damaged in [
      Array(whole.dropLast()), Array(whole.prefix(head)), Array(whole.prefix(head + 2)),
      Array(whole.prefix(head + 4 + sealed)), Array(whole.prefix(head + 8 + 2 * sealed)), swapped,
    ] {
      try Data(damaged).write(to: URL(fileURLWithPath: spool.path))
      let error = #expect(throws: InputError.self) { try read(spool.path, spool.folder) }
      #expect(error?.code == .unreadable)
    }
  }

  @Test func `an input of an earlier version is no sealed one`() throws {
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: root) }
    for text in ["", "a", "transaction_id,time\n", "{\"transaction_id\":1}\n"] {
      let path = root + "/input"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(try SealedInput.open(path, of: "x", Mirror()) == nil)
    }
  }

  @Test func `packed inputs are unpacked, of several members too; a cut one is refused`() throws {
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: root) }
    let line = Array("a line that is said again and again, number \(Int.random(in: 0..<9))\n".utf8)
    let bytes = (0..<40_000).flatMap { _ in line }
    let path = root + "/one.gz"
    let sink = try ByteSink(path: path)
    try sink.write { $0 += bytes }
    try sink.close()
    let packed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    func unpacked(_ packed: [UInt8], _ step: Int) throws -> [UInt8] {
      let source = try ByteSource(path: "the file", pieces: OnePiece(packed))
      var found: [UInt8] = []
      while try source.read(step, into: &found) {}
      #expect(source.bytesRead == found.count && source.bytesConsumed == packed.count)
      return found
    }
    for step in [4096, 1 << 20, 1 << 24] {
      #expect(try unpacked(packed, step) == bytes)
      #expect(try unpacked(packed + packed, step) == bytes + bytes)
    }
    for cut in [packed.count / 2, packed.count - 1, 3] {
      #expect(throws: InputError.self) { try unpacked(Array(packed.prefix(cut)), 4096) }
    }
    var damaged = packed
    for place in 20..<60 { damaged[place] ^= 0x55 }
    #expect(throws: InputError.self) { try unpacked(damaged, 4096) }
  }
}
