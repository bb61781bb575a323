import Testing

/// The papers that belong to a release, and the embedded copies of texts.
struct DocumentTests {
  /// Features per reference system.
  static let features = [("S0", 29), ("S1", 55), ("S2", 13), ("S3", 20), ("S4", 21)]
  static let states: Set = ["done", "changed", "not yet"]

  @Test(arguments: [
    "LICENSE", "CHANGELOG.md", "docs/architecture.md", "docs/coverage.md",
    "docs/journal-format.md", "docs/language.md", "docs/quality.md", "docs/style.md",
    "docs/decisions",
  ])
  func `the documents are there`(_ path: String) { #expect(Repository.exists(path)) }

  @Test func `architecture has one row for each folder of sources`() throws {
    let lines = try Repository.file("docs/architecture.md").lines
    let rows = lines.filter { $0.hasPrefix("| `Sources/") }
    let named = rows.map { String($0.dropFirst(3).prefix { $0 != "`" }) }
    let folders = Set(
      try Repository.swift(["Sources"]).map {
        $0.path.split(separator: "/").dropLast().joined(separator: "/")
      }
    )
    // The shims of the system hold no Swift.
    #expect(Set(named) == folders.union(["Sources/System"]))
    #expect(named.count == Set(named).count)
  }

  @Test func `decisions are numbered without gaps`() throws {
    for (index, name) in try Repository.children(of: "docs/decisions").enumerated() {
      let digits = String(index + 1)
      let number = String(repeating: "0", count: 3 - digits.count) + digits
      #expect(name.hasPrefix(number + "-") && name.hasSuffix(".md"), "docs/decisions/\(name)")
    }
  }

  @Test func `coverage has one row for each feature`() throws {
    var rows: [String: Int] = [:]
    for line in try Repository.file("docs/coverage.md").lines {
      let cells = line.split(separator: "|").map { $0.drop { $0 == " " } }
      guard let id = cells.first?.split(separator: " ").first, id.contains(/^S[0-9]+\.[0-9]+$/)
      else { continue }
      rows[String(id), default: 0] += 1
      #expect(cells.count == 4, "\(id) has \(cells.count) columns")
      guard cells.count == 4 else { continue }
      let state = cells[2].split(separator: " ").joined(separator: " ")
      #expect(DocumentTests.states.contains(state), "\(id) is \(state)")
    }
    for (system, count) in DocumentTests.features {
      for number in 1...count {
        let id = "\(system).\(number)"
        #expect(rows.removeValue(forKey: id) == 1, "\(id) has not exactly one row")
      }
    }
    #expect(rows.isEmpty, "rows of no feature: \(rows.keys.sorted())")
  }

  /// A table of BuiltIn.swift as Scripts/embed writes it.
  static func table(_ folder: String) throws -> String {
    var text = ""
    for path in Repository.paths(below: folder, ending: ".assay") {
      let file = try Repository.file(path)
      text += "    \"\(file.name.dropLast(".assay".count))\": ##\"\"\"\n"
      let lines = file.lines.last == "" ? file.lines.dropLast() : file.lines[...]
      for line in lines { text += line.isEmpty ? "\n" : "    \(line)\n" }
      text += "\n    \"\"\"##,\n"
    }
    return text
  }

  @Test(arguments: ["Features", "Rules"])
  func `the program brings along what the folders hold`(_ folder: String) throws {
    let builtIn = try Repository.text("Sources/App/Shell/BuiltIn.swift")
    let name = folder.lowercased()
    let wanted =
      "static let \(name): [String: String] = [\n\(try DocumentTests.table(folder))  ]\n"
    #expect(builtIn.contains(wanted), "run `make embed`: \(folder) and BuiltIn.swift differ")
  }
}
