package import Payments

/// Entries that are known to have been in the log and are gone: the body of a `loss` entry.
///
/// It is the first entry behind the gap, written when somebody accepted the loss, and the one
/// place where readers let sequence numbers leap.
package struct Loss: Sendable, Hashable {
  /// The lost sequence numbers, from `first` up to but not including `end`.
  package var first: UInt64
  package var end: UInt64
  /// The lost stretch of the log.
  package var from: Position
  package var to: Position

  package init(first: UInt64, end: UInt64, from: Position, to: Position) {
    self.first = first
    self.end = end
    self.from = from
    self.to = to
  }

  package init(_ body: borrowing Span<UInt8>) throws(DecodingFailure) {
    guard body.count >= 32 else { throw DecodingFailure("a loss is cut off", at: body.count) }
    first = body.load(at: 0)
    end = body.load(at: 8)
    from = Position(bytes: body.load(at: 16))
    to = Position(bytes: body.load(at: 24))
  }

  package func encode(into bytes: inout [UInt8]) {
    bytes.append(little: first)
    bytes.append(little: end)
    bytes.append(little: from.bytes)
    bytes.append(little: to.bytes)
  }
}

extension Loss: CustomStringConvertible {
  package var description: String {
    let entries = end > first ? "entries \(first) to \(end - 1)" : "no entry that is known"
    return "\(entries), positions \(from.bytes) to \(to.bytes)"
  }
}
