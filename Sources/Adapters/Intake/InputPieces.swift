/// An input that comes in pieces from elsewhere than a plain file.
package protocol InputPieces: AnyObject {
  /// The next piece; nil at the end.
  func next() throws(InputError) -> [UInt8]?
  /// Bytes of the pieces that have come.
  var bytesConsumed: Int { get }
}

/// Bytes in memory as an input.
package final class OnePiece: InputPieces {
  private var piece: [UInt8]?
  package private(set) var bytesConsumed = 0

  package init(_ bytes: [UInt8]) { piece = bytes }

  package func next() -> [UInt8]? {
    defer { piece = nil }
    bytesConsumed += piece?.count ?? 0
    return piece
  }
}
