/// What a journal entry is.
///
/// The raw values are part of the format and never change.
package enum EntryKind: UInt8, Sendable, CaseIterable {
  case transaction = 1
  /// Follows its transaction in the same batch.
  case decision = 2
  case label = 3
  /// Login, new device, new payee, password change.
  case activity = 4
  /// Issuer declined, challenge passed, refunded, reversed.
  case disposition = 5
  /// A past transaction: state learns, nothing is decided.
  case history = 6
  case source = 16
  case features = 17
  case rules = 18
  case list = 19
  case model = 20
  case rate = 21
  case engineVersion = 22
  /// Windows that were filled from the log are in force from here on.
  case adoption = 23
  /// An answer that was given before its decision, because of a deadline.
  case fallback = 32
  /// A digest of the engine's state, checked by replay.
  case digest = 33
  case quarantine = 34
  /// The last entry of an orderly stop; it proves the batches before it complete.
  case closed = 35
  /// What is kept of an account besides the log goes, as far as it came before.
  case erasure = 36
  /// Names the key of card tokens, so that another one is noticed.
  case keyFingerprint = 37
  /// What was before it is lost, and somebody accepted that; the first entry behind the gap.
  case loss = 38
  /// Somebody has confirmed what the clock says: here alone `receivedAt` may go back.
  case clockReset = 39
}

/// The place of an entry: bytes from the start of the log.
package struct Position: Sendable, Hashable, Comparable {
  package var bytes: UInt64

  package init(bytes: UInt64) { self.bytes = bytes }

  package static func < (a: Position, b: Position) -> Bool { a.bytes < b.bytes }
}

/// The fixed part of every entry, 32 bytes before its body (docs/journal-format.md).
package struct EntryHeader: Sendable, Hashable {
  package static let size = 32
  package static let bodyBytesMax = 16 << 20

  package var sequence: UInt64
  /// When the entry was sequenced, µs since 1970; goes back only at a reset of the clock.
  package var receivedAt: Int64
  package var kind: EntryKind
  package var semanticsVersion: UInt16
  package var bodySize: Int

  /// Bytes of the entry on disk: header and body, padded to a multiple of eight.
  package var paddedSize: Int { EntryHeader.size + (bodySize + 7) & ~7 }
}
