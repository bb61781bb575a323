/// The one binary form of a transaction: what decoders write, the queue carries, the engine reads
/// and the journal keeps. Little-endian, 8-byte multiple:
///
///     0  u32 size              16 i64 amount, minor units     40 i64|f64 × numbers
///     4  u16 source            24 u64 content fingerprint        u16 × texts (ends)
///     6  u8  number count      32 u16 flags, u16 sealed size     text bytes
///     7  u8  text count        36 u32 id hash                    sealed bytes, zeros
///     8  i64 event time, µs
///
/// `sealed` holds the encrypted personal attributes; the engine never reads it.
package enum TransactionRecord {
  package static let headerSize = 40
  package static let sizeMax = 65_528
  package static let textBytesMax = 256

  package struct Flags: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The client sent no time: the sequencer stamps `receivedAt`.
    package static let timeIsReceivedAt = Flags(rawValue: 1)
    /// A time too far in the future was set to `receivedAt`, as the source asks.
    package static let timeClamped = Flags(rawValue: 2)
    /// The client sent no id: the sequencer writes the entry's number into it.
    package static let idIsSequence = Flags(rawValue: 4)
  }

  @inlinable
  package static func size(_ record: borrowing Span<UInt8>) -> Int {
    Int(record.load(at: 0, as: UInt32.self))
  }

  @inlinable
  package static func source(_ record: borrowing Span<UInt8>) -> Int {
    Int(record.load(at: 4, as: UInt16.self))
  }

  @inlinable
  package static func time(_ record: borrowing Span<UInt8>) -> Timestamp {
    Timestamp(microseconds: record.load(at: 8, as: Int64.self))
  }

  @inlinable
  package static func amount(_ record: borrowing Span<UInt8>) -> Money {
    Money(minorUnits: record.load(at: 16, as: Int64.self))
  }

  @inlinable
  package static func content(_ record: borrowing Span<UInt8>) -> UInt64 {
    record.load(at: 24, as: UInt64.self)
  }

  @inlinable
  package static func flags(_ record: borrowing Span<UInt8>) -> Flags {
    Flags(rawValue: record.load(at: 32, as: UInt16.self))
  }

  /// A 32-bit hash of the id, kept beside each event so that a label finds it.
  @inlinable
  package static func idHash(_ record: borrowing Span<UInt8>) -> UInt32 {
    record.load(at: 36, as: UInt32.self)
  }

  /// The value of a number slot as a double: units for money, NaN where absent.
  @inlinable
  package static func bits(_ slot: Int, _ record: borrowing Span<UInt8>) -> UInt64 {
    record.load(at: headerSize + 8 * slot, as: UInt64.self)
  }

  /// Where a text slot's bytes stand; empty where absent.
  @inlinable
  package static func text(_ slot: Int, _ record: borrowing Span<UInt8>) -> Range<Int> {
    let numbers = Int(record.load(at: 6, as: UInt8.self))
    let texts = Int(record.load(at: 7, as: UInt8.self))
    precondition(slot < texts, "no such text slot")
    let table = headerSize + 8 * numbers
    let bytes = table + 2 * texts
    let end = Int(record.load(at: table + 2 * slot, as: UInt16.self))
    let start = slot == 0 ? 0 : Int(record.load(at: table + 2 * slot - 2, as: UInt16.self))
    return bytes + start..<bytes + end
  }

  /// Where the encrypted personal attributes stand.
  package static func sealed(_ record: borrowing Span<UInt8>) -> Range<Int> {
    let texts = Int(record.load(at: 7, as: UInt8.self))
    let start = text(texts - 1, record).upperBound
    return start..<start + Int(record.load(at: 34, as: UInt16.self))
  }

  /// Checks that a record read from outside this process is whole: sizes, slots and offsets, and no
  /// text longer than windows take it for a name.
  package static func isValid(_ record: borrowing Span<UInt8>) -> Bool {
    guard record.count >= headerSize, size(record) == record.count,
      record.count % 8 == 0, record.count <= sizeMax
    else { return false }
    let numbers = Int(record.load(at: 6, as: UInt8.self))
    let texts = Int(record.load(at: 7, as: UInt8.self))
    let table = headerSize + 8 * numbers
    guard numbers <= Schema.numbersMax, texts >= Schema.commonTexts.count,
      texts <= Schema.textsMax, table + 2 * texts <= record.count
    else { return false }
    var last = 0
    for slot in 0..<texts {
      let end = Int(record.load(at: table + 2 * slot, as: UInt16.self))
      guard end >= last, end - last <= textBytesMax else { return false }
      last = end
    }
    let sealed = Int(record.load(at: 34, as: UInt16.self))
    return table + 2 * texts + last + sealed <= record.count
  }

  /// Stamps the time of a record that came without one.
  package static func stamp(_ time: Timestamp, into record: inout [UInt8], at offset: Int) {
    record.store(little: time.microseconds, at: offset + 8)
  }

  /// Digits at the end of an id that the sequencer writes.
  package static let sequenceDigits = 12

  private static func idRange(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    let text = text(Schema.Text.id, bytes.span.extracting(range))
    return range.lowerBound + text.lowerBound..<range.lowerBound + text.upperBound
  }

  /// Writes an entry's number into the id of a record that came without one.
  package static func stamp(
    sequence: UInt64,
    into record: inout [UInt8],
    at range: Range<Int>
  ) {
    let id = idRange(record, range)
    precondition(id.count >= sequenceDigits, "an id without room for its number")
    var rest = sequence
    for place in id.suffix(sequenceDigits).reversed() {
      record[place] = UInt8(48 + rest % 10)
      rest /= 10
    }
    let hash = UInt32(truncatingIfNeeded: Fingerprint.of(record, in: id))
    record.store(little: hash, at: range.lowerBound + 36)
  }
}
