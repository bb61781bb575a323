import Models
import TestSupport
import Testing

@Suite struct ModelFileTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: ModelError.Code
    let change: @Sendable (inout SmallModel) -> Void

    init(
      _ name: String,
      _ code: ModelError.Code,
      _ change: @escaping @Sendable (inout SmallModel) -> Void
    ) {
      testDescription = name
      self.code = code
      self.change = change
    }
  }

  static let refusals = [
    Refusal("dart", .unsupportedBooster) { $0.booster = "dart" },
    Refusal("linear", .unsupportedBooster) { $0.booster = "gblinear" },
    Refusal("regression", .unsupportedObjective) { $0.objective = "reg:squarederror" },
    Refusal("classes", .multipleOutputs) { $0.classes = "3" },
    Refusal("groups", .multipleOutputs) { $0.groups = [1] },
    Refusal("leaf vectors", .multipleOutputs) { $0.leafWidth = "2" },
    Refusal("categories", .categoricalSplit) { $0.splitType = [1, 0, 0] },
    Refusal("feature beyond the width", .unknownFeature) { $0.feature = [2, 0, 0] },
    Refusal("negative feature", .unknownFeature) { $0.feature = [-1, 0, 0] },
    Refusal("no cover", .zeroCover) { $0.cover = [3, 0, 3] },
    Refusal("two base scores", .badBaseScore) { $0.baseScore = "[5E-1,2E-1]" },
    Refusal("base score 1", .badBaseScore) { $0.baseScore = "1" },
    Refusal("base score text", .badBaseScore) { $0.baseScore = "half" },
    Refusal("child out of range", .malformedTree) { $0.right = [3, -1, -1] },
    Refusal("child is the root", .malformedTree) { $0.right = [0, -1, -1] },
    Refusal("shared child", .malformedTree) { $0.right = [1, -1, -1] },
    Refusal("cycle", .malformedTree) { $0.left = [1, 1, -1] },
    Refusal("missing column entries", .malformedTree) { $0.cover = [3, 1] },
    Refusal("infinite threshold", .malformedTree) { $0.value = [.infinity, -1, 1] },
    Refusal("NaN leaf", .malformedTree) { $0.value = [0.5, .nan, 1] },
    Refusal("no features", .tooLarge) { $0.features = "0" },
    Refusal("too many features", .tooLarge) { $0.features = "32768" },
    Refusal("unreadable width", .damagedFile) { $0.features = "two" },
  ]

  @Test(arguments: refusals)
  func `a model that cannot be scored is refused by name`(refusal: Refusal) throws {
    var model = SmallModel()
    refusal.change(&model)
    let bytes = model.bytes
    let error = #expect(throws: ModelError.self) { try TreeEnsemble(ubjson: bytes) }
    #expect(error?.code == refusal.code)
  }

  @Test(arguments: ["5E-1", "[5E-1]", "0.5"])
  func `a bare and a bracketed base score mean the same`(text: String) throws {
    let model = try TreeEnsemble(ubjson: SmallModel(baseScore: text).bytes)
    #expect(model.baseScore == 0.5)
    #expect(model.trees[0].nodes.count == 3)
    let scorer = Scorer(try PackedTrees(model, baseMargin: 0))
    #expect(scorer.margin(of: [0, 0.25].span) == -1)
    #expect(scorer.margin(of: [0, 0.5].span) == 1)
    #expect(scorer.margin(of: [0, .nan].span) == -1)
  }

  @Test func `nodes that training pruned away are left behind`() throws {
    let tree = try TreeEnsemble.Tree(
      .init(
        left: [3, 7, -1, -1],
        right: [2, 8, -1, -1],
        feature: [1, -5, 0, 0],
        value: [0.5, .nan, 1, -1],
        missingGoesLeft: [1, 0, 0, 0],
        cover: [3, 0, 2, 1]
      ),
      index: 0
    )
    #expect(tree.nodes.map(\.value) == [0.5, -1, 1])
  }

  @Test func `every shortened file is refused`() {
    let bytes = SmallModel().bytes
    for count in 0..<bytes.count {
      let error = #expect(throws: ModelError.self) {
        try TreeEnsemble(ubjson: Array(bytes[..<count]))
      }
      #expect(error?.code == .damagedFile)
    }
  }

  @Test func `a file with flipped bytes is refused or read, and never crashes`() throws {
    let sound = SmallModel().bytes
    var random = SeededGenerator(seed: 77)
    for _ in 0..<20_000 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255,
          using: &random
        )
      }
      do throws(ModelError) {
        let ensemble = try TreeEnsemble(ubjson: bytes)
        let row = [Float](repeating: 0.5, count: ensemble.featureCount)
        _ = Scorer(try PackedTrees(ensemble, baseMargin: 0)).margin(of: row.span)
        _ = Attributor(try TreeAttribution(ensemble, baseMargin: 0)).contributions(of: row.span)
      } catch {
        #expect(!error.detail.isEmpty)
      }
    }
  }

  @Test func `nesting and lengths beyond the file are refused`() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    let long = Array("[$d#L".utf8) + [0x7F] + [UInt8](repeating: 0xFF, count: 7)
    let negative = Array("[$d#i".utf8) + [0xFF]
    for bytes in [deep, long, negative, [], Array("[#l".utf8) + [0x7F, 0xFF, 0xFF, 0xFF]] {
      let error = #expect(throws: ModelError.self) { try TreeEnsemble(ubjson: bytes) }
      #expect(error?.code == .damagedFile)
    }
  }
}
