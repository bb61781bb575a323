import FileJournal
import Foundation
import Journal
import Payments
import Testing

struct FlightTests {
  private static let boot: UInt64 = 77

  private func withFile(_ body: (FlightFile, String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "assay-flight-\(UUID().uuidString)"
    let file = try FlightFile(path: path)
    try body(file, path)
    try FileManager.default.removeItem(atPath: path)
  }

  private func begin(_ file: FlightFile, _ number: Int) {
    let id = Array("t\(number)".utf8)
    file.begin(UInt64(number), source: 3, kind: .transaction, id: id.span)
  }

  /// What a process that starts now says about the one that wrote a file: suspects, condemned.
  private func verdict(_ path: String, boot: UInt64 = FlightTests.boot) throws -> [[Int]] {
    let (suspects, condemned) = try FlightFile(path: path).left.verdict(boot: boot)
    return [suspects.map { Int($0.subject) }, condemned.map { Int($0.subject) }]
  }

  @Test func `a new file and one that is no record accuse nobody`() throws {
    try withFile { _, path throws in
      #expect(try verdict(path) == [[], []])
      try Data(repeating: 0xA5, count: Flight.fileSize).write(to: URL(fileURLWithPath: path))
      #expect(try verdict(path) == [[], []])
    }
    #expect(Flight([1, 2, 3]).items.isEmpty)
  }

  @Test func `the item that was worked on is suspect, and nobody else`() throws {
    try withFile { file, path throws in
      file.open(boot: FlightTests.boot, suspects: [])
      begin(file, 1)
      file.end()
      begin(file, 2)
      let left = try FlightFile(path: path).left
      #expect(left.items.map(\.subject) == [1, 2])
      #expect(left.items[1].id == Array("t2".utf8))
      #expect(left.items[1].source == 3)
      #expect(try verdict(path) == [[2], []])
    }
  }

  @Test func `names of what has landed can be overwritten; suspects stay suspect`() throws {
    try withFile { file, path throws in
      let suspects = [
        FlightItem(subject: 8, source: 3, kind: .transaction, id: Array("kept-id".utf8)),
        FlightItem(subject: 9, source: 3, kind: .activity, id: Array("an-account".utf8)),
      ]
      file.open(boot: FlightTests.boot, suspects: suspects)
      for number in 1...3 {
        let name = Array("an-account".utf8)
        file.begin(UInt64(number), source: 3, kind: .activity, id: name.span)
        file.end()
      }
      file.landed()
      file.forget()
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(bytes.range(of: Data("an-account".utf8)) == nil)
      #expect(bytes.range(of: Data("kept-id".utf8)) != nil)
      #expect(try FlightFile(path: path).left.suspects.map(\.subject) == [8, 9])
      begin(file, 9)
      #expect(try verdict(path) == [[], [9]])
    }
  }

  @Test func `between items, all that are in flight are suspect; landed ones are not`() throws {
    try withFile { file, path throws in
      file.open(boot: FlightTests.boot, suspects: [])
      begin(file, 1)
      file.end()
      file.landed()
      #expect(try verdict(path) == [[], []])
      begin(file, 2)
      file.end()
      begin(file, 3)
      file.end()
      #expect(try verdict(path) == [[2, 3], []])
    }
  }

  @Test func `a suspect of two crashes in a row is condemned, of two apart is not`() throws {
    try withFile { file, path throws in
      file.open(boot: FlightTests.boot, suspects: [])
      begin(file, 5)
      let first = file.left.verdict(boot: FlightTests.boot)
      file.open(boot: FlightTests.boot, suspects: first.suspects)
      begin(file, 4)
      file.end()
      begin(file, 5)
      #expect(try verdict(path) == [[], [5]])
      // Another one in between breaks the row.
      file.open(boot: FlightTests.boot, suspects: first.suspects)
      begin(file, 6)
      #expect(try verdict(path) == [[6], []])
      file.open(
        boot: FlightTests.boot,
        suspects: file.left.verdict(boot: FlightTests.boot).suspects
      )
      begin(file, 5)
      #expect(try verdict(path) == [[5], []])
    }
  }

  @Test func `an end on purpose and a crash of the machine accuse nobody`() throws {
    try withFile { file, path throws in
      file.open(boot: FlightTests.boot, suspects: [])
      begin(file, 1)
      #expect(try verdict(path, boot: 78) == [[], []])
      file.close()
      #expect(try verdict(path) == [[], []])
    }
  }

  @Test func `what does not fit is cut off: long ids, and items beyond the slots`() throws {
    try withFile { file, path throws in
      file.open(boot: FlightTests.boot, suspects: [])
      let id = [UInt8](repeating: 0x61, count: TransactionRecord.textBytesMax)
      file.begin(9, source: 1, kind: .label, id: id.span)
      #expect(file.left.items.first?.id.count == Flight.idBytesMax)
      file.landed()
      for number in 1...Flight.slots + 10 {
        begin(file, number)
        file.end()
      }
      begin(file, 99_999)
      #expect(file.left.items.count == Flight.slots)
      #expect(try verdict(path) == [[99_999], []])
    }
  }
}
