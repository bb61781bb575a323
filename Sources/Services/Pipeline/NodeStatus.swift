package import Engine
import Synchronization

/// Why nothing is taken at present.
package enum Obstacle: Sendable, Hashable {
  /// The disk has no space for the next entries.
  case diskFull
  /// The wall clock was set by so many µs, and nobody has confirmed it.
  case clockStep(Int64)
  /// What an id was answered before cannot be read.
  case unreadable
}

extension Obstacle: CustomStringConvertible {
  package var description: String {
    switch self {
    case .diskFull: "the disk has no space for the journal"
    case .unreadable: "the log cannot be read where this id may have been answered"
    case .clockStep(let step):
      "the clock of this machine was set \(abs(step) / 1_000_000) s"
        + " \(step > 0 ? "ahead" : "back"); set it right, or confirm it: 'assay clock reset'"
    }
  }
}

/// What the core thread and its helpers let others see; any thread may read and write.
package final class NodeStatus: Sendable {
  /// How far a projection has come.
  package struct Projection: Sendable, Hashable {
    package var name: String
    /// Nil until it was looked at.
    package var cursor: UInt64?
    /// It fell too far behind: it does not follow any more, and is to be rebuilt.
    package var isDetached = false
    /// Its store could not be written at the last try; it tries again.
    package var isFailing = false
    /// Its files may still hold what was erased.
    package var isErasing = false

    /// The word for it.
    package var state: String {
      if isDetached { return "detached" }
      return isFailing ? "failing" : "following"
    }
  }

  /// A store beside the log, without which decisions go on.
  package struct Part: Sendable, Hashable {
    package var name: String
    package var file: String
    /// Nil where it works.
    package var failure: String?

    package init(_ name: String, file: String, failure: String? = nil) {
      self.name = name
      self.file = file
      self.failure = failure
    }
  }

  /// From where on the log can be folded again: its start, or the oldest snapshot that is left.
  package struct VerifiableFrom: Sendable, Hashable {
    package var position: UInt64
    /// When the entry before it was sequenced, µs; 0 at the log's very start.
    package var receivedAt: Int64

    package init(position: UInt64, receivedAt: Int64) {
      self.position = position
      self.receivedAt = receivedAt
    }
  }

  /// What a source's scores come from now.
  package struct Scoring: Sendable, Hashable {
    /// The model's name and version; nil where the scorecard scores.
    package var model: String?
    /// The names of the feature vector, in order.
    package var features: [String]
    /// Since when it is so, or since this process knows, µs.
    package var since: Int64
  }

  private struct Slow {
    var scoring: [UInt16: Scoring] = [:]
    var quarantined: [Quarantine] = []
    var projections: [Projection] = []
    var adoptions: [AdoptionSpan] = []
    var verifiable = VerifiableFrom(position: 0, receivedAt: 0)
    var obstacle: Obstacle?
    var parts: [Part] = []
    var listener: (@Sendable (Obstacle?) -> Void)?
  }

  private let slow = Mutex(Slow())
  private let refusedCount = Atomic<Int>(0)
  private let identity = Atomic<UInt64>(0)
  private let received = Atomic<Int64>(0)
  private let removed = Atomic<Int>(0)
  private let clockStepCount = Atomic<Int>(0)

  /// What was erased, for those who read the log.
  package let erasures: Erasures

  package init(erasures: Erasures = Erasures()) { self.erasures = erasures }

  /// What is in quarantine, oldest first.
  package var quarantined: [Quarantine] {
    get { slow.withLock { $0.quarantined } }
    set { slow.withLock { $0.quarantined = newValue } }
  }

  /// What scores come from, by source.
  package var scoring: [UInt16: Scoring] {
    get { slow.withLock { $0.scoring } }
    set { slow.withLock { $0.scoring = newValue } }
  }

  /// Submissions that were refused because they are in quarantine.
  package var quarantineRefusals: Int { refusedCount.load(ordering: .relaxed) }

  func countQuarantineRefusal() { refusedCount.add(1, ordering: .relaxed) }

  /// Why nothing is taken at present; nil where payments are decided.
  package internal(set) var obstacle: Obstacle? {
    get { slow.withLock { $0.obstacle } }
    set {
      let listener = slow.withLock { slow in
        slow.obstacle = newValue
        return slow.listener
      }
      listener?(newValue)
    }
  }

  /// Tells somebody whenever that changes; on the core thread, so it must not wait.
  package func listen(_ listener: @escaping @Sendable (Obstacle?) -> Void) {
    slow.withLock { $0.listener = listener }
  }

  /// The stores beside the log, and what is wrong with them.
  package var parts: [Part] { slow.withLock { $0.parts } }

  /// Notes how a part is; whether that is news.
  @discardableResult
  package func note(_ part: Part) -> Bool {
    slow.withLock { slow in
      let index = slow.parts.firstIndex { $0.name == part.name } ?? slow.parts.endIndex
      if index == slow.parts.endIndex { slow.parts.append(Part(part.name, file: part.file)) }
      defer { slow.parts[index] = part }
      return slow.parts[index].failure != part.failure
    }
  }

  /// Steps of the wall clock that were refused since the start.
  package var clockSteps: Int { clockStepCount.load(ordering: .relaxed) }

  func countClockStep() { clockStepCount.add(1, ordering: .relaxed) }

  package var projections: [Projection] { slow.withLock { $0.projections } }

  /// Changes what is known of a projection.
  func update(_ name: String, _ change: (inout Projection) -> Void) {
    slow.withLock { slow in
      let index =
        slow.projections.firstIndex { $0.name == name } ?? slow.projections.endIndex
      if index == slow.projections.endIndex { slow.projections.append(Projection(name: name)) }
      change(&slow.projections[index])
    }
  }

  /// Lets a projection go: it does not hold the log back any more.
  package func detach(_ name: String) { update(name) { $0.isDetached = true } }

  package func isDetached(_ name: String) -> Bool {
    projections.contains { $0.name == name && $0.isDetached }
  }

  /// Whether it is of use to wait for a projection: it follows the log, and its store takes rows.
  package func follows(_ name: String) -> Bool {
    !projections.contains { $0.name == name && ($0.isDetached || $0.isFailing) }
  }

  package var verifiableFrom: VerifiableFrom {
    get { slow.withLock { $0.verifiable } }
    set { slow.withLock { $0.verifiable = newValue } }
  }

  /// The stretches of log that adoptions of filled windows need.
  package var adoptions: [AdoptionSpan] {
    get { slow.withLock { $0.adoptions } }
    set { slow.withLock { $0.adoptions = newValue } }
  }

  /// The earliest place of the log that an answer to a known id may need.
  package var identityFloor: UInt64 {
    get { identity.load(ordering: .relaxed) }
    set { identity.store(newValue, ordering: .relaxed) }
  }

  /// When the newest entry was sequenced, µs.
  package var lastReceivedAt: Int64 {
    get { received.load(ordering: .relaxed) }
    set { received.store(newValue, ordering: .relaxed) }
  }

  /// Segments that retention removed since the start.
  package var removedSegments: Int {
    get { removed.load(ordering: .relaxed) }
    set { removed.store(newValue, ordering: .relaxed) }
  }
}
