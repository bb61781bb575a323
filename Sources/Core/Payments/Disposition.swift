/// What others did with a payment after its decision.
package enum DispositionKind: UInt8, Sendable, CaseIterable {
  case issuerDeclined = 0
  case challengePassed = 1
  case challengeFailed = 2
  case refunded = 3
  case reversed = 4

  /// The word used in JSON and rules.
  package var word: String {
    switch self {
    case .issuerDeclined: "issuer_declined"
    case .challengePassed: "challenge_passed"
    case .challengeFailed: "challenge_failed"
    case .refunded: "refunded"
    case .reversed: "reversed"
    }
  }
}

/// The body of a disposition entry: kind, time, the transaction's record and where that landed.
package struct Disposition: Sendable, Hashable {
  package var kind: DispositionKind
  package var time: Timestamp
  /// The transaction's record.
  package var record: [UInt8]
  /// The time at which the transaction landed in the windows: another than its own where it came
  /// too late.
  package var landed: Timestamp

  package init(kind: DispositionKind, time: Timestamp, record: [UInt8], landed: Timestamp) {
    self.kind = kind
    self.time = time
    self.record = record
    self.landed = landed
  }

  package var encoded: [UInt8] {
    var bytes: [UInt8] = [kind.rawValue]
    bytes.append(little: time.microseconds)
    bytes.append(blob: record)
    bytes.append(little: landed.microseconds)
    return bytes
  }

  package init(_ body: [UInt8]) throws(DecodingFailure) {
    var reader = ByteReader(body)
    let raw: UInt8 = try reader.integer()
    guard let kind = DispositionKind(rawValue: raw) else {
      throw DecodingFailure("unknown disposition \(raw)", at: 0)
    }
    self.kind = kind
    time = Timestamp(microseconds: try reader.integer())
    let record = try reader.blob()
    guard TransactionRecord.isValid(record.span) else {
      throw DecodingFailure("a damaged transaction", at: 9)
    }
    self.record = record
    // Entries of older logs end here: as if the transaction had landed at its own time.
    if reader.atEnd {
      landed = TransactionRecord.time(record.span)
    } else {
      landed = Timestamp(microseconds: try reader.integer())
    }
  }
}
