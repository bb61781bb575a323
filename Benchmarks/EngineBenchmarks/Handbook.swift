import Engine
import Features
import Foundation
import Payments
import Replay
import Shell

/// The handbook's fifteen features, then all of our own, over its transactions, in one pass of the
/// engine.
struct Handbook {
  static let rowsPerSecondGoal = 500_000.0
  static let allocationsGoal = 0.0
  static let features = "card-handbook"
  /// All transactions with the features that are the default for cards, seconds.
  static let wholeFeatures = "card"
  static let wholeSecondsGoal = 5.0

  let stream: Stream
  let rounds: Int
  /// Address space a region.
  let reserve: Int

  /// Decodes the file; nil where it is absent.
  init?(path: String, rounds: Int, reserve: Int) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      print("handbook: skipped, there is no \(path)")
      return nil
    }
    let source = SourceCatalog.entry(.card).source
    var feed = HistoryFeed(paths: [path], source: source, tokenizer: OneRun.tokenizer)
    var stream = Stream()
    let time = try ProcessorTime.measure {
      var body: [UInt8] = []
      while let item = try feed.next(into: &body) {
        var isLabel = false
        if case .label = item { isLabel = true }
        stream.append(label: isLabel) { $0.append(contentsOf: body) }
        body.removeAll(keepingCapacity: true)
      }
    }
    self.stream = stream
    self.rounds = rounds
    self.reserve = reserve
    print("handbook: \(stream.transactions) transactions, \(stream.count) entries with labels")
    let row = time / Double(stream.transactions)
    print("  decode (gzip, CSV, labels put in order): \(row.shown()) ns a row")
  }

  /// Prints the figures; false where a goal is missed.
  func run() throws -> Bool {
    var memory = 0.0
    let times = try time(Self.features) { memory = max(memory, $0) }
    let row = times.median / Double(stream.transactions)
    let perSecond = 1e9 / row
    print(
      "  update and evaluate, labels folded as they fall due: \(row.shown()) ns a row,"
        + " \(perSecond.shown()) rows/s (goal \(Self.rowsPerSecondGoal.shown()))"
    )
    print(
      "  memory that the engine took: \(memory.shown()) MiB; the process with all entries:"
        + " \(ResidentMemory.peakMebibytes.shown()) MiB at its peak"
    )
    let whole = try time(Self.wholeFeatures).median * 1e-9
    print(
      "  the same with the features '\(Self.wholeFeatures)': \(whole.shown(2)) s for all"
        + " (goal \(Self.wholeSecondsGoal.shown())),"
        + " \((whole * 1e9 / Double(stream.transactions)).shown()) ns a row"
    )
    let frugal = try countAllocations()
    try printDigests()
    return frugal && perSecond >= Self.rowsPerSecondGoal && whole < Self.wholeSecondsGoal
  }

  /// Processor time of each round, ns; calls back with the memory that each took.
  private func time(_ features: String, memory: (Double) -> Void = { _ in }) throws -> [Double] {
    try (0..<rounds).map { _ in
      let (engine, _) = try SourceCatalog.engine(
        .card,
        features: features,
        rules: false,
        reserve: reserve
      )
      let before = ResidentMemory.mebibytes
      let time = ProcessorTime.measure { fold(0..<stream.count, into: engine) }
      memory(ResidentMemory.mebibytes - before)
      return time
    }
  }

  private func fold(_ indexes: Range<Int>, into engine: Engine) {
    let bytes = stream.bytes.span
    for index in indexes {
      let entry = bytes.extracting(stream.range(index))
      if stream.isLabel(index) { engine.label(entry) } else { engine.learn(entry, evaluate: true) }
    }
  }

  private func countAllocations() throws -> Bool {
    let (engine, _) = try SourceCatalog.engine(
      .card,
      features: Self.features,
      rules: false,
      reserve: reserve
    )
    let half = stream.count / 2
    fold(0..<half, into: engine)
    guard let calls = Allocations.count({ fold(half..<stream.count, into: engine) }) else {
      print("  allocations: not counted (Scripts/bench does)")
      return true
    }
    let each = Double(calls) / Double(stream.count - half)
    print("  allocations in the second half: \(calls), \(each.shown(5)) an entry (goal 0)")
    return each < 0.001
  }

  /// Identifies every bit of every vector, and the state that is left.
  private func printDigests() throws {
    let (engine, source) = try SourceCatalog.engine(
      .card,
      features: Self.features,
      rules: false,
      reserve: reserve
    )
    guard let state = engine.source(Int(source.id)) else { return }
    var digest: UInt64 = 0
    let bytes = stream.bytes.span
    for index in 0..<stream.count {
      let entry = bytes.extracting(stream.range(index))
      if stream.isLabel(index) {
        engine.label(entry)
      } else {
        engine.learn(entry, evaluate: true)
        for value in state.profile.vector {
          digest = Fingerprint.chain(digest, UInt64(value.bitPattern))
        }
      }
    }
    print(
      "  digest of all vectors: \(String(digest, radix: 16)),"
        + " of the state: \(String(engine.stateDigest(), radix: 16))"
    )
  }
}
