/// The targets that Package.swift declares: their folders and what they say they use.
struct PackageDeclarations {
  struct Target: Hashable {
    var name: String
    var path: String
    var uses: Set<String>

    /// The folder under Sources; nil for tests and benchmarks.
    var layer: String? {
      let parts = path.split(separator: "/")
      return parts.first == "Sources" && parts.count > 1 ? String(parts[1]) : nil
    }
  }

  private(set) var targets: [Target] = []

  private static let folders = [
    "core": "Sources/Core", "port": "Sources/Ports", "adapter": "Sources/Adapters",
    "service": "Sources/Services", "shim": "Sources/System", "system": "Sources/System",
    "tests": "Tests",
  ]

  init() throws {
    let text = try Repository.text("Package.swift")
    let short =
      /\b(core|port|adapter|service|shim|system|tests)\(\s*"(\w+)"(?:\s*,\s*\[([^\]]*)\])?/
    for match in text.matches(of: short) {
      guard let folder = PackageDeclarations.folders[String(match.1)] else { continue }
      add(String(match.2), "\(folder)/\(match.2)", match.3 ?? "")
    }
    let long =
      /\.(?:target|executableTarget)\(\s*name: "([^"]+)",\s*dependencies: named\(\[([^\]]*)\]\),\s*path: "([^"]+)"/
    for match in text.matches(of: long) { add(String(match.1), String(match.3), match.2) }
  }

  private mutating func add(_ name: String, _ path: String, _ uses: Substring) {
    targets.append(
      Target(name: name, path: path, uses: Set(uses.matches(of: /"([^"]+)"/).map { String($0.1) }))
    )
  }

  /// The target that a file belongs to: the one with the deepest folder.
  func owner(of path: String) -> Target? {
    targets.filter { path.hasPrefix($0.path + "/") }.max { $0.path.count < $1.path.count }
  }

  func target(_ name: String) -> Target? { targets.first { $0.name == name } }
}

extension Repository.File {
  /// The modules that the file imports, with the number of the line.
  var imports: [(module: String, line: Int)] {
    var found: [(String, Int)] = []
    for (number, line) in lines.enumerated() where line.contains("import ") {
      let words = line.split(separator: " ").drop { $0.hasPrefix("@") }
      let access: Set<Substring> = ["public", "package", "internal", "private", "fileprivate"]
      guard let first = words.first else { continue }
      let rest = access.contains(first) ? words.dropFirst() : words
      guard rest.first == "import", let module = rest.dropFirst().last else { continue }
      found.append((String(module.prefix { $0 != "." }), number + 1))
    }
    return found
  }
}
