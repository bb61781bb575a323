/// The body of a label entry: what became known of a transaction, with the transaction itself, so
/// that the engine needs no table of ids.
///
///     0  u8 verdict, u8 origin, u16 0, u32 0
///     8  i64 time at which the transaction landed in the windows, µs
///     16 the transaction's record, without personal attributes
package enum Label {
  package static let headerSize = 16

  /// Who said so.
  package enum Origin: UInt8, Sendable {
    /// Sent by a client; always counts.
    case explicit = 0
    /// A label column of a file, due at the source's maturity.
    case column = 1
  }

  package static func append(
    verdict: Verdict,
    origin: Origin,
    landed: Timestamp,
    record: borrowing Span<UInt8>,
    to bytes: inout [UInt8]
  ) {
    bytes.append(verdict.rawValue)
    bytes.append(origin.rawValue)
    bytes.append(little: UInt16(0))
    bytes.append(little: UInt32(0))
    bytes.append(little: landed.microseconds)
    bytes.append(record)
  }

  package static func verdict(_ body: borrowing Span<UInt8>) -> Verdict {
    body.load(at: 0, as: UInt8.self) == Verdict.fraud.rawValue ? .fraud : .legitimate
  }

  package static func landed(_ body: borrowing Span<UInt8>) -> Timestamp {
    Timestamp(microseconds: body.load(at: 8, as: Int64.self))
  }

  /// Where the transaction's record stands.
  package static func record(_ body: borrowing Span<UInt8>) -> Range<Int> {
    headerSize..<body.count
  }

  package static func isValid(_ body: borrowing Span<UInt8>) -> Bool {
    body.count > headerSize && body.load(at: 0, as: UInt8.self) <= Verdict.fraud.rawValue
      && TransactionRecord.isValid(body.extracting(record(body)))
  }
}
