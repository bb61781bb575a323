/// Writes one transaction record: set the fields in any order, then `finish`.
///
/// Reused for each transaction of a reader, so that decoding allocates nothing in steady state.
package struct TransactionBuilder {
  package let source: UInt16
  package let schema: Schema
  package var time = Timestamp(microseconds: 0)
  package var amount = Money(minorUnits: 0)
  package var flags: TransactionRecord.Flags = []
  /// Encrypted personal attributes.
  package var sealed: [UInt8] = []
  private var numbers: [UInt64]
  private var texts: [[UInt8]]
  private var earlier = EarlierReading()
  /// What the content of the record finished last would be by the readings of before; nil where
  /// they are the same.
  package private(set) var earlierContent: UInt64?

  /// Fields that were read otherwise before, with what they were read as.
  private struct EarlierReading {
    var time: Timestamp?
    var amount: Money?
    var numbers: [(slot: Int, bits: UInt64)] = []
    var texts: [(slot: Int, text: [UInt8])] = []

    var isEmpty: Bool { time == nil && amount == nil && numbers.isEmpty && texts.isEmpty }
  }

  package init(source: UInt16, schema: Schema) {
    self.source = source
    self.schema = schema
    numbers = schema.numbers.map { TransactionBuilder.missingBits($0.kind) }
    texts = schema.texts.map { _ in [] }
  }

  private static func missingBits(_ kind: FieldKind) -> UInt64 {
    kind == .money ? UInt64(bitPattern: Money.missing.minorUnits) : Double.nan.bitPattern
  }

  /// Forgets the fields of the last transaction, keeping its storage.
  package mutating func reset() {
    time = Timestamp(microseconds: 0)
    amount = Money(minorUnits: 0)
    flags = []
    sealed.removeAll(keepingCapacity: true)
    if !earlier.isEmpty { earlier = EarlierReading() }
    earlierContent = nil
    for slot in numbers.indices {
      numbers[slot] = TransactionBuilder.missingBits(schema.numbers[slot].kind)
    }
    for slot in texts.indices { texts[slot].removeAll(keepingCapacity: true) }
  }

  package mutating func set(text slot: Int, _ bytes: borrowing Span<UInt8>) {
    texts[slot].removeAll(keepingCapacity: true)
    texts[slot].append(bytes)
  }

  package mutating func set(text slot: Int, _ value: String) {
    texts[slot].removeAll(keepingCapacity: true)
    texts[slot].append(contentsOf: value.utf8)
  }

  /// Leaves room for the entry's number, which the sequencer writes as the id's end.
  package mutating func setSequencedId(prefix: String = "") {
    let digits = String(repeating: "0", count: TransactionRecord.sequenceDigits)
    set(text: Schema.Text.id, prefix + digits)
    flags.insert(.idIsSequence)
  }

  package mutating func set(number slot: Int, _ value: Double) { numbers[slot] = value.bitPattern }

  package mutating func set(number slot: Int, _ value: Money) {
    numbers[slot] = UInt64(bitPattern: value.minorUnits)
  }

  /// Notes as what the time was read before, so that a retry of an id of then is known again.
  package mutating func note(earlierTime time: Timestamp) { earlier.time = time }

  /// Notes as what the amount was read before.
  package mutating func note(earlierAmount amount: Money) { earlier.amount = amount }

  /// Notes as what a number was read before.
  package mutating func note(earlierNumber value: Double, at slot: Int) {
    earlier.numbers.append((slot, value.bitPattern))
  }

  /// Notes as what an amount of money was read before.
  package mutating func note(earlierNumber value: Money, at slot: Int) {
    earlier.numbers.append((slot, UInt64(bitPattern: value.minorUnits)))
  }

  /// Notes as what a text was read before.
  package mutating func note(earlierText text: [UInt8], at slot: Int) {
    earlier.texts.append((slot, text))
  }

  package func text(_ slot: Int) -> [UInt8] { texts[slot] }

  /// Appends the finished record and returns its size.
  ///
  /// Texts longer than `TransactionRecord.textBytesMax` must have been refused by the decoder; here
  /// they trap.
  @discardableResult
  package mutating func finish(into bytes: inout [UInt8]) -> Int {
    let start = bytes.count
    for _ in 0..<TransactionRecord.headerSize / 8 { bytes.append(little: UInt64(0)) }
    TransactionBuilder.append(numbers, texts, to: &bytes)
    let contentEnd = bytes.count
    bytes.append(contentsOf: sealed)
    while (bytes.count - start) % 8 != 0 { bytes.append(0) }
    let size = bytes.count - start
    precondition(size <= TransactionRecord.sizeMax, "record too long")

    bytes.store(little: UInt32(size), at: start)
    bytes.store(little: source, at: start + 4)
    bytes.store(little: UInt8(numbers.count), at: start + 6)
    bytes.store(little: UInt8(texts.count), at: start + 7)
    bytes.store(little: time.microseconds, at: start + 8)
    bytes.store(little: amount.minorUnits, at: start + 16)
    bytes.store(little: flags.rawValue, at: start + 32)
    bytes.store(little: UInt16(sealed.count), at: start + 34)
    let fields = start + TransactionRecord.headerSize..<contentEnd
    let content = content(of: bytes, fields, time, amount)
    if !earlier.isEmpty { earlierContent = contentByEarlierReading() }
    let id = Fingerprint.of(texts[Schema.Text.id], in: 0..<texts[Schema.Text.id].count)
    bytes.store(little: content, at: start + 24)
    bytes.store(little: UInt32(truncatingIfNeeded: id), at: start + 36)
    return size
  }

  private static func append(_ numbers: [UInt64], _ texts: [[UInt8]], to bytes: inout [UInt8]) {
    for bits in numbers { bytes.append(little: bits) }
    var end = 0
    for text in texts {
      precondition(text.count <= TransactionRecord.textBytesMax, "text too long for a record")
      end += text.count
      bytes.append(little: UInt16(end))
    }
    for text in texts { bytes.append(contentsOf: text) }
  }

  private func contentByEarlierReading() -> UInt64 {
    var (numbers, texts, fields) = (numbers, texts, [UInt8]())
    for (slot, bits) in earlier.numbers { numbers[slot] = bits }
    for (slot, text) in earlier.texts { texts[slot] = text }
    TransactionBuilder.append(numbers, texts, to: &fields)
    return content(of: fields, fields.indices, earlier.time ?? time, earlier.amount ?? amount)
  }

  /// The fingerprint of what the client sent: a time that it left out is none of it.
  private func content(
    of bytes: [UInt8],
    _ fields: Range<Int>,
    _ time: Timestamp,
    _ amount: Money
  ) -> UInt64 {
    let clientTime = flags.contains(.timeIsReceivedAt) ? 0 : UInt64(bitPattern: time.microseconds)
    return Fingerprint.chain(
      Fingerprint.of(bytes, in: fields, seed: clientTime),
      UInt64(bitPattern: amount.minorUnits)
    )
  }
}
