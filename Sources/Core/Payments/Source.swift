/// Scores from which a decision becomes more severe, as probabilities; nil switches a step off.
package struct Thresholds: Sendable, Hashable {
  package var challenge: Double?
  package var review: Double?
  package var decline: Double?

  package init(challenge: Double? = nil, review: Double? = 0.5, decline: Double? = 0.8) {
    self.challenge = challenge
    self.review = review
    self.decline = decline
  }

  /// The most severe step that a score reaches.
  package func outcome(_ score: Double) -> Outcome {
    if let decline, score >= decline { return .decline }
    if let review, score >= review { return .review }
    if let challenge, score >= challenge { return .challenge }
    return .approve
  }
}

/// What is answered when a decision cannot be made in time.
package enum DeadlinePolicy: UInt8, Sendable {
  case approve = 0
  case review = 1
  case decline = 2
  case error = 3
}

/// What happens to a time more than the tolerance ahead of `receivedAt`.
package enum FuturePolicy: UInt8, Sendable {
  case refuse = 0
  case clamp = 1
}

/// What makes a transaction the same as an earlier one of its source.
package enum IdentityPolicy: UInt8, Sendable {
  /// Its id: another content under the same id is a conflict.
  case id = 0
  /// Its id and content, where a source uses ids again: another content is another transaction.
  case idAndContent = 1
}

/// A named feed of transactions, with everything that a decision on them depends on besides its
/// features, rules and model.
///
/// Its definition is a log entry.
package struct Source: Sendable, Hashable {
  package static let nameBytesMax = 64
  package static let day: Int64 = 86_400_000_000

  package var id: UInt16
  package var name: String
  package var dialect: Dialect
  package var currency: Currency
  package var zone: TimeZoneTable
  package var schema: Schema
  package var thresholds = Thresholds()
  /// How late an event may be and still land in its place, µs.
  package var lateBound: Int64 = Source.day
  /// How far ahead of `receivedAt` an event time may lie, µs.
  package var futureTolerance: Int64 = 300_000_000
  package var futurePolicy = FuturePolicy.refuse
  /// After this time an unlabelled transaction is presumed legitimate, µs.
  package var maturity: Int64 = 7 * Source.day
  package var deadlineMilliseconds: UInt32 = 250
  package var onDeadline = DeadlinePolicy.review
  package var identity = IdentityPolicy.id

  package init(
    id: UInt16,
    name: String,
    dialect: Dialect,
    currency: Currency,
    zone: TimeZoneTable = .utc
  ) {
    self.id = id
    self.name = name
    self.dialect = dialect
    self.currency = currency
    self.zone = zone
    schema = dialect.schema
  }

  package func encode(into bytes: inout [UInt8]) {
    bytes.append(little: id)
    bytes.append(text: name)
    bytes.append(dialect.rawValue)
    bytes.append(text: currency.code)
    bytes.append(currency.scale)
    bytes.append(text: zone.name)
    bytes.append(little: UInt32(zone.transitions.count))
    for transition in zone.transitions {
      bytes.append(little: transition.start.microseconds)
      bytes.append(little: transition.offsetSeconds)
    }
    schema.encode(into: &bytes)
    for threshold in [thresholds.challenge, thresholds.review, thresholds.decline] {
      bytes.append(double: threshold ?? .nan)
    }
    bytes.append(little: lateBound)
    bytes.append(little: futureTolerance)
    bytes.append(futurePolicy.rawValue)
    bytes.append(little: maturity)
    bytes.append(little: deadlineMilliseconds)
    // The upper half of the byte was always 0: entries of before read as they did.
    bytes.append(onDeadline.rawValue | identity.rawValue << 4)
  }

  package init(from reader: inout ByteReader) throws(DecodingFailure) {
    id = try reader.integer()
    name = try reader.text()
    dialect = try reader.choice("dialect")
    currency = Currency(code: try reader.text(), scale: try reader.integer())
    let zoneName = try reader.text()
    var transitions: [TimeZoneTable.Transition] = []
    for _ in 0..<(try reader.count(unit: 12)) {
      transitions.append(
        TimeZoneTable.Transition(
          start: Timestamp(microseconds: try reader.integer()),
          offsetSeconds: try reader.integer()
        )
      )
    }
    zone = TimeZoneTable(name: zoneName, transitions: transitions)
    schema = try Schema(from: &reader)
    let challenge = try reader.double()
    let review = try reader.double()
    let decline = try reader.double()
    thresholds = Thresholds(
      challenge: challenge.isNaN ? nil : challenge,
      review: review.isNaN ? nil : review,
      decline: decline.isNaN ? nil : decline
    )
    lateBound = try reader.integer()
    futureTolerance = try reader.integer()
    futurePolicy = try reader.choice("future policy")
    maturity = try reader.integer()
    deadlineMilliseconds = try reader.integer()
    let policies = try reader.integer(UInt8.self)
    onDeadline = try ByteReader.choice(policies & 15, "deadline policy", at: reader.offset - 1)
    identity = try ByteReader.choice(policies >> 4, "identity policy", at: reader.offset - 1)
  }
}

extension ByteReader {
  /// A case of an enumeration by its raw byte.
  fileprivate mutating func choice<T: RawRepresentable<UInt8>>(
    _ what: String
  ) throws(DecodingFailure) -> T {
    let raw: UInt8 = try integer()
    return try ByteReader.choice(raw, what, at: offset - 1)
  }

  fileprivate static func choice<T: RawRepresentable<UInt8>>(
    _ raw: UInt8,
    _ what: String,
    at offset: Int
  ) throws(DecodingFailure) -> T {
    guard let value = T(rawValue: raw) else {
      throw DecodingFailure("unknown \(what) \(raw)", at: offset)
    }
    return value
  }
}
