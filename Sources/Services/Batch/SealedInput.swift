import Foundation
import Intake
import Storage

/// The input of a job as it lies on the disk: a mark, then sealed pieces, each behind its length in
/// four bytes (docs/decisions/024-card-data.md).
enum SealedInput {
  /// How a sealed input begins; no text does.
  static let mark = Array("\0assay sealed 1\n".utf8)
  /// Bytes of a piece before it is sealed, at most.
  static let pieceBytes = 256 << 10
  /// A sealed piece is longer by its nonce and its tag.
  static let sealedBytesMax = pieceBytes + 64

  /// The pieces of an input; nil where it is not sealed, as those of earlier versions.
  static func open(
    _ path: String,
    of folder: String,
    _ seal: any InputSeal
  ) throws(InputError) -> Pieces? {
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      guard try file.read(upToCount: mark.count).map({ [UInt8]($0) }) == mark else {
        try file.close()
        return nil
      }
      return Pieces(file, folder, seal)
    } catch {
      throw InputError(.unreadable, "cannot open \(path): \(error.localizedDescription)")
    }
  }

  /// Opens a sealed input piece by piece.
  final class Pieces: InputPieces {
    private let file: FileHandle
    private let folder: String
    private let seal: any InputSeal
    private var number: UInt64 = 0
    private var isAtEnd = false
    private(set) var bytesConsumed = 0

    fileprivate init(_ file: FileHandle, _ folder: String, _ seal: any InputSeal) {
      self.file = file
      self.folder = folder
      self.seal = seal
    }

    deinit {
      // It was only read from.
      try? file.close()
    }

    func next() throws(InputError) -> [UInt8]? {
      if isAtEnd { return nil }
      let head = try read(4)
      let count = head.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
      guard head.count == 4, count <= SealedInput.sealedBytesMax else { throw damaged }
      let sealed = try read(count)
      for isLast in [false, true] {
        let place = InputPlace(folder: folder, number: number, isLast: isLast)
        guard let piece = seal.open(sealed, at: place) else { continue }
        number += 1
        isAtEnd = isLast
        bytesConsumed += piece.count
        return piece.isEmpty && isLast ? nil : piece
      }
      throw damaged
    }

    private func read(_ count: Int) throws(InputError) -> [UInt8] {
      do {
        return [UInt8](try file.read(upToCount: count) ?? Data())
      } catch {
        throw InputError(.unreadable, "cannot read the file: \(error.localizedDescription)")
      }
    }

    private var damaged: InputError {
      InputError(.unreadable, "the file of the job is damaged; send it again")
    }
  }
}
