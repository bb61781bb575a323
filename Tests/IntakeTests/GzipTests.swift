import Foundation
import Testing

@testable import Intake

struct GzipTests {
  private static func packed(_ bytes: [UInt8]) throws -> [UInt8] {
    let path = NSTemporaryDirectory() + "gzip-" + UUID().uuidString + ".gz"
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    let sink = try ByteSink(path: path)
    try sink.write { $0 += bytes }
    try sink.close()
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private static func unpacked(_ bytes: [UInt8], max: Int = 16 << 20) -> Result<
    [UInt8], Gzip.Failure
  > {
    do throws(Gzip.Failure) {
      return .success(try Decoding.unpacked(bytes, bytesMax: max))
    } catch {
      return .failure(error)
    }
  }

  private static let text = (0..<20_000).flatMap { index in
    Array("{\"account\":\"\(UInt64(index) &* 0x9E37_79B9_7F4A_7C15)\"}\n".utf8)
  }

  @Test func `a body comes back, of one member or of several`() throws {
    let packed = try GzipTests.packed(GzipTests.text)
    #expect(try GzipTests.unpacked(packed).get() == GzipTests.text)
    #expect(try GzipTests.unpacked(packed + packed).get() == GzipTests.text + GzipTests.text)
    #expect(try GzipTests.unpacked(try GzipTests.packed([])).get() == [])
  }

  @Test func `what is cut, bent or goes on behind the end is refused`() throws {
    let packed = try GzipTests.packed(GzipTests.text)
    for count in 0..<packed.count where count < 40 || count % 37 == 0 || count > packed.count - 9 {
      #expect(throws: Gzip.Failure.damaged) {
        try GzipTests.unpacked(Array(packed[..<count])).get()
      }
    }
    #expect(throws: Gzip.Failure.damaged) { try GzipTests.unpacked(packed + [1, 2, 3]).get() }
    #expect(throws: Gzip.Failure.damaged) { try GzipTests.unpacked(GzipTests.text).get() }
    var bent = packed
    bent[bent.count - 6] ^= 1
    #expect(throws: Gzip.Failure.damaged) { try GzipTests.unpacked(bent).get() }
  }

  @Test func `what unpacks to too much, or to too much for its size, is refused`() throws {
    let packed = try GzipTests.packed(GzipTests.text)
    let size = GzipTests.text.count
    #expect(try GzipTests.unpacked(packed, max: size).get().count == size)
    #expect(throws: Gzip.Failure.tooLarge) { try GzipTests.unpacked(packed, max: size - 1).get() }
    // Zeros pack to a thousandth.
    let bomb = try GzipTests.packed([UInt8](repeating: 0, count: 8 << 20))
    #expect(throws: Gzip.Failure.tooLarge) { try GzipTests.unpacked(bomb).get() }
    let small = try GzipTests.packed([UInt8](repeating: 0, count: Gzip.freeBytes))
    #expect(try GzipTests.unpacked(small).get().count == Gzip.freeBytes)
  }
}
