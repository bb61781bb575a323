import Language
import Payments

/// The reference page of the language, made from the tables that the parser and the compiler use.
package enum LanguageReference {
  /// A function of numbers or of the transaction's time.
  struct Function {
    var signature: String
    var meaning: String
    var example: String
  }

  static let functions: [Function] = [
    Function(
      signature: "abs(a)",
      meaning: "its size",
      example: "abs(amount - 100)"
    ),
    Function(
      signature: "day_of_month()",
      meaning: "of the local time, 1 to 31",
      example: "day_of_month() = 1"
    ),
    Function(
      signature: "distance(latitude, longitude, latitude, longitude)",
      meaning: "km on the earth between two places in degrees",
      example: "distance(48.1, 11.6, 52.5, 13.4) > 500"
    ),
    Function(
      signature: "exp(a)",
      meaning: "eᵃ; missing where it is not finite",
      example: "exp(0 - amount / 100)"
    ),
    Function(
      signature: "floor(a)",
      meaning: "the integer below",
      example: "amount - floor(amount)"
    ),
    Function(signature: "hour()", meaning: "of the local time, 0 to 23", example: "hour() < 6"),
    Function(
      signature: "log(a)",
      meaning: "the natural logarithm; of 0 or less missing",
      example: "log(amount)"
    ),
    Function(
      signature: "max(a, b)",
      meaning: "the greater; missing where one is",
      example: "max(amount, 100)"
    ),
    Function(
      signature: "min(a, b)",
      meaning: "the lesser; missing where one is",
      example: "min(amount, 100)"
    ),
    Function(
      signature: "missing(a)",
      meaning: "whether a number is missing",
      example: "missing(mean(amount) by account over 7d before this)"
    ),
    Function(
      signature: "night()",
      meaning: "hours 0 to 6 inclusive, up to 06:59:59 local time",
      example: "night()"
    ),
    Function(
      signature: "present(text)",
      meaning: "whether a text field is there",
      example: "present(device)"
    ),
    Function(
      signature: "sqrt(a)",
      meaning: "the square root; of less than 0 missing",
      example: "sqrt(amount)"
    ),
    Function(
      signature: "weekday()",
      meaning: "of the local time, 1 (Monday) to 7",
      example: "weekday() = 5"
    ),
    Function(signature: "weekend()", meaning: "Saturday or Sunday", example: "weekend()"),
  ]

  /// Clauses and what they choose by, each with an example.
  static let clauses: [Function] = [
    Function(
      signature: "where condition",
      meaning: "transactions by their own fields, as they were when each came",
      example: "count() by account over 10m where channel = online"
    ),
    Function(
      signature: "where (… aggregate …)",
      meaning: "by what windows said when each came",
      example:
        "count() by account over 7d where (amount > 3 * mean(amount) by account over 30d before "
        + "this)"
    ),
    Function(
      signature: "where outcome = …",
      meaning: "by what was decided: approve, challenge, review or decline",
      example: "count() by account over 10m where outcome = decline"
    ),
    Function(
      signature: "where fraud",
      meaning: "transactions labelled fraud by now",
      example: "count() by counterparty over 30d delayed 7d where (fraud and amount > 100)"
    ),
    Function(
      signature: "where disposition = …",
      meaning: "by what others did: "
        + DispositionKind.allCases.map(\.word).joined(separator: ", "),
      example: "count() by account over 30d where disposition = refunded"
    ),
    Function(
      signature: "where activity = …",
      meaning: "activities in place of transactions: "
        + ActivityKind.allCases.map(\.word).joined(separator: ", ") + "; `succeeded`",
      example: "count() by account over 1h where (activity = login and not succeeded)"
    ),
    Function(
      signature: "by field as field",
      meaning: "the entity in another role: what this account received",
      example: "sum(amount) by account as counterparty over 1d"
    ),
    Function(
      signature: "before this",
      meaning: "without the current transaction",
      example: "mean(amount) by account over 30d before this"
    ),
    Function(
      signature: "delayed span",
      meaning: "the window (t − d − w, t − d]",
      example: "fraud_rate() by counterparty over 30d delayed 7d"
    ),
  ]

  /// Every expression that stands on the page as an example.
  package static var examples: [String] {
    functions.map(\.example) + clauses.map(\.example) + AggregateWord.allCases.map(\.example)
  }

  /// The page.
  package static var page: String {
    var lines = [
      "# Reference of the language", "",
      "Made from the compiler's own tables (`assay language`); a test holds both equal and runs",
      "every example. What the words mean together stands in [the language](language.md).", "",
      "## Aggregates", "",
      "| aggregate | is | over nothing | unit | example |", "|---|---|---|---|---|",
    ]
    for word in AggregateWord.allCases {
      let arguments = word.arguments.map { argument in
        switch argument {
        case .field: "field"
        case .text: "text"
        case .share: "q"
        case .halfLife: "half-life"
        }
      }
      lines.append(
        "| `\(word.rawValue)(\(arguments.joined(separator: ", ")))` | \(word.meaning) |"
          + " \(word.overNothing) | \(word.unit) | `\(word.example)` |"
      )
    }
    lines += ["", "## Clauses", "", "| clause | chooses | example |", "|---|---|---|"]
    lines += clauses.map(row)
    lines += ["", "## Functions", "", "| function | is | example |", "|---|---|---|"]
    lines += functions.map(row)
    lines += ["", "## Fields", "", "| dialect | texts | money and numbers |", "|---|---|---|"]
    for dialect in Dialect.allCases {
      let schema = dialect.schema
      let texts = schema.texts.map { "`\($0)`" }.joined(separator: " ")
      let numbers = (["amount"] + schema.numbers.map(\.name)).map { "`\($0)`" }
      lines.append("| \(dialect.word) | \(texts) | \(numbers.joined(separator: " ")) |")
    }
    lines += ["", "## Memory", "", memory, "", "## Limits", ""] + limits
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ function: Function) -> String {
    let example = function.example.replacing("|", with: "\\|")
    return "| `\(function.signature)` | \(function.meaning) | `\(example)` |"
  }

  private static let memory = """
    Bytes an event of one kind of entity, besides the ring's slack (a power of two, at least half
    used once it has grown): 12 for its time and id; 4 for each `where` and each fact; 12 for the
    sums of a field, 16 more for its `std`; 8 for a field's values (`min`, `max`, `median`,
    `quantile`, `first`, `last`), 16 more for each of `min` and `max`; 8 for a decayed count, 12 for
    a decayed sum; 16 for the texts of `distinct` and `entropy`, and 16 in a table for each
    different one. So a count and a mean take 24, a `std` with them 40.

    An entity takes \(EntityWindows.Header.cursors) bytes, 4 for each end of a window, 32 for each
    `distinct`, `entropy`, `median` or `quantile`, its name, and about 15 in a table.
    """

  private static let limits: [String] = {
    let text = ProgramLimits.textBytesMax >> 10
    let events = (1 << EntityWindows.ringLogMax) - 2
    return [
      "- \(text) KiB and \(ProgramLimits.statementsMax) statements a program;",
      "  \(ProgramLimits.nestingMax) levels of nesting; 8 arguments",
      "- \(ProgramCompiler.aggregatesMax) aggregates, \(ProgramCompiler.filtersMax) `where`,",
      "  \(ProgramCompiler.kindsMax) kinds of entities",
      "- for one kind of entity \(WindowLayout.offsetsMax) window ends,",
      "  \(WindowLayout.measuresMax) sums and counts, \(WindowLayout.columnsMax) further columns",
      "- windows and half-lives of 1 s to 3660 d",
      "- \(events) events of one entity, beyond which the oldest count in pairs;",
      "  \(EntityKind.entitiesMax) entities of a kind, beyond which those recorded longest ago are",
      "  forgotten; decisions that may miss something say `approximate`",
    ]
  }()
}
