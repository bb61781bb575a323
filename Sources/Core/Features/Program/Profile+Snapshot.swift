package import Payments

extension Profile {
  /// The bytes that `encode` appends at most, but for the recent facts.
  package var encodedSizeMax: Int { kinds.reduce(64) { $0 + $1.windows.encodedSizeMax } }

  /// Appends the whole state in a form that does not depend on how it lies in memory; its digest.
  @discardableResult
  package func encode(into bytes: inout [UInt8]) -> UInt64 {
    bytes.append(little: watermark)
    bytes.append(little: warmingUntil)
    bytes.append(little: UInt32(windows.count))
    let digests = kinds.map { $0.windows.encode(into: &bytes) }
    let recent = recentFacts.filter {
      $0.arrival > watermark - source.lateBound && windows[$0.kind].isKept($0)
    }
    bytes.append(little: UInt32(recent.count))
    for change in recent {
      bytes.append(little: UInt16(change.kind))
      bytes.append(blob: windows[change.kind].name(of: change.entity))
      bytes.append(little: change.time)
      bytes.append(little: change.idHash)
      bytes.append(little: change.arrival)
      bytes.append(little: change.fraud)
      bytes.append(little: change.labelled)
      bytes.append(little: change.unmaturable)
      bytes.append(change.dispositions)
    }
    return digest(of: digests)
  }

  /// Restores what `encode` wrote into an empty profile of the same program; the digest of the
  /// state that it is in then.
  @discardableResult
  package func restore(
    from reader: inout ByteReader,
    by workers: Workers = .caller
  ) throws(DecodingFailure) -> UInt64 {
    watermark = try reader.integer()
    warmingUntil = try reader.integer()
    let count = try reader.count(unit: 20)
    guard count == windows.count else {
      throw DecodingFailure("\(count) entity kinds, \(windows.count) expected", at: reader.offset)
    }
    let digests = try restoreKinds(from: &reader, by: workers)
    for _ in 0..<(try reader.count(unit: 39)) {
      let number = Int(try reader.integer(UInt16.self))
      let name = try reader.blob()
      guard kinds.indices.contains(number), let entity = windows[number].known(name.span) else {
        throw DecodingFailure("a fact of an unknown entity", at: reader.offset)
      }
      recentFacts.append(
        FactChange(
          kind: number,
          entity: entity,
          time: try reader.integer(),
          idHash: try reader.integer(),
          arrival: try reader.integer(),
          fraud: try reader.integer(),
          labelled: try reader.integer(),
          unmaturable: try reader.integer(),
          dispositions: try reader.integer()
        )
      )
    }
    return digest(of: digests)
  }

  /// Restores all kinds, the longest first; their digests.
  private func restoreKinds(
    from reader: inout ByteReader,
    by workers: Workers
  ) throws(DecodingFailure) -> [UInt64] {
    var jobs: [RestoreJob] = []
    for kind in kinds {
      let size = Int(clamping: try reader.integer(UInt64.self))
      jobs.append(RestoreJob(kind, from: try reader.part(size)))
    }
    let sorted = jobs.sorted { $0.size > $1.size }
    workers.run(sorted.count) { sorted[$0].run() }
    var digests: [UInt64] = []
    for job in jobs { digests.append(try job.digest()) }
    return digests
  }

  /// A digest of all events kept, in any order of entities.
  package func stateDigest() -> UInt64 { digest(of: kinds.map { $0.windows.stateDigest() }) }

  private func digest(of kinds: [UInt64]) -> UInt64 {
    var state = Fingerprint.chain(UInt64(bitPattern: watermark), program.fingerprint)
    for kind in kinds { state = Fingerprint.chain(state, kind) }
    return state
  }
}
