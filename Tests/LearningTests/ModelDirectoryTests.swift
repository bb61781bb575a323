import Foundation
import Learning
import Models
import Registry
import TestSupport
import Testing

/// A root of its own, removed when the test ends.
final class TemporaryRoot {
  let path = NSTemporaryDirectory() + "assay-models-\(UUID().uuidString)"
  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { print("left behind: \(path)") }
  }
}

@Suite struct ModelDirectoryTests {
  private func train(
    in root: TemporaryRoot,
    trees: Int = 12,
    _ kind: TrainingParameters.Kind = .boosted
  ) throws -> String {
    let data = try SyntheticData.make(rows: 900, columns: 5, seed: 3)
    var parameters = TrainingParameters(kind)
    parameters.trees = trees
    let description = Trainer.Description(
      name: "cards",
      featureSetHash: "f00d",
      dataFrom: "2018-07-25",
      dataTo: "2018-07-31",
      metrics: ["averagePrecision": 0.5],
      createdAt: "2026-11-20T12:00:00Z"
    )
    return try Trainer.train(
      data,
      parameters,
      description,
      into: ModelDirectory(root: root.path)
    )
  }

  @Test func `a trained model loads, scores and explains`() throws {
    let root = TemporaryRoot()
    let path = try train(in: root)
    #expect(path == "\(root.path)/cards-1")
    let model = try ModelDirectory.load(at: path, featureSetHash: "f00d")
    #expect(model.manifest.featureNames.count == 5)
    #expect(model.manifest.parameters["trees"] == "12")
    #expect(model.manifest.baseMarginBits == "80000000")
    #expect(model.identity.count == 64)
    let row: [Float] = [0, .nan, 1, 2, -1]
    let margin = Scorer(model.trees).margin(of: row.span)
    let sum = Attributor(model.attribution).contributions(of: row.span)
      .reduce(model.attribution.baseValue, +)
    #expect(abs(sum - margin) < 1e-5)
  }

  @Test func `a forest is proved like boosted trees, and its manifest says that it votes`() throws {
    let root = TemporaryRoot()
    let path = try train(in: root, .forest)
    let model = try ModelDirectory.load(at: path, featureSetHash: "f00d")
    #expect(model.link == .share)
    #expect(model.manifest.parameters["model"] == "forest")
    let url = URL(fileURLWithPath: "\(path)/manifest.json")
    let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    try Data(text.replacing("\"share\"", with: "\"vote\"").utf8).write(to: url)
    let error = #expect(throws: RegistryError.self) {
      try ModelDirectory.load(at: path, featureSetHash: "f00d")
    }
    #expect(error?.detail.contains("'vote'") == true)
  }

  @Test func `a manifest of the first format means boosted trees`() throws {
    let root = TemporaryRoot()
    let path = try train(in: root)
    let url = URL(fileURLWithPath: "\(path)/manifest.json")
    var manifest = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    )
    manifest["format"] = 1
    manifest["scoreLink"] = nil
    try JSONSerialization.data(withJSONObject: manifest).write(to: url)
    #expect(try ModelDirectory.load(at: path, featureSetHash: "f00d").link == .logistic)
  }

  @Test func `versions count up and nothing else is left in the root`() throws {
    let root = TemporaryRoot()
    _ = try train(in: root)
    #expect(try train(in: root).hasSuffix("cards-2"))
    #expect(try ModelDirectory(root: root.path).versions(of: "cards") == [1, 2])
    #expect(try ModelDirectory(root: root.path).versions(of: "other").isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: root.path).count == 2)
  }

  @Test func `another feature set is refused by name`() throws {
    let root = TemporaryRoot()
    let path = try train(in: root)
    let error = #expect(throws: RegistryError.self) {
      try ModelDirectory.load(at: path, featureSetHash: "beef")
    }
    #expect(error?.code == .otherFeatures)
  }

  @Test(arguments: ["model.ubj", "golden.bin", "manifest.json"])
  func `a missing or damaged file is named`(file: String) throws {
    let root = TemporaryRoot()
    let path = try train(in: root)
    let url = URL(fileURLWithPath: "\(path)/\(file)")
    var bytes = [UInt8](try Data(contentsOf: url))
    bytes[bytes.count / 2] ^= file == "manifest.json" ? 0x80 : 1
    try Data(bytes).write(to: url)
    let damaged = #expect(throws: RegistryError.self) {
      try ModelDirectory.load(at: path, featureSetHash: "f00d")
    }
    #expect(damaged?.code == .damaged)
    #expect(damaged?.file == file)
    try FileManager.default.removeItem(at: url)
    let missing = #expect(throws: RegistryError.self) {
      try ModelDirectory.load(at: path, featureSetHash: "f00d")
    }
    #expect(missing?.code == .missing)
    #expect(missing?.file == file)
  }

  /// Rewrites a file and the manifest's hash of it, as an honest but different model would have.
  private func replace(_ file: String, _ key: String, at path: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
    let url = URL(fileURLWithPath: "\(path)/manifest.json")
    var manifest = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    )
    manifest[key] = Digest.sha256(bytes)
    try JSONSerialization.data(withJSONObject: manifest).write(to: url)
  }

  @Test func `a model that scores one golden row differently by one bit is refused`() throws {
    let root = TemporaryRoot()
    let path = try train(in: root)
    let file = "\(path)/golden.bin"
    let golden = try GoldenRows(
      bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))),
      file: "golden.bin"
    )
    #expect(golden.rowCount == 900)
    #expect(golden.explainedCount == 200)
    #expect(golden.values.contains { $0.isNaN })
    for spoilsMargin in [true, false] {
      var margins = golden.margins
      var contributions = golden.contributions
      if spoilsMargin { margins[899] = margins[899].nextUp } else { contributions[1199] += 1e-4 }
      let spoilt = GoldenRows(
        width: 5,
        values: golden.values,
        margins: margins,
        contributions: contributions
      )
      try replace("golden.bin", "goldenSHA256", at: path, spoilt.bytes)
      let error = #expect(throws: RegistryError.self) {
        try ModelDirectory.load(at: path, featureSetHash: "f00d")
      }
      #expect(error?.code == .goldenMismatch)
    }
  }

  @Test func `another model under the same golden rows is refused`() throws {
    let root = TemporaryRoot()
    let path = try train(in: root)
    let other = try train(in: root, trees: 11)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(other)/model.ubj")))
    try replace("model.ubj", "modelSHA256", at: path, bytes)
    let error = #expect(throws: RegistryError.self) {
      try ModelDirectory.load(at: path, featureSetHash: "f00d")
    }
    #expect(error?.code == .goldenMismatch)
  }

  @Test(arguments: ["", "../up", "Cards", "a b"])
  func `a name that is no plain word is refused`(name: String) throws {
    let data = try SyntheticData.make(rows: 200, columns: 3, seed: 3)
    let description = Trainer.Description(
      name: name,
      featureSetHash: "",
      dataFrom: "",
      dataTo: "",
      metrics: [:],
      createdAt: ""
    )
    let error = #expect(throws: RegistryError.self) {
      try Trainer.train(
        data,
        TrainingParameters(),
        description,
        into: ModelDirectory(root: "/nowhere")
      )
    }
    #expect(error?.code == .badName)
  }

  @Test func `a real model with flipped or missing bytes never crashes the reader`() throws {
    let data = try SyntheticData.make(rows: 600, columns: 4, seed: 2)
    let sound = try Trainer.fit(data, try TrainingParameters([("trees", "3"), ("depth", "3")]))
    var random = SeededGenerator(seed: 41)
    for attempt in 0..<2_000 {
      var bytes = sound
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= .random(in: 1...255, using: &random)
      if attempt % 4 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random)) }
      do throws(ModelError) {
        let ensemble = try TreeEnsemble(ubjson: bytes)
        #expect(attempt % 4 != 0)
        _ = try PackedTrees(ensemble, baseMargin: 0)
        _ = try TreeAttribution(ensemble, baseMargin: 0)
      } catch {
        #expect(!error.detail.isEmpty)
      }
    }
  }

  @Test func `SHA-256 gives the digests of the standard`() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(Digest.sha256([]) == empty)
    #expect(Digest.sha256(Array("abc".utf8)) == abc)
  }
}
