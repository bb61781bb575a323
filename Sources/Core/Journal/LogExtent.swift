package import Payments

/// Where a log starts and ends, as noted beside it when it was opened, cut by retention or closed.
///
/// A log that starts later or ends earlier than its note has lost entries.
package struct LogExtent: Sendable, Hashable {
  static let magic: UInt64 = 0x3130_5458_4E4A_5341  // "ASJNXT01"
  static let size = 48

  /// The log's identity, as in the heads of its segments.
  package var log: UInt64
  /// The base of the first segment; segments before it may still be there.
  package var start: Position
  package var end: Position
  package var nextSequence: UInt64

  package init(log: UInt64, start: Position, end: Position, nextSequence: UInt64) {
    self.log = log
    self.start = start
    self.end = end
    self.nextSequence = nextSequence
  }

  package init(_ bytes: [UInt8]) throws(DecodingFailure) {
    let span = bytes.span
    guard span.count == LogExtent.size, span.load(at: 0, as: UInt64.self) == LogExtent.magic,
      span.load(at: 40, as: UInt32.self) == CRC32C.of(span.extracting(0..<40))
    else { throw DecodingFailure("the note of the log's extent is damaged", at: 0) }
    log = span.load(at: 8)
    start = Position(bytes: span.load(at: 16))
    end = Position(bytes: span.load(at: 24))
    nextSequence = span.load(at: 32)
  }

  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    for word in [LogExtent.magic, log, start.bytes, end.bytes, nextSequence] {
      bytes.append(little: word)
    }
    bytes.append(little: CRC32C.of(bytes.span))
    bytes.append(little: UInt32(0))
    return bytes
  }
}

/// Something beside the log that knows how far it reached: a snapshot, a follower, the note.
package struct LogWitness: Sendable, Hashable {
  /// What a person calls it, such as its file.
  package var name: String
  package var end: Position
  /// The number of the entry behind; 0 where the witness does not know.
  package var nextSequence: UInt64

  package init(_ name: String, end: Position, nextSequence: UInt64 = 0) {
    self.name = name
    self.end = end
    self.nextSequence = nextSequence
  }
}

/// All that is known of a log besides its segments.
package struct LogKnowledge: Sendable {
  package var note: LogExtent?
  package var witnesses: [LogWitness]
  /// Whether a whole snapshot stands at a position; asked where there is no note.
  package var isAnchored: @Sendable (Position) -> Bool
  /// The least size of a segment: a shorter one was cut, for its space is reserved before its name.
  package var segmentBytesMin: Int

  package init(
    note: LogExtent? = nil,
    witnesses: [LogWitness] = [],
    segmentBytesMin: Int = 0,
    isAnchored: @escaping @Sendable (Position) -> Bool = { _ in false }
  ) {
    self.note = note
    self.segmentBytesMin = segmentBytesMin
    self.isAnchored = isAnchored
    self.witnesses = witnesses
    if let note {
      let witness = LogWitness(
        "the note of the log's extent",
        end: note.end,
        nextSequence: note.nextSequence
      )
      self.witnesses.append(witness)
    }
  }

  /// The farthest place that any witness knows.
  package var end: Position { witnesses.map(\.end).max() ?? Position(bytes: 0) }
  /// The number behind the highest one that any witness knows.
  package var nextSequence: UInt64 { witnesses.map(\.nextSequence).max() ?? 0 }
}
