import Foundation

/// The files of this repository as text: what the house rules are held to.
enum Repository {
  struct File {
    /// From the root, as in `Sources/Core/Payments/Money.swift`.
    let path: String
    let lines: [Substring]

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The lines without what follows `//`, which may stand in a text too: rules about code ask
    /// for words that no text has.
    var code: [Substring] {
      lines.map { line in line.range(of: "//").map { line[..<$0.lowerBound] } ?? line }
    }
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func file(_ path: String) throws -> File {
    File(path: path, lines: try text(path).split(separator: "\n", omittingEmptySubsequences: false))
  }

  /// Paths of all files below a folder that end so, in order.
  static func paths(below folder: String, ending: String) -> [String] {
    let base = root.appending(path: folder).path
    let found = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
    return found.filter { $0.hasSuffix(ending) }.map { "\(folder)/\($0)" }.sorted()
  }

  /// The Swift files of some folders.
  ///
  /// The house rules' own tests are left out: they spell what they forbid.
  static func swift(_ folders: [String]) throws -> [File] {
    try folders.flatMap { paths(below: $0, ending: ".swift") }
      .filter { !$0.hasPrefix("Tests/TidyTests/") }
      .map(file)
  }

  /// Names of the files and folders right below a folder.
  static func children(of folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path).sorted()
  }
}
