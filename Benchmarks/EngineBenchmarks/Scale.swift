import Engine
import Features
import Foundation
import Journal
import Payments
import Shell

/// What an event costs by the number of features, of entities, and by the length of windows; and
/// what a snapshot of a million accounts costs.
struct Scale {
  static let restoreSecondsGoal = 2.0

  let source = SourceCatalog.entry(.card).source
  let transactions: Int
  /// Address space a region.
  var reserve = 32 << 30

  /// Features of the usual sorts over accounts, counterparties, devices and pairs.
  static func features(_ count: Int, windows: [String]) -> String {
    let sorts: [(what: String, key: String)] = [
      ("count()", "account"), ("sum(amount)", "account"), ("count()", "counterparty"),
      ("mean(amount)", "account"), ("mean(amount)", "counterparty"), ("count()", "device"),
      ("std(amount)", "account"), ("fraud_rate()", "counterparty"),
      ("count()", "(account, counterparty)"), ("max(amount)", "account"),
      ("distinct(counterparty)", "account"), ("decayed_count(1d)", "account"),
      ("time_since_last()", "device"), ("median(amount)", "account"),
      ("entropy(channel)", "account"),
    ]
    var lines: [String] = []
    for number in 0..<count {
      let sort = sorts[number % sorts.count]
      let window = windows[number / sorts.count % windows.count]
      let place = number / (sorts.count * windows.count)
      let filter = place == 0 ? "" : " where amount > \(place)"
      lines.append("feature f\(number) = \(sort.what) by \(sort.key) over \(window)\(filter)\n")
    }
    return lines.joined()
  }

  private func makeEngine(_ features: String) throws(EngineError) -> Engine {
    let engine = Engine(reserve: reserve)
    try engine.apply(.source, ControlEntry.encoded(source).span)
    let set = ControlEntry.Program(source: source.id, name: "scale", text: features)
    try engine.apply(.features, set.encoded.span)
    return engine
  }

  /// Learns a stream in two halves and times the second; ns an event and MiB of state.
  private func measure(
    _ features: String,
    entities: Int
  ) throws -> (time: Double, state: Double, calls: Double?, engine: Engine) {
    let engine = try makeEngine(features)
    var traffic = CardTraffic(source: source, entities: entities)
    var record: [UInt8] = []
    let memory = ResidentMemory.mebibytes
    for _ in 0..<transactions {
      record.removeAll(keepingCapacity: true)
      traffic.append(to: &record)
      engine.learn(record.span, evaluate: true)
    }
    var times: [Double] = []
    var calls: Int? = 0
    for _ in 0..<5 {
      var stream = Stream()
      for _ in 0..<transactions / 5 { stream.append(label: false) { traffic.append(to: &$0) } }
      let bytes = stream.bytes.span
      let counted = Allocations.count {
        let time = ProcessorTime.measure {
          for index in 0..<stream.count {
            engine.learn(bytes.extracting(stream.range(index)), evaluate: true)
          }
        }
        times.append(time / Double(stream.count))
      }
      if let counted, let sum = calls { calls = sum + counted } else { calls = nil }
    }
    let each = calls.map { Double($0) / Double(transactions) }
    return (times.median, ResidentMemory.mebibytes - memory, each, engine)
  }

  /// Learns a stream with one number of features, for counting instructions.
  func run(features: Int) throws {
    let usual = ["30d", "7d", "1d", "1h"]
    let text = Scale.features(features, windows: usual)
    let (time, _, _, _) = try measure(text, entities: 10_000)
    print("scale: \(features) features, 10000 accounts: \(time.shown()) ns an event")
  }

  /// Prints the tables; false where the goal of the snapshot is missed.
  func run(large: Bool) throws -> Bool {
    let usual = ["30d", "7d", "1d", "1h"]
    print("scale: \(transactions) events before, \(transactions) timed; ns an event, MiB taken")
    for (features, entities) in [
      (15, 10_000), (50, 10_000), (150, 10_000), (15, 1_000_000), (50, 1_000_000),
      (150, 1_000_000),
    ] + (large ? [(15, 10_000_000)] : []) {
      let text = Scale.features(features, windows: usual)
      let (time, state, calls, engine) = try measure(text, entities: entities)
      let profile = engine.source(Int(source.id))?.profile
      print(
        "  \(features) features, \(entities) accounts: \(time.shown()) ns, \(state.shown()) MiB,"
          + " \(profile?.entityCount ?? 0) entities, \(profile?.eventCount ?? 0) events"
          + (calls.map { ", \($0.shown(5)) allocations an event" } ?? "")
      )
    }
    for window in ["1m", "1h", "1d", "30d", "365d"] {
      let text = Scale.features(15, windows: [window])
      let (time, state, _, _) = try measure(text, entities: 10_000)
      print("  15 features over \(window): \(time.shown()) ns, \(state.shown()) MiB")
    }
    return try snapshot()
  }

  /// Snapshot and restoring of a million accounts and as many terminals, with 15 features.
  func snapshot() throws -> Bool {
    let text = Scale.features(15, windows: ["90d"])
    let engine = try makeEngine(text)
    var traffic = CardTraffic(source: source, entities: 1_000_000)
    var record: [UInt8] = []
    for _ in 0..<max(transactions, 3_000_000) {
      record.removeAll(keepingCapacity: true)
      traffic.append(to: &record)
      engine.learn(record.span, evaluate: false)
    }
    let place = EngineSnapshot.Place(
      position: Position(bytes: 64),
      nextSequence: 1,
      lastReceivedAt: 0
    )
    var bytes: [UInt8] = []
    let written = ProcessorTime.measure { bytes = EngineSnapshot.encode(engine, at: place) }
    func restore(by workers: Workers) throws -> (seconds: Double, engine: Engine) {
      let restored = Engine(seed: 5)
      let clock = ContinuousClock()
      let time = try clock.measure {
        _ = try EngineSnapshot.restore(bytes, into: restored, by: workers)
      }
      return (time / .seconds(1), restored)
    }
    let read = try ProcessorTime.measure { _ = try restore(by: .caller) }
    let (elapsed, restored) = try restore(
      by: Workers { DispatchQueue.concurrentPerform(iterations: $0, execute: $1) }
    )
    let same = restored.stateDigest() == engine.stateDigest()
    let profile = engine.source(Int(source.id))?.profile
    print(
      "  snapshot of \(profile?.entityCount ?? 0) entities with \(profile?.eventCount ?? 0) events:"
        + " \(bytes.count >> 20) MiB, \((written / 1e9).shown(2)) s to write,"
        + " \((read / 1e9).shown(2)) s to restore and check by one processor"
        + " (goal \(Scale.restoreSecondsGoal.shown())), \(elapsed.shown(2)) s elapsed by all,"
        + " digests \(same ? "equal" : "DIFFER")"
    )
    return same && read / 1e9 <= Scale.restoreSecondsGoal
  }
}
