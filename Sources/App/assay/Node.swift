import Engine
import Features
import FileJournal
import Foundation
import Gateway
import Journal
import Payments
import Pipeline
import Registry
import Rules
import SQLiteStore
import Shell
import Storage
import Vault

/// An opened data directory with its engine brought up to date: what `serve` and `backfill` run.
final class Node {
  let directory: DataDirectory
  let vault: Vault
  let core: CoreThread
  let engine: Engine
  private let sequencer: Sequencer
  private let disk: FileDisk
  private let flight: FlightFile
  private(set) var sources: [Source] = []
  /// The latest event time of each source's log as it was recovered, µs.
  let watermarks: [UInt16: Int64]
  let recovered: Startup

  /// Locks the directory, recovers it, and logs the sources, features, rules and models of this
  /// program that are not in force yet.
  ///
  /// `checksClock` refuses a log that lies ahead of the clock, and steps of the clock.
  init(
    _ directory: DataDirectory,
    segmentBytes: Int = Segment.sizeDefault,
    checksClock: Bool = true
  ) throws {
    self.directory = directory
    try directory.create()
    vault = try directory.openVault()
    disk = try FileDisk(directory: directory.journal)
    let seed = vault.seed
    recovered = try Startup.run(
      disk: disk,
      snapshots: directory.snapshotBytes(),
      known: directory.knowledge(),
      newLog: seed
    ) { directory.makeEngine(seed: seed) }
    for loss in recovered.fold.losses {
      Log.warning("warning: the log lacks \(loss), which was accepted by 'assay recover'")
    }
    if let newest = directory.snapshotPlaces.first, recovered.snapshot?.position != newest {
      Log.warning(
        "assay: the newest snapshot, at position \(newest.bytes), cannot be used; the state comes"
          + " from \(recovered.snapshot.map { "that at \($0.position.bytes)" } ?? "the whole log")"
      )
    }
    if recovered.fold.differences > 0 {
      Log.warning(
        "warning: \(recovered.fold.differences) decisions came out otherwise than they were"
          + " logged; run 'assay replay --verify'"
      )
    }
    if checksClock { try Node.requirePast(recovered.lastReceivedAt, directory) }
    engine = recovered.engine
    watermarks = engine.sources.mapValues { $0.profile.watermark }
    let writer = try JournalWriter(disk: disk, after: recovered.log, segmentSize: segmentBytes)
    flight = try FlightFile(path: directory.flight)
    let status = NodeStatus(erasures: recovered.erasures)
    sequencer = Sequencer(
      engine: engine,
      writer: writer,
      journal: disk,
      identity: recovered.identity,
      lastReceivedAt: recovered.lastReceivedAt,
      flight: flight,
      status: status,
      boot: checksClock ? { Clocks.bootMicroseconds() } : nil,
      now: Clocks.wallMicroseconds
    )
    core = CoreThread(committed: writer.synced, status: status)
    status.verifiableFrom = directory.verifiableFrom(
      logStart: recovered.log.segments.first?.base.bytes ?? 0
    )
    try requireKnownKey()
    try condemn()
    try putInForce()
    noteExtent()
    #if DEBUG
    sequencer.fault = CrashTest.fault
    #endif
    sources = SourceCatalog.entries.map(\.source)
  }

  /// Refuses a log that lies ahead of the clock: one of the two is wrong.
  private static func requirePast(_ last: Int64, _ directory: DataDirectory) throws {
    let now = Clocks.wallMicroseconds()
    guard last > now + ClockWitness.stepMicrosecondsMax else { return }
    throw CommandError(
      "the log's last entry was received at \(Timestamp(microseconds: last)), and the clock says"
        + " \(Timestamp(microseconds: now)): set the clock right, or, if it was ahead then,"
        + " run 'assay clock reset --data \(directory.path)', which makes windows anew without what"
        + " came at later times"
    )
  }

  /// Logs that the clock is right as it is, before the core thread runs.
  func resetClock() throws { try log(.clockReset, []) }

  /// Refuses a log whose cards were made tokens by another key; one that names no key yet gets the
  /// fingerprint of this one.
  private func requireKnownKey() throws {
    let own = ControlEntry.KeyFingerprint(vault.tokenFingerprint)
    guard let known = engine.keyFingerprint else { return try log(.keyFingerprint, own.encoded) }
    guard known == own else {
      throw CommandError(
        "\(directory.path)/keys/token is not the key of this log: with it every card would be"
          + " another one. Restore the folder 'keys' from the copy that belongs to this directory"
      )
    }
  }

  /// Puts in quarantine what was in flight at two crashes in a row, then starts a new record.
  private func condemn() throws {
    let boot = FlightFile.machineBoot()
    let (suspects, condemned) = flight.left.verdict(boot: boot)
    let room = max(0, Quarantine.countMax - engine.quarantine.count)
    for item in condemned.prefix(room) {
      let entry = Quarantine(
        .quarantine,
        item,
        time: Clocks.wallMicroseconds(),
        reason: "the program ended twice in a row while this transaction was in flight; release it"
          + " with 'assay quarantine release'"
      )
      try log(.quarantine, entry.encoded)
      Log.warning("assay: transaction '\(entry.id)' is in quarantine: \(entry.reason)")
    }
    if !suspects.isEmpty {
      let names = suspects.prefix(3).map { "'\(String(decoding: $0.id, as: UTF8.self))'" }
      Log.warning(
        "assay: the program ended with \(suspects.count) transactions in flight, among them"
          + " \(names.joined(separator: ", ")); at a second time they are put in quarantine"
      )
    }
    flight.open(boot: boot, suspects: suspects)
  }

  /// The process ends on purpose, behind the core thread: what is in flight is not to blame, and
  /// the log reaches to here.
  func close() {
    flight.close()
    noteExtent()
  }

  private func noteExtent() {
    let extent = LogExtent(
      log: recovered.log.log,
      // Retention may have moved it. What cannot be listed now was the start at the opening.
      start: (try? Recovery.segments(on: disk).found.first?.base)
        ?? recovered.log.segments.first?.base ?? Position(bytes: 0),
      end: sequencer.committed,
      nextSequence: sequencer.lastSequence + 1
    )
    do {
      try directory.note(extent)
    } catch {
      // A full disk keeps no server from starting or ending; the note of before stays.
      Log.warning("assay: the end of the log could not be noted: \(error)")
    }
  }

  /// Logs one control entry and applies it, before the core thread runs.
  private func log(_ kind: EntryKind, _ body: [UInt8]) throws {
    let submission = Submission()
    submission.kind = .entries(kind)
    submission.add { $0.append(contentsOf: body) }
    while try !sequencer.take(submission) { try sequencer.commit() }
    switch submission.results.first {
    case .refused(let why): throw CommandError(why)
    case .unavailable(let obstacle): throw CommandError("\(obstacle)")
    default: try sequencer.commit()
    }
  }

  private func putInForce() throws {
    for entry in SourceCatalog.entries {
      let source = entry.source
      if engine.source(Int(source.id))?.source != source {
        try log(.source, ControlEntry.encoded(source))
      }
      let before = engine.source(Int(source.id))?.model
      let (featureName, features) = try directory.features(of: entry)
      if Node.differ(engine.source(Int(source.id))?.featureText, features) {
        let set = ControlEntry.Program(
          source: source.id,
          name: featureName,
          text: features
        )
        try log(.features, set.encoded)
      }
      let (ruleName, rules) = try directory.rules(of: entry)
      if Node.differ(engine.source(Int(source.id))?.ruleText, rules) {
        let set = ControlEntry.Program(source: source.id, name: ruleName, text: rules)
        try log(.rules, set.encoded)
      }
      guard let state = engine.source(Int(source.id)) else { continue }
      try directory.keep(state)
      let choice = try directory.models(for: source, featureSet: state.program.fingerprint)
      if let newest = choice.newest {
        let model = try DataDirectory.entry(newest.manifest, source: source.id)
        if state.model != model { try log(.model, model.encoded) }
      }
      if let before, state.model == nil {
        Log.warning(
          "WARNING: source \(source.name) has no model any more: \(before.name) was trained on"
            + " other features than those of \(featureName), and the scorecard decides; train one"
            + " on these with \(directory.training(source)), or put back the features"
        )
      }
    }
  }

  /// Whether a file's text is another one than what the log has, apart from how lines end.
  private static func differ(_ logged: String?, _ text: String) -> Bool {
    logged.map(PlainText.unified) != text
  }

  /// Starts the core thread; from here on the engine belongs to it.
  func start() {
    core.start(sequencer) { [flight] error in
      flight.close()
      Log.error("assay: the journal failed, nothing more can be answered: \(error)")
      exit(74)
    }
  }

  /// Opens the store that follows the log, from scratch where it is damaged.
  func openStore() throws -> any DecisionStore {
    do throws(StoreError) {
      return try SQLiteStore(path: directory.database)
    } catch {
      guard error.code == .damaged else { throw error }
      Log.warning("the store is damaged and is rebuilt from the journal: \(error.detail)")
      try SQLiteStore.remove(path: directory.database)
      return try SQLiteStore(path: directory.database)
    }
  }
}
