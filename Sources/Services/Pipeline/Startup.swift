package import Engine
package import Journal
import Payments

/// Brings an engine and its log to where they stood at the last stop.
package struct Startup {
  package let engine: Engine
  package let identity: IdentityIndex
  package let erasures: Erasures
  package let log: Recovery.Log
  package let lastReceivedAt: Int64
  package let fold: LogFold
  /// Where the snapshot that was used stands; nil where the whole log was folded.
  package let snapshot: EngineSnapshot.Place?

  /// Folds the tail of a log onto the newest snapshot that is whole.
  ///
  /// `snapshots` are tried in order; one that is damaged, or from which the log does not go on, is
  /// passed over: the log itself is the truth. `log.end` is the end of what was folded. A log that
  /// has less than is `known` of it is refused as `incomplete` before anything is changed.
  package static func run(
    disk: any JournalDisk,
    snapshots: some Sequence<[UInt8]>,
    known: LogKnowledge? = nil,
    newLog: UInt64,
    repair: Bool = true,
    until: Position? = nil,
    makeEngine: () -> Engine
  ) throws -> Startup {
    if let known { try Recovery.requireComplete(on: disk, known) }
    for bytes in snapshots {
      let engine = makeEngine()
      // A snapshot that cannot be restored is passed over: an older one or the whole log will do.
      guard let (place, identity, erasures) = try? SnapshotFile.restore(bytes, into: engine) else {
        continue
      }
      do {
        return try run(
          disk,
          engine,
          identity,
          erasures,
          place,
          newLog: newLog,
          repair: repair,
          until: until
        )
      } catch let error as JournalError where error.code == .corrupt {
        continue
      }
    }
    return try run(
      disk,
      makeEngine(),
      IdentityIndex(),
      Erasures(),
      nil,
      newLog: newLog,
      repair: repair,
      until: until
    )
  }

  private static func run(
    _ disk: any JournalDisk,
    _ engine: Engine,
    _ known: IdentityIndex,
    _ erasures: Erasures,
    _ place: EngineSnapshot.Place?,
    newLog: UInt64,
    repair: Bool,
    until: Position?
  ) throws -> Startup {
    var identity = known
    var fold = LogFold(engine, disk: disk)
    var last = place?.lastReceivedAt ?? 0
    var folded = place?.position
    var log = try Recovery.run(
      on: disk,
      from: place?.position,
      startSequence: place?.nextSequence ?? 1,
      until: until,
      newLog: newLog,
      repair: repair
    ) { header, body, position throws(JournalError) in
      last = header.receivedAt
      folded = Position(bytes: position.bytes + UInt64(header.paddedSize))
      do throws(EngineError) {
        try fold.take(header, body, at: position)
      } catch {
        throw JournalError(.corrupt, "entry \(header.sequence): \(error)")
      }
      if header.kind == .transaction || header.kind == .history {
        let state = engine.source(TransactionRecord.source(body))
        let policy = state?.source.identity ?? .id
        identity.note(body, policy, at: position, receivedAt: header.receivedAt)
      } else if header.kind == .activity {
        identity.note(activity: body, at: position, receivedAt: header.receivedAt)
      } else if header.kind == .erasure {
        // It was folded, so it can be read.
        if let erasure = try? Erasure(body.array) { erasures.note(erasure, at: position) }
      }
    }
    // Recovery goes on to the head of the next segment; what lies before it was not folded.
    if until != nil, let folded { log.end = folded }
    erasures.forget(before: log.segments.first?.base.bytes ?? 0)
    return Startup(
      engine: engine,
      identity: identity,
      erasures: erasures,
      log: log,
      lastReceivedAt: last,
      fold: fold,
      snapshot: place
    )
  }
}

/// A snapshot as a file: the engine's state, the ids it knows, what was erased, and the key of card
/// tokens by its fingerprint.
package enum SnapshotFile {
  package static func encode(
    _ engine: Engine,
    _ identity: IdentityIndex,
    _ erasures: Erasures,
    at place: EngineSnapshot.Place
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: UInt64(0))
    EngineSnapshot.encode(engine, at: place, into: &bytes)
    bytes.store(little: UInt64(bytes.count - 8), at: 0)
    var ids: [UInt8] = []
    identity.encode(into: &ids)
    erasures.encode(into: &ids)
    ids.append(contentsOf: engine.keyFingerprint?.encoded ?? [])
    bytes.append(contentsOf: ids)
    bytes.append(little: CRC32C.of(ids.span))
    return bytes
  }

  /// Where a snapshot stands; nil where a part of it is damaged or of another version.
  package static func place(of bytes: [UInt8]) -> EngineSnapshot.Place? {
    guard bytes.count >= 12 else { return nil }
    let size = Int(clamping: bytes.span.load(at: 0, as: UInt64.self))
    guard size <= bytes.count - 12 else { return nil }
    let ids = bytes.span.extracting(8 + size..<bytes.count - 4)
    guard CRC32C.of(ids) == bytes.span.load(at: bytes.count - 4, as: UInt32.self) else {
      return nil
    }
    return EngineSnapshot.place(of: bytes.span.extracting(8..<8 + size))
  }

  package static func restore(
    _ bytes: [UInt8],
    into engine: Engine
  ) throws -> (EngineSnapshot.Place, IdentityIndex, Erasures) {
    guard bytes.count >= 12 else { throw DecodingFailure("a snapshot is cut off", at: 0) }
    let size = Int(clamping: bytes.span.load(at: 0, as: UInt64.self))
    guard size <= bytes.count - 12 else { throw DecodingFailure("a snapshot is cut off", at: 0) }
    let ids = 8 + size..<bytes.count - 4
    guard
      CRC32C.of(bytes.span.extracting(ids)) == bytes.span.load(at: bytes.count - 4, as: UInt32.self)
    else {
      throw DecodingFailure("the ids of a snapshot are damaged", at: 8 + size)
    }
    let place = try EngineSnapshot.restore(
      bytes,
      in: 8..<8 + size,
      into: engine,
      by: .processors
    )
    var reader = ByteReader(bytes, in: ids)
    let identity = try IdentityIndex(from: &reader)
    let erasures = try Erasures(from: &reader)
    // Snapshots of before end here.
    if !reader.atEnd {
      let rest = Array(bytes[reader.offset..<ids.upperBound])
      engine.keyFingerprint = try ControlEntry.KeyFingerprint(body: rest)
    }
    return (place, identity, erasures)
  }
}
