import Engine
import Features
import Journal
import Learning
import Models
import Payments
import Rules
import Shell

/// A whole decision: some sixty features, fifty rules and a hundred trees of depth 6.
struct Decisions {
  static let nanosecondsGoal = 2500.0
  static let trainedRows = 30_000
  static let chunks = 10

  let source = SourceCatalog.entry(.card).source
  let entities: Int
  let warm: Stream
  let timed: Stream

  init(entities: Int, transactions: Int) {
    self.entities = entities
    var traffic = CardTraffic(source: source, entities: entities)
    var (warm, timed) = (Stream(), Stream())
    for _ in 0..<transactions { warm.append(label: false) { traffic.append(to: &$0) } }
    for _ in 0..<transactions { timed.append(label: false) { traffic.append(to: &$0) } }
    (self.warm, self.timed) = (warm, timed)
  }

  private func apply(_ kind: EntryKind, _ body: [UInt8], to engine: Engine) throws(EngineError) {
    try engine.apply(kind, body.span)
  }

  private func makeEngine(reserve: Int, _ loader: @escaping Engine.ModelLoader) throws -> Engine {
    let engine = Engine(reserve: reserve, loadModel: loader)
    try apply(.source, ControlEntry.encoded(source), to: engine)
    let features = ControlEntry.Program(
      source: source.id,
      name: "sixty",
      text: DecisionTexts.features
    )
    try apply(.features, features.encoded, to: engine)
    let rules = ControlEntry.Program(source: source.id, name: "fifty", text: DecisionTexts.rules)
    try apply(.rules, rules.encoded, to: engine)
    return engine
  }

  /// Trees that learnt a rule of thumb from the stream's own vectors.
  private func train(reserve: Int) throws -> PackedTrees {
    let engine = try makeEngine(reserve: reserve) { model throws(EngineError) in
      throw EngineError(.badModel, model.name)
    }
    guard let state = engine.source(Int(source.id)) else { fatalError("the source is there") }
    var (values, sums): ([Float], [Float]) = ([], [])
    let bytes = warm.bytes.span
    for index in 0..<min(Self.trainedRows, warm.count) {
      engine.learn(bytes.extracting(warm.range(index)), evaluate: true)
      let row = state.profile.vector
      values += row
      let noise = Float(Fingerprint.chain(7, UInt64(index)) % 100)
      sums.append(
        row.enumerated().reduce(noise) { total, item in
          total + (item.element.isNaN ? 0 : item.element.squareRoot() * Float(1 + item.offset % 5))
        }
      )
    }
    // One row in a hundred is a fraud.
    let bound = sums.sorted()[sums.count * 99 / 100]
    let data = try TrainingData(
      featureNames: state.program.features.map(\.name),
      values: values,
      labels: sums.map { $0 > bound ? 1 : 0 }
    )
    let parameters = try TrainingParameters([
      ("trees", "100"), ("depth", "6"), ("tree_method", "hist"), ("nthread", "1"),
    ])
    let ensemble = try TreeEnsemble(ubjson: try Trainer.fit(data, parameters))
    let base = try Trainer.baseMargin(ofBaseScore: TrainingParameters.baseScore)
    return try PackedTrees(ensemble, baseMargin: base)
  }

  /// Prints the figures; false where a goal is missed.
  func run(reserve: Int) throws -> Bool {
    let trees = try train(reserve: reserve)
    let engine = try makeEngine(reserve: reserve) { _ throws(EngineError) in trees }
    guard let state = engine.source(Int(source.id)) else { fatalError("the source is there") }
    let model = ControlEntry.Model(
      source: source.id,
      name: "hundred",
      digest: "benchmark",
      baseMarginBits: trees.baseMargin.bitPattern,
      featureSet: state.program.fingerprint
    )
    try apply(.model, model.encoded, to: engine)
    print(
      "decision: \(state.program.features.count) features, \(state.rules.rules.count) rules,"
        + " 100 trees of depth 6; \(warm.count) transactions before, \(timed.count) timed,"
        + " over \(entities) cards and as many terminals"
    )
    var body: [UInt8] = []
    var outcomes = [Int](repeating: 0, count: 4)
    let before = ResidentMemory.mebibytes
    decide(warm, 0..<warm.count, engine, &body, &outcomes)
    outcomes = [0, 0, 0, 0]
    var times: [Double] = []
    var calls: Int? = 0
    let size = max(1, timed.count / Self.chunks)
    for chunk in 0..<Self.chunks {
      let indexes = chunk * size..<min(timed.count, (chunk + 1) * size)
      let counted = Allocations.count {
        times.append(
          ProcessorTime.measure { decide(timed, indexes, engine, &body, &outcomes) }
            / Double(indexes.count)
        )
      }
      if let counted, let sum = calls { calls = sum + counted } else { calls = nil }
    }
    print(
      "  \(times.median.shown()) ns a decision (goal \(Self.nanosecondsGoal.shown()));"
        + " approve, challenge, review, decline: \(outcomes)"
    )
    print(
      "  state: \(state.profile.entityCount) entities, "
        + "\((ResidentMemory.mebibytes - before).shown()) MiB"
    )
    if let calls {
      print("  allocations: \(calls), \((Double(calls) / Double(timed.count)).shown(5)) a decision")
    }
    print("  digest of all decisions: \(String(engine.digest, radix: 16))")
    return outcomes.reduce(0, +) > 0 && times.median <= Self.nanosecondsGoal
  }

  private func decide(
    _ stream: Stream,
    _ indexes: Range<Int>,
    _ engine: Engine,
    _ body: inout [UInt8],
    _ outcomes: inout [Int]
  ) {
    let bytes = stream.bytes.span
    for index in indexes {
      body.removeAll(keepingCapacity: true)
      engine.decide(bytes.extracting(stream.range(index)), into: &body)
      outcomes[Int(body[2])] += 1
    }
  }
}
