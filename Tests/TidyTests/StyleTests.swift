import Testing

/// What neither the compiler nor the formatter checks of the house style.
struct StyleTests {
  static let linesMax = 400
  static let columnsMax = 100
  static let folders = ["Sources", "Tests", "Benchmarks"]

  /// Written by Scripts/embed, as wide and long as the texts it copies.
  static let generated = [
    "Sources/App/Shell/BuiltIn.swift", "Sources/Services/Gateway/Documents/Openapi.swift",
    "Sources/Services/Gateway/Documents/Asyncapi.swift",
  ]

  @Test func `files are short and lines narrow`() throws {
    var files = try Repository.swift(StyleTests.folders)
    for path in Repository.paths(below: "Tests/TidyTests", ending: ".swift") + ["Package.swift"] {
      files.append(try Repository.file(path))
    }
    for file in files where !StyleTests.generated.contains(file.path) {
      let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
      #expect(count <= StyleTests.linesMax, "\(file.path) has \(count) lines")
      // A regular expression cannot be broken without changing it.
      for (number, line) in file.lines.enumerated()
      where line.utf8.count > StyleTests.columnsMax && !line.hasPrefix("      /") {
        #expect(
          line.count <= StyleTests.columnsMax,
          "\(file.path):\(number + 1) has \(line.count) columns"
        )
      }
    }
  }

  @Test func `nothing is left to be done`() throws {
    let words: Set<Substring> = ["TODO", "FIXME", "XXX", "HACK"]
    for file in try Repository.swift(StyleTests.folders) {
      for (number, line) in file.lines.enumerated() {
        let found = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
          .first { words.contains($0) }
        if let found { Issue.record("\(file.path):\(number + 1): \(found)") }
      }
    }
  }

  @Test func `nothing traps on an error or a cast`() throws {
    for file in try Repository.swift(StyleTests.folders) {
      for (number, line) in file.code.enumerated() {
        let traps = line.contains("try!") || line.contains(" as! ")
        if traps { Issue.record("\(file.path):\(number + 1): \(line)") }
      }
    }
  }

  @Test func `an error is dropped only with a reason`() throws {
    for file in try Repository.swift(["Sources"]) {
      for number in StyleTests.droppedErrors(file) {
        Issue.record("\(file.path):\(number + 1) drops an error and does not say why")
      }
    }
  }

  /// Indices of lines with `try?` or an empty `catch` that have no comment on them or above them.
  static func droppedErrors(_ file: Repository.File) -> [Int] {
    let code = file.code
    return code.indices.filter { number in
      let line = code[number]
      let next = number + 1 < code.count ? code[number + 1] : ""
      let bareCatch =
        line.contains("catch") && line.hasSuffix("{") && next.allSatisfy { $0 == " " || $0 == "}" }
        && next.contains("}")
      let sameLineCatch = line.contains(/catch[^{]*\{\s*\}/)
      guard line.contains("try?") || bareCatch || sameLineCatch else { return false }
      let above = number > 0 ? file.lines[number - 1].drop { $0 == " " } : ""
      return !file.lines[number].contains("//") && !above.hasPrefix("//")
    }
  }

  @Test(arguments: [
    ("let x = try? f()", 1), ("// None is as good.\nlet x = try? f()", 0),
    ("let x = try? f()  // None is as good.", 0), ("} catch {}", 1), ("} catch {\n  }", 1),
    ("} catch {\n    // It was only a hint.\n  }", 0), ("} catch {\n  log(error)\n}", 0),
  ])
  func `dropped errors are seen`(_ text: String, _ count: Int) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let file = Repository.File(path: "", lines: lines)
    #expect(StyleTests.droppedErrors(file).count == count)
  }
}
