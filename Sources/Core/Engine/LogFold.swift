package import Journal
import Payments

/// Folds the entries of a log into an engine and compares every decision with the logged one.
///
/// Recovery, the snapshot child, `replay --verify` and training from a journal are all this.
package struct LogFold {
  /// A decision that did not come out as it was logged.
  package struct Difference: Sendable, Hashable {
    package var position: Position
    package var what: String
  }

  package static let differencesKept = 20

  package let engine: Engine
  package private(set) var transactions = 0
  package private(set) var decisions = 0
  package private(set) var labels = 0
  package private(set) var histories = 0
  package private(set) var digests = 0
  /// What is missing of the log, and was accepted.
  package private(set) var losses: [Loss] = []
  /// Decisions of another semantics version, which cannot be verified.
  package private(set) var notVerifiable = 0
  package private(set) var differences = 0
  package private(set) var firstDifferences: [Difference] = []
  private let disk: (any JournalDisk)?
  private var computed: [UInt8] = []
  private var awaitsDecision = false

  /// `disk` is the log itself, from which windows are filled again where they were adopted.
  package init(_ engine: Engine, disk: (any JournalDisk)? = nil) {
    self.engine = engine
    self.disk = disk
  }

  /// Folds one entry.
  package mutating func take(
    _ header: EntryHeader,
    _ body: borrowing Span<UInt8>,
    at position: Position
  ) throws(EngineError) {
    switch header.kind {
    case .transaction:
      guard TransactionRecord.isValid(body),
        engine.source(TransactionRecord.source(body)) != nil
      else {
        throw EngineError(.damagedEntry, "a damaged transaction at \(position.bytes)")
      }
      computed.removeAll(keepingCapacity: true)
      engine.decide(body, into: &computed)
      awaitsDecision = true
      transactions += 1
    case .decision:
      guard awaitsDecision, DecisionRecord.isValid(body) else {
        throw EngineError(.damagedEntry, "a decision without its transaction")
      }
      awaitsDecision = false
      decisions += 1
      if header.semanticsVersion != Engine.semanticsVersion {
        notVerifiable += 1
      } else if !body.equals(computed.span) {
        note(difference(body), position)
      }
    case .digest:
      digests += 1
      if body.count >= 8, header.semanticsVersion == Engine.semanticsVersion,
        body.load(at: 0, as: UInt64.self) != engine.digest
      {
        note("the state digest", position)
      }
    case .loss:
      do throws(DecodingFailure) {
        losses.append(try Loss(body))
      } catch {
        throw EngineError(.damagedEntry, "a damaged loss: \(error)")
      }
    case .clockReset:
      guard let disk else {
        throw EngineError(.snapshot, "a reset of the clock needs the log before it")
      }
      try engine.resetClock(folding: body, at: position, from: disk)
    case .adoption:
      guard let disk else {
        throw EngineError(.snapshot, "an adoption needs the log that it was filled from")
      }
      try engine.adopt(body, at: position, from: disk)
    default:
      if header.kind == .label { labels += 1 }
      if header.kind == .history { histories += 1 }
      try engine.apply(header.kind, body)
    }
  }

  private func difference(_ logged: borrowing Span<UInt8>) -> String {
    let fresh = computed.span
    if DecisionRecord.featureHash(logged) != DecisionRecord.featureHash(fresh) {
      return "the feature vector"
    }
    if DecisionRecord.margin(logged).bitPattern != DecisionRecord.margin(fresh).bitPattern {
      return "the score"
    }
    if DecisionRecord.outcome(logged) != DecisionRecord.outcome(fresh) { return "the outcome" }
    return "the rules"
  }

  private mutating func note(_ what: String, _ position: Position) {
    differences += 1
    if firstDifferences.count < LogFold.differencesKept {
      firstDifferences.append(Difference(position: position, what: what))
    }
  }
}
