import BulkFiles
import CLinux
import Foundation
import Storage
import Synchronization

/// Seals pieces and writes them on a thread of its own, while the next ones arrive.
final class PieceWriter: Sendable {
  /// Pieces that wait, at most.
  private static let piecesMax = 8
  private static let patience = DispatchTimeInterval.seconds(60)

  private enum Work: Sendable {
    case piece([UInt8], InputPlace)
    case end
  }

  private let seal: any InputSeal
  private let file: Mutex<BulkFile>
  private let waiting = Mutex<[Work]>([])
  private let failed = Atomic<Bool>(false)
  private let room = DispatchSemaphore(value: 0)
  private let arrived = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// Creates the file, which begins with the mark of sealed inputs.
  init(_ path: String, _ seal: any InputSeal) throws {
    self.seal = seal
    let file = try BulkFile(creating: path)
    try file.write(SealedInput.mark)
    self.file = Mutex(file)
    for _ in 0..<PieceWriter.piecesMax { room.signal() }
    let thread = Thread { [self] in
      clinux_nice_thread(10)
      run()
    }
    thread.name = "seal"
    thread.start()
  }

  /// Hands a piece over; waits where too many are on their way.
  func add(_ piece: [UInt8], at place: InputPlace) throws {
    guard room.wait(timeout: .now() + PieceWriter.patience) == .success,
      !failed.load(ordering: .acquiring)
    else { throw BatchService.noSpace }
    waiting.withLock { $0.append(.piece(piece, place)) }
    arrived.signal()
  }

  /// Waits until all pieces are written, and makes them durable; nothing may be added any more.
  func finish() throws {
    end()
    guard ended.wait(timeout: .now() + PieceWriter.patience) == .success,
      !failed.load(ordering: .acquiring)
    else { throw BatchService.noSpace }
    do {
      try file.withLock { file in
        try file.synchronize()
        try file.close()
      }
    } catch {
      throw BatchService.noSpace
    }
  }

  /// Has the thread end after what it is at.
  func cancel() {
    failed.store(true, ordering: .releasing)
    end()
  }

  private func end() {
    waiting.withLock { $0.append(.end) }
    arrived.signal()
  }

  private func run() {
    defer { ended.signal() }
    while true {
      arrived.wait()
      guard case .piece(let piece, let place) = waiting.withLock({ $0.removeFirst() }) else {
        return
      }
      defer { room.signal() }
      if failed.load(ordering: .acquiring) { continue }
      let sealed = seal.seal(piece, at: place)
      do {
        try file.withLock { file in
          try file.write((0..<4).map { UInt8(truncatingIfNeeded: sealed.count >> (8 * $0)) })
          try file.write(sealed)
        }
      } catch {
        // The next piece, or the end, says so.
        failed.store(true, ordering: .releasing)
      }
    }
  }
}
