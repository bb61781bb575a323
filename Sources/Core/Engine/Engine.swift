import Features
package import Journal
package import Models
package import Payments

/// The state machine over the log: entries in, decisions out, nothing else.
///
/// One thread, no clock, no I/O. The same entries give the same bits live, in replay, in a backtest
/// and when features are exported for training.
package final class Engine {
  /// Changes when a code change may change the bits of a decision.
  package static let semanticsVersion: UInt16 = 3
  /// Entries between two logged digests.
  package static let digestInterval = 100_000

  /// Finds a model's trees by the digest in its entry.
  package typealias ModelLoader = (ControlEntry.Model) throws(EngineError) -> PackedTrees

  package private(set) var sources: [UInt16: SourceState] = [:]
  private var byNumber: [SourceState?] = []
  /// A running hash of every vector, decision and label folded so far.
  package internal(set) var digest: UInt64 = 0
  package internal(set) var foldedEntries: UInt64 = 0
  /// What is in quarantine, by its subject.
  package internal(set) var quarantine: [UInt64: Quarantine] = [:]
  /// Names the key of card tokens, nil in a log that names none; of no influence on decisions.
  package var keyFingerprint: ControlEntry.KeyFingerprint?
  let seed: UInt64
  let reserve: Int
  let loadModel: ModelLoader

  /// An engine that has seen nothing.
  ///
  /// `seed` only orders hash tables; `reserve` is address space a column of state.
  package init(
    seed: UInt64 = 0,
    reserve: Int = 32 << 30,
    loadModel: @escaping ModelLoader = { model throws(EngineError) in
      throw EngineError(.badModel, "no models here: \(model.name)")
    }
  ) {
    self.seed = seed
    self.reserve = reserve
    self.loadModel = loadModel
  }

  package func source(_ number: Int) -> SourceState? {
    byNumber.indices.contains(number) ? byNumber[number] : nil
  }

  package func source(named name: String) -> SourceState? {
    byNumber.lazy.compactMap { $0 }.first { $0.source.name == name }
  }

  func register(_ state: SourceState) {
    let number = Int(state.source.id)
    while byNumber.count <= number { byNumber.append(nil) }
    byNumber[number] = state
    sources[state.source.id] = state
  }

  /// Decides on a transaction and appends the decision's body.
  ///
  /// The source must exist.
  package func decide(_ record: borrowing Span<UInt8>, into body: inout [UInt8]) {
    guard let state = source(TransactionRecord.source(record)) else {
      preconditionFailure("the sequencer admits known sources only")
    }
    let start = body.count
    state.decide(record, into: &body)
    let hash = body.span.load(at: start + 16, as: UInt64.self)
    let verdict = body.span.load(at: start + 8, as: UInt64.self)
    digest = Fingerprint.chain(Fingerprint.chain(digest, hash), verdict)
    foldedEntries += 1
  }

  /// Learns from a past transaction without deciding on it; the time at which it landed in the
  /// windows.
  @discardableResult
  package func learn(_ record: borrowing Span<UInt8>, evaluate: Bool = false) -> Timestamp {
    guard let state = source(TransactionRecord.source(record)) else {
      return TransactionRecord.time(record)
    }
    state.profile.record(record, evaluate: evaluate)
    digest = Fingerprint.chain(digest, TransactionRecord.content(record))
    foldedEntries += 1
    return Timestamp(microseconds: state.profile.landed)
  }

  /// Applies a label entry's body.
  package func label(_ body: borrowing Span<UInt8>) {
    let record = body.extracting(Label.record(body))
    guard let state = source(TransactionRecord.source(record)) else { return }
    state.profile.fold(label: body)
    let verdict: UInt64 = Label.verdict(body) == .fraud ? 1 : 0
    digest = Fingerprint.chain(digest, TransactionRecord.content(record) ^ verdict)
    foldedEntries += 1
  }

  /// Folds one entry of the log other than a transaction with its decision.
  ///
  /// A transaction is decided on by the caller, which compares or appends what comes out.
  package func apply(
    _ kind: EntryKind,
    _ body: borrowing Span<UInt8>
  ) throws(EngineError) {
    switch kind {
    case .label:
      guard Label.isValid(body) else { throw EngineError(.damagedEntry, "a damaged label") }
      label(body)
    case .history:
      guard History.isValid(body) else {
        throw EngineError(.damagedEntry, "a damaged transaction")
      }
      learn(body.extracting(History.record(body)))
    case .source, .features, .rules, .model:
      do {
        try control(kind, body.array)
      } catch let failure as DecodingFailure {
        throw EngineError(.damagedEntry, "a damaged control entry: \(failure)")
      } catch let error as EngineError {
        throw error
      } catch {
        throw EngineError(.damagedEntry, "\(error)")
      }
      digest = Fingerprint.chain(digest, Fingerprint.of(body))
    case .activity, .disposition:
      do throws(DecodingFailure) {
        try Profile.fold(kind, body) { source($0)?.profile }
      } catch {
        throw EngineError(.damagedEntry, "a damaged \(kind) entry: \(error)")
      }
      foldedEntries += 1
      digest = Fingerprint.chain(digest, Fingerprint.of(body))
    case .quarantine:
      do throws(DecodingFailure) {
        let entry = try Quarantine(body.array)
        quarantine[entry.subject] = entry.action == .release ? nil : entry
      } catch {
        throw EngineError(.damagedEntry, "a damaged quarantine entry: \(error)")
      }
      digest = Fingerprint.chain(digest, Fingerprint.of(body))
    case .list, .rate:
      digest = Fingerprint.chain(digest, Fingerprint.of(body))
    case .erasure:
      // It is for what is made of the log beside the engine.
      do throws(DecodingFailure) {
        _ = try Erasure(body.array)
      } catch {
        throw EngineError(.damagedEntry, "a damaged erasure: \(error)")
      }
    case .keyFingerprint:
      do throws(DecodingFailure) {
        keyFingerprint = try ControlEntry.KeyFingerprint(body: body.array)
      } catch {
        throw EngineError(.damagedEntry, "a damaged fingerprint of a key: \(error)")
      }
    case .transaction, .decision, .engineVersion, .fallback, .digest, .closed, .adoption, .loss,
      .clockReset:
      break
    }
  }

  /// Puts a control entry of a snapshot in force; its digest is counted already.
  func apply(_ kind: EntryKind, restoring body: [UInt8]) throws { try control(kind, body) }

  private func control(_ kind: EntryKind, _ body: [UInt8]) throws {
    switch kind {
    case .source:
      var reader = ByteReader(body)
      let source = try Source(from: &reader)
      if let state = sources[source.id] {
        state.source = source
        try state.adopt(
          features: state.featureText,
          rules: state.ruleText,
          seed: seed,
          reserve: reserve
        )
      } else {
        register(try SourceState(source, seed: seed, reserve: reserve))
      }
    case .features:
      let entry = try ControlEntry.Program(body)
      let state = try known(entry.source)
      // Rules that no longer fit the new features lapse until their own entry comes.
      let fits = (try? SourceState.compile(entry.text, state.ruleText, state.source)) != nil
      try state.adopt(
        features: entry.text,
        rules: fits ? state.ruleText : "",
        seed: seed,
        reserve: reserve
      )
      state.featureName = entry.name
    case .rules:
      let entry = try ControlEntry.Program(body)
      let state = try known(entry.source)
      try state.adopt(
        features: state.featureText,
        rules: entry.text,
        seed: seed,
        reserve: reserve
      )
      state.ruleName = entry.name
    case .model:
      let entry = try ControlEntry.Model(body)
      let state = try known(entry.source)
      guard entry.featureSet == state.program.fingerprint else {
        throw EngineError(
          .badModel,
          "model \(entry.name) was trained on another feature set than source"
            + " \(state.source.name) has now"
        )
      }
      let trees = try loadModel(entry)
      guard trees.featureCount == state.program.features.count else {
        throw EngineError(
          .badModel,
          "model \(entry.name) takes \(trees.featureCount) features, source"
            + " \(state.source.name) has \(state.program.features.count)"
        )
      }
      state.scorer = Scorer(trees)
      state.model = entry
    default: break
    }
  }

  private func known(_ id: UInt16) throws(EngineError) -> SourceState {
    guard let state = sources[id] else {
      throw EngineError(.unknownSource, "an entry names source \(id), which was never defined")
    }
    return state
  }

  /// A digest of the whole state, whatever the order of its tables and the layout of its memory.
  ///
  /// Cost: one pass over all live events.
  package func stateDigest() -> UInt64 { stateDigest { $1.profile.stateDigest() } }

  /// The same with the digest of each source's profile as `profile` has it.
  func stateDigest(_ profile: (UInt16, SourceState) -> UInt64) -> UInt64 {
    var state = Fingerprint.chain(digest, foldedEntries)
    for subject in quarantine.keys.sorted() { state = Fingerprint.chain(state, subject) }
    for number in sources.keys.sorted() {
      guard let source = sources[number] else { continue }
      state = Fingerprint.chain(state, profile(number, source))
      state = Fingerprint.chain(state, source.model?.fingerprint ?? 0)
    }
    return state
  }
}
