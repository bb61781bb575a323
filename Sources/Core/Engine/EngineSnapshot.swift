import Features
package import Journal
package import Payments

/// The state of an engine after a prefix of the log: start from it and fold the rest.
package enum EngineSnapshot {
  static let magic: UInt64 = 0x3330_5041_4E53_5341  // "ASSNAP03"

  /// Where in the log a snapshot was taken.
  package struct Place: Sendable, Hashable {
    /// The first batch that is not folded in.
    package var position: Position
    package var nextSequence: UInt64
    package var lastReceivedAt: Int64

    package init(position: Position, nextSequence: UInt64, lastReceivedAt: Int64) {
      self.position = position
      self.nextSequence = nextSequence
      self.lastReceivedAt = lastReceivedAt
    }
  }

  /// The whole state as bytes, closed by a checksum.
  package static func encode(_ engine: Engine, at place: Place) -> [UInt8] {
    var bytes: [UInt8] = []
    encode(engine, at: place, into: &bytes)
    return bytes
  }

  /// Appends the same.
  package static func encode(_ engine: Engine, at place: Place, into bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.reserveCapacity(
      start
        + engine.sources.values.reduce(1 << 16) { $0 + $1.profile.encodedSizeMax }
    )
    bytes.append(little: magic)
    bytes.append(little: Engine.semanticsVersion)
    bytes.append(little: place.position.bytes)
    bytes.append(little: place.nextSequence)
    bytes.append(little: place.lastReceivedAt)
    bytes.append(little: engine.digest)
    bytes.append(little: engine.foldedEntries)
    bytes.append(little: UInt32(engine.sources.count))
    var digests: [UInt16: UInt64] = [:]
    for number in engine.sources.keys.sorted() {
      guard let state = engine.sources[number] else { continue }
      state.source.encode(into: &bytes)
      bytes.append(text: state.featureName)
      bytes.append(text: state.featureText)
      bytes.append(text: state.ruleName)
      bytes.append(text: state.ruleText)
      bytes.append(blob: state.model?.encoded ?? [])
      bytes.append(little: state.adoption?.from.bytes ?? 0)
      bytes.append(little: state.adoption?.at.bytes ?? 0)
      digests[number] = state.profile.encode(into: &bytes)
    }
    bytes.append(little: UInt32(engine.quarantine.count))
    for subject in engine.quarantine.keys.sorted() {
      bytes.append(blob: engine.quarantine[subject]?.encoded ?? [])
    }
    bytes.append(little: engine.stateDigest { number, _ in digests[number] ?? 0 })
    bytes.append(little: CRC32C.of(bytes.span.extracting(start..<bytes.count)))
  }

  /// Where a snapshot stands, if its bytes are whole and of this semantics version.
  package static func place(of bytes: borrowing Span<UInt8>) -> Place? {
    guard bytes.count > 64 else { return nil }
    let sum = bytes.load(at: bytes.count - 4, as: UInt32.self)
    guard bytes.load(at: 0, as: UInt64.self) == magic,
      bytes.load(at: 8, as: UInt16.self) == Engine.semanticsVersion,
      sum == CRC32C.of(bytes.extracting(0..<bytes.count - 4))
    else { return nil }
    return Place(
      position: Position(bytes: bytes.load(at: 10)),
      nextSequence: bytes.load(at: 18),
      lastReceivedAt: bytes.load(at: 26)
    )
  }

  /// Restores a snapshot, which is a part of some bytes, into an engine that has seen nothing;
  /// kinds of entities may be restored at once.
  package static func restore(
    _ bytes: [UInt8],
    in range: Range<Int>? = nil,
    into engine: Engine,
    by workers: Workers = .caller
  ) throws(EngineError) -> Place {
    let range = range ?? bytes.indices
    guard let place = place(of: bytes.span.extracting(range)) else {
      throw EngineError(.snapshot, "the snapshot is damaged or of another version")
    }
    do {
      var reader = ByteReader(bytes, in: range.lowerBound + 34..<range.upperBound - 4)
      engine.digest = try reader.integer()
      engine.foldedEntries = try reader.integer()
      var digests: [UInt16: UInt64] = [:]
      for _ in 0..<(try reader.count(unit: 32)) {
        let (number, digest) = try restoreSource(from: &reader, into: engine, by: workers)
        digests[number] = digest
      }
      for _ in 0..<(try reader.count(unit: 4)) {
        let entry = try Quarantine(try reader.blob())
        engine.quarantine[entry.subject] = entry
      }
      let wanted = try reader.integer(UInt64.self)
      guard engine.stateDigest({ number, _ in digests[number] ?? 0 }) == wanted else {
        throw EngineError(.snapshot, "the restored state has another digest than the snapshot")
      }
    } catch let failure as DecodingFailure {
      throw EngineError(.snapshot, "the snapshot is damaged: \(failure)")
    } catch let error as EngineError {
      throw error
    } catch {
      throw EngineError(.snapshot, "\(error)")
    }
    return place
  }

  private static func restoreSource(
    from reader: inout ByteReader,
    into engine: Engine,
    by workers: Workers
  ) throws -> (source: UInt16, digest: UInt64) {
    let source = try Source(from: &reader)
    let state = try SourceState(source, seed: engine.seed, reserve: engine.reserve)
    state.featureName = try reader.text()
    let features = try reader.text()
    state.ruleName = try reader.text()
    let rules = try reader.text()
    let model = try reader.blob()
    let from = Position(bytes: try reader.integer())
    let at = Position(bytes: try reader.integer())
    if at.bytes > 0 { state.adoption = AdoptionSpan(from: from, at: at) }
    try state.adopt(
      features: features,
      rules: rules,
      seed: engine.seed,
      reserve: engine.reserve
    )
    engine.register(state)
    if !model.isEmpty { try engine.apply(.model, restoring: model) }
    return (source.id, try state.profile.restore(from: &reader, by: workers))
  }
}
