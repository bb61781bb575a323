import Foundation

/// The versions of models under one root, each in a directory `<name>-<version>` of three files.
///
/// Reading needs no training library, and a directory is never changed once it stands.
package struct ModelDirectory: Sendable {
  static let manifestFile = "manifest.json"
  static let modelFile = "model.ubj"
  static let goldenFile = "golden.bin"

  /// The largest manifest read, in bytes.
  static let manifestByteCountMax = 4 << 20
  /// The largest model or file of golden rows read, in bytes.
  static let fileByteCountMax = 256 << 20

  /// Path of the directory that holds the versions.
  package let root: String

  /// Names a root, which need not exist yet.
  package init(root: String) { self.root = root }

  /// Path of one version.
  package func path(name: String, version: Int) -> String { "\(root)/\(name)-\(version)" }

  /// The versions of a name, ascending; none where the root does not exist.
  package func versions(of name: String) throws(RegistryError) -> [Int] {
    guard FileManager.default.fileExists(atPath: root) else { return [] }
    do {
      let entries = try FileManager.default.contentsOfDirectory(atPath: root)
      let prefix = name + "-"
      return entries.filter { $0.hasPrefix(prefix) }.compactMap { Int($0.dropFirst(prefix.count)) }
        .filter { $0 > 0 }.sorted()
    } catch {
      throw RegistryError(.inputOutput, root, "the directory cannot be listed")
    }
  }

  /// Reads and proves the model at a path: content hashes, feature set, golden rows.
  package static func load(
    at path: String,
    featureSetHash: String
  ) throws(RegistryError) -> LoadedModel {
    let manifest = try readManifest(at: path)
    guard manifest.featureSetHash == featureSetHash else {
      throw RegistryError(
        .otherFeatures,
        manifestFile,
        "the model reads feature set \(manifest.featureSetHash), not \(featureSetHash)"
      )
    }
    let model = try read(modelFile, in: path, limit: fileByteCountMax)
    try require(manifest.modelSHA256, of: model, file: modelFile)
    let goldenBytes = try read(goldenFile, in: path, limit: fileByteCountMax)
    try require(manifest.goldenSHA256, of: goldenBytes, file: goldenFile)
    let golden = try GoldenRows(bytes: goldenBytes, file: goldenFile)
    return try LoadedModel(manifest: manifest, model: model, golden: golden)
  }

  /// Reads only what a directory says about its model.
  package static func readManifest(at path: String) throws(RegistryError) -> ModelManifest {
    let bytes = try read(manifestFile, in: path, limit: manifestByteCountMax)
    let manifest: ModelManifest
    do {
      manifest = try JSONDecoder().decode(ModelManifest.self, from: Data(bytes))
    } catch {
      throw RegistryError(.damaged, manifestFile, "it is not a model's manifest")
    }
    guard ModelManifest.formatsRead.contains(manifest.format) else {
      throw RegistryError(
        .damaged,
        manifestFile,
        "its format is \(manifest.format); this program reads \(ModelManifest.formatsRead)"
      )
    }
    return manifest
  }

  /// Writes the next version of a model, proves it as `load` does, and only then lets it appear.
  ///
  /// Everything is synced before one rename makes the directory visible. Returns its path.
  package func write(_ draft: ModelDraft) throws(RegistryError) -> String {
    guard Self.isUsable(draft.name) else {
      throw RegistryError(
        .badName,
        draft.name,
        "a name is 1 to 64 lower-case letters, digits and hyphens"
      )
    }
    let version = (try versions(of: draft.name).last ?? 0) + 1
    let target = path(name: draft.name, version: version)
    let staging = "\(root)/.\(draft.name)-\(version).\(ProcessInfo.processInfo.processIdentifier)"
    do throws(RegistryError) {
      try stage(draft, version: version, at: staging)
      _ = try Self.load(at: staging, featureSetHash: draft.featureSetHash)
      try Self.attempt(target, "the version cannot be put in place") {
        try FileManager.default.moveItem(atPath: staging, toPath: target)
      }
    } catch {
      // What is left of a failed attempt is hidden and never read; the error matters more.
      if FileManager.default.fileExists(atPath: staging) {
        try Self.attempt(staging, "\(error.detail); nor can what was written be removed") {
          try FileManager.default.removeItem(atPath: staging)
        }
      }
      throw error
    }
    try Self.synchronize(root)
    return target
  }

  private func stage(_ draft: ModelDraft, version: Int, at path: String) throws(RegistryError) {
    let golden = draft.golden.bytes
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try Self.attempt(path, "the model cannot be written") {
      let manifest = try encoder.encode(draft.manifest(version: version, goldenBytes: golden))
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let files = [
        (Self.modelFile, Data(draft.model)), (Self.goldenFile, Data(golden)),
        (Self.manifestFile, manifest),
      ]
      for (file, content) in files {
        let url = URL(fileURLWithPath: "\(path)/\(file)")
        try content.write(to: url)
        let handle = try FileHandle(forUpdating: url)
        try handle.synchronize()
        try handle.close()
      }
    }
    try Self.synchronize(path)
  }

  private static func synchronize(_ directory: String) throws(RegistryError) {
    try attempt(directory, "the directory cannot be synced") {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: directory))
      try handle.synchronize()
      try handle.close()
    }
  }

  private static func attempt(
    _ file: String,
    _ what: String,
    _ body: () throws -> Void
  ) throws(RegistryError) {
    do {
      try body()
    } catch {
      throw RegistryError(.inputOutput, file, what)
    }
  }

  private static func isUsable(_ name: String) -> Bool {
    let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
    return (1...64).contains(name.count) && name.allSatisfy(allowed.contains)
  }

  private static func read(
    _ file: String,
    in path: String,
    limit: Int
  ) throws(RegistryError) -> [UInt8] {
    let full = "\(path)/\(file)"
    guard FileManager.default.fileExists(atPath: full) else {
      throw RegistryError(.missing, file, "there is no such file in \(path)")
    }
    do {
      let size = try FileManager.default.attributesOfItem(atPath: full)[.size] as? Int ?? 0
      guard size <= limit else {
        throw RegistryError(.damaged, file, "it has \(size) bytes; the limit is \(limit)")
      }
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: full)))
    } catch let error as RegistryError {
      throw error
    } catch {
      throw RegistryError(.inputOutput, file, "it cannot be read")
    }
  }

  private static func require(
    _ sha256: String,
    of bytes: [UInt8],
    file: String
  ) throws(RegistryError) {
    guard Digest.sha256(bytes) == sha256 else {
      throw RegistryError(.damaged, file, "its content is not what its manifest names")
    }
  }
}
