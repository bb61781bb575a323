/// The one binary form of a decision: what the engine writes, the journal keeps, replies and
/// projections read. Little-endian:
///
///     0  u16 source, u8 outcome, u8 decided by      48 i64 landed, µs
///     4  u16 flags, u16 feature count               56 u16 hit count, u16 0, u32 0
///     8  f32 margin, f32 score                      64 f32 × features, padded to 8
///     16 u64 hash of the feature vector                hits: u16 condition, u8 kind,
///     24 u64 model                                          u8 values, u32 0, f64 × values
///     32 u64 feature set
///     40 u64 rule set
package enum DecisionRecord {
  package static let headerSize = 64

  package struct Flags: OptionSet, Sendable {
    package let rawValue: UInt16
    @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// No model is in force: the scorecard and the rules decided.
    package static let noModel = Flags(rawValue: 1)
    /// The event came later than the source's bound and was evaluated at the watermark.
    package static let tooLate = Flags(rawValue: 2)
    /// An entity holds more events than are kept.
    package static let approximate = Flags(rawValue: 4)
    /// Some windows have not seen their whole length yet.
    package static let warming = Flags(rawValue: 8)

    /// Sets a flag; unlike `insert` it is not generic, and costs one instruction.
    @inlinable
    package mutating func set(_ flag: Flags) { self = Flags(rawValue: rawValue | flag.rawValue) }
  }

  /// Who made the decision.
  package enum DecidedBy: UInt8, Sendable {
    case engine = 0
    /// The source's deadline passed first.
    case fallback = 1
  }

  /// What kind of condition held.
  package enum HitKind: UInt8, Sendable {
    case rule = 0
    case score = 1
  }

  /// A condition that held, with the values of its operands.
  package struct Hit: Sendable, Hashable {
    package var condition: Int
    package var kind: HitKind
    package var values: [Double]

    package init(condition: Int, kind: HitKind, values: [Double]) {
      self.condition = condition
      self.kind = kind
      self.values = values
    }
  }

  package static func source(_ body: borrowing Span<UInt8>) -> Int {
    Int(body.load(at: 0, as: UInt16.self))
  }

  package static func outcome(_ body: borrowing Span<UInt8>) -> Outcome {
    Outcome(rawValue: body.load(at: 2, as: UInt8.self)) ?? .review
  }

  package static func flags(_ body: borrowing Span<UInt8>) -> Flags {
    Flags(rawValue: body.load(at: 4, as: UInt16.self))
  }

  package static func featureCount(_ body: borrowing Span<UInt8>) -> Int {
    Int(body.load(at: 6, as: UInt16.self))
  }

  package static func margin(_ body: borrowing Span<UInt8>) -> Float { body.loadFloat(at: 8) }

  /// The probability of fraud, 0...1.
  package static func score(_ body: borrowing Span<UInt8>) -> Float { body.loadFloat(at: 12) }

  package static func featureHash(_ body: borrowing Span<UInt8>) -> UInt64 { body.load(at: 16) }

  package static func model(_ body: borrowing Span<UInt8>) -> UInt64 { body.load(at: 24) }

  package static func featureSet(_ body: borrowing Span<UInt8>) -> UInt64 { body.load(at: 32) }

  package static func ruleSet(_ body: borrowing Span<UInt8>) -> UInt64 { body.load(at: 40) }

  package static func landed(_ body: borrowing Span<UInt8>) -> Timestamp {
    Timestamp(microseconds: body.load(at: 48))
  }

  /// A value of the feature vector; NaN where missing.
  package static func feature(_ number: Int, _ body: borrowing Span<UInt8>) -> Float {
    body.loadFloat(at: headerSize + 4 * number)
  }

  /// The whole feature vector.
  package static func vector(_ body: borrowing Span<UInt8>) -> [Float] {
    var vector: [Float] = []
    vector.reserveCapacity(featureCount(body))
    for number in 0..<featureCount(body) { vector.append(feature(number, body)) }
    return vector
  }

  /// Bytes of the header and the padded vector; the hits follow.
  package static func hitsOffset(features count: Int) -> Int {
    headerSize + (4 * count + 7) & ~7
  }

  package static func hits(_ body: borrowing Span<UInt8>) -> [Hit] {
    var offset = hitsOffset(features: featureCount(body))
    var hits: [Hit] = []
    for _ in 0..<body.load(at: 56, as: UInt16.self) {
      let count = Int(body.load(at: offset + 3, as: UInt8.self))
      var values: [Double] = []
      for number in 0..<count { values.append(body.loadDouble(at: offset + 8 + 8 * number)) }
      hits.append(
        Hit(
          condition: Int(body.load(at: offset, as: UInt16.self)),
          kind: HitKind(rawValue: body.load(at: offset + 2, as: UInt8.self)) ?? .rule,
          values: values
        )
      )
      offset += 8 + 8 * count
    }
    return hits
  }

  /// Checks that a decision read from outside this process is whole.
  package static func isValid(_ body: borrowing Span<UInt8>) -> Bool {
    guard body.count >= headerSize else { return false }
    var offset = hitsOffset(features: featureCount(body))
    for _ in 0..<body.load(at: 56, as: UInt16.self) {
      guard offset + 8 <= body.count else { return false }
      offset += 8 + 8 * Int(body.load(at: offset + 3, as: UInt8.self))
    }
    return offset <= body.count
  }
}
