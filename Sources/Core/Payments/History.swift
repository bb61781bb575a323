/// The body of a past transaction's entry: its record and, where it came too late, the time at
/// which it landed in the windows.
///
/// Bodies of older logs end with the record, as if each had landed at its own time.
package enum History {
  /// Appends a body.
  package static func append(
    _ record: borrowing Span<UInt8>,
    landed: Timestamp,
    to bytes: inout [UInt8]
  ) {
    bytes.append(record)
    if landed != TransactionRecord.time(record) { bytes.append(little: landed.microseconds) }
  }

  /// Where the transaction's record stands.
  package static func record(_ body: borrowing Span<UInt8>) -> Range<Int> {
    0..<min(TransactionRecord.size(body), body.count)
  }

  /// The time at which the transaction landed in the windows.
  package static func landed(_ body: borrowing Span<UInt8>) -> Timestamp {
    let end = record(body).upperBound
    guard body.count >= end + 8 else { return TransactionRecord.time(body) }
    return Timestamp(microseconds: body.load(at: end, as: Int64.self))
  }

  /// Whether a body read from outside this process is whole.
  package static func isValid(_ body: borrowing Span<UInt8>) -> Bool {
    guard body.count >= TransactionRecord.headerSize else { return false }
    let end = record(body).upperBound
    return (body.count == end || body.count == end + 8)
      && TransactionRecord.isValid(body.extracting(0..<end))
  }
}
