/// A command line: what was asked, checked against what a command knows.
package struct Arguments {
  /// An option of a command.
  package struct Option {
    package var name: String
    /// What its value is called in the help; nil for a switch.
    package var value: String?
    package var help: String
    package var repeats = false

    package init(_ name: String, _ value: String? = nil, _ help: String, repeats: Bool = false) {
      self.name = name
      self.value = value
      self.help = help
      self.repeats = repeats
    }
  }

  private var values: [String: [String]] = [:]
  /// The words before the options.
  package let words: [String]

  /// Reads words that the command names, then `--name value`, `--name=value` and switches; anything
  /// else is an error.
  package init(
    _ words: [String],
    options: [Option],
    names: [String] = []
  ) throws(UsageError) {
    self.words = Array(words.prefix(names.count).prefix { !$0.hasPrefix("--") })
    var index = self.words.count
    while index < words.count {
      var word = words[index]
      guard word.hasPrefix("--") else {
        throw UsageError("unexpected word '\(word)'; options start with --")
      }
      var inline: String?
      if let sign = word.firstIndex(of: "=") {
        inline = String(word[word.index(after: sign)...])
        word = String(word[..<sign])
      }
      let name = String(word.dropFirst(2))
      guard let option = options.first(where: { $0.name == name }) else {
        let known = options.map { "--" + $0.name }.joined(separator: ", ")
        throw UsageError("unknown option --\(name); known: \(known)")
      }
      if option.value == nil {
        guard inline == nil else { throw UsageError("--\(name) takes no value") }
        values[name] = []
        index += 1
        continue
      }
      index += 1
      var found: [String] = []
      if let inline {
        found = [inline]
      } else {
        while index < words.count, !words[index].hasPrefix("--") {
          found.append(words[index])
          index += 1
          if !option.repeats { break }
        }
      }
      guard !found.isEmpty else { throw UsageError("--\(name) needs a value") }
      guard values[name] == nil || option.repeats else {
        throw UsageError("--\(name) is given twice")
      }
      values[name, default: []] += found
    }
  }

  package func has(_ name: String) -> Bool { values[name] != nil }

  package func text(_ name: String) -> String? { values[name]?.first }

  package func list(_ name: String) -> [String] { values[name] ?? [] }

  package func required(_ name: String) throws(UsageError) -> String {
    guard let value = text(name) else { throw UsageError("--\(name) is missing") }
    return value
  }

  package func integer(_ name: String, _ range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = text(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw UsageError(
        "--\(name) is a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
      )
    }
    return value
  }

  package func number(_ name: String, _ range: ClosedRange<Double>) throws(UsageError) -> Double? {
    guard let text = text(name) else { return nil }
    guard let value = Double(text), range.contains(value) else {
      throw UsageError(
        "--\(name) is a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
      )
    }
    return value
  }
}

/// A command line that cannot be followed; exit code 64.
package struct UsageError: Error, CustomStringConvertible {
  package var description: String

  package init(_ description: String) { self.description = description }
}

/// A command that could not do its work; exit code 1.
package struct CommandError: Error, CustomStringConvertible {
  package var description: String

  package init(_ description: String) { self.description = description }
}
