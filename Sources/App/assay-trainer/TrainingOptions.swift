import Engine
import Features
import FileJournal
import Foundation
import Intake
import Journal
import Learning
import Payments
import Replay
import Shell

/// The options that `train` and `evaluate` share, and what they do with them.
enum TrainingOptions {
  static let options =
    TableOptions.options + [
      Arguments.Option(
        "data",
        "F…",
        "CSV files as one stream, or one data directory",
        repeats: true
      ),
      TableOptions.activities,
      Arguments.Option(
        "features",
        "S",
        "feature set: a built-in name or a file (a data directory's own, else the dialect's)"
      ),
      Arguments.Option("model", "M", "boosted (default) or forest"),
      Arguments.Option("trees", "N", "number of trees (100)"),
      Arguments.Option("eta", "E", "learning rate of boosted trees (0.1)"),
      Arguments.Option("depth", "D", "depth of a tree (\(depth); forest: 14)"),
      Arguments.Option("tree-method", "T", "exact (default) or hist"),
      Arguments.Option(
        "parameter",
        "K=V…",
        "further parameters, such as min_child_weight=5",
        repeats: true
      ),
    ]

  /// The depth of boosted trees where none is given: that of what is measured and of what is made.
  static let depth = 6

  /// Trees and the like.
  static func parameters(_ arguments: Arguments) throws -> TrainingParameters {
    var pairs: [(name: String, value: String)] = []
    func set(_ name: String, _ value: String) {
      pairs.removeAll { $0.name == name }
      pairs.append((name, value))
    }
    set("nthread", "\(ProcessInfo.processInfo.activeProcessorCount)")
    if arguments.text("model") ?? "boosted" == "boosted" { set("depth", "\(depth)") }
    for (option, name) in [
      ("model", "model"), ("trees", "trees"), ("eta", "eta"), ("depth", "depth"),
      ("tree-method", "tree_method"),
    ] {
      if let value = arguments.text(option) { set(name, value) }
    }
    for word in arguments.list("parameter") {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw UsageError("--parameter takes K=V, not '\(word)'") }
      set(parts[0], parts[1])
    }
    return try TrainingParameters(pairs)
  }

  /// The data directory that `--data` names; nil where it names files.
  private static func directory(_ arguments: Arguments) -> String? {
    let paths = arguments.list("data")
    guard paths.count == 1, FileManager.default.fileExists(atPath: paths[0] + "/journal") else {
      return nil
    }
    return paths[0]
  }

  /// An engine with the features that are asked for, else those that a data directory has for the
  /// source, else the built-in ones; and what they are called.
  static func engine(
    _ arguments: Arguments,
    _ table: TableOptions
  ) throws -> (engine: Engine, source: Source, features: String) {
    var features = SourceCatalog.entry(table.dialect).featureName
    if let given = arguments.text("features") {
      features = given
    } else if let directory = directory(arguments) {
      features = try SourceCatalog.entry(table.dialect).features(in: directory).name
    }
    let (engine, source) = try SourceCatalog.engine(
      table.dialect,
      columns: table.columns,
      features: features,
      rules: false
    )
    return (engine, source, features)
  }

  /// The feature vectors of the data, in one pass of the engine.
  private static func matrix(
    _ arguments: Arguments,
    _ columns: ColumnPlan?,
    _ engine: Engine,
    _ source: Source
  ) throws -> FeatureMatrix {
    let paths = arguments.list("data")
    guard !paths.isEmpty else { throw UsageError("--data is missing") }
    defer { Console.endProgress() }
    if let directory = directory(arguments) {
      guard !arguments.has("activities") else {
        throw UsageError("--activities goes with files; a data directory's log has its own")
      }
      let disk = try FileDisk(directory: directory + "/journal", readOnly: true)
      return try FeatureMatrix.collect(disk, through: engine, source: source) {
        Console.progress("\($0) rows read")
      }
    }
    var feed = HistoryFeed(
      paths: paths,
      source: source,
      columns: columns,
      activities: arguments.text("activities"),
      tokenizer: OneRun.tokenizer
    )
    let matrix = try FeatureMatrix.collect(&feed, through: engine, source: source.id) {
      Console.progress("\($0) rows read")
    }
    guard feed.hasLabels else {
      let name = (columns ?? ColumnPlan(source.dialect)).labelColumn
      throw CommandError(
        "\(paths.joined(separator: ", ")): there is no column of labels"
          + (name.map { ": \(source.dialect.word) calls it '\($0)'" } ?? "")
          + "; a column map names another (label = COLUMN, docs/column-maps.md)"
      )
    }
    return matrix
  }

  /// The matrix of the rows of which something is known, and how many others were left out.
  static func knownRows(
    _ arguments: Arguments,
    _ columns: ColumnPlan?,
    _ engine: Engine,
    _ source: Source
  ) throws -> (matrix: FeatureMatrix, leftOut: Int) {
    var matrix = try matrix(arguments, columns, engine, source)
    let leftOut = matrix.leaveOutUnknown(maturity: source.maturity)
    if leftOut > 0 {
      Console.note(
        "note: \(leftOut) rows are left out: without a label, and declined or younger than"
          + " \(source.maturity / Source.day) days at the end of the data, nothing is known of them"
      )
    }
    return (matrix, leftOut)
  }

  static func fingerprint(_ engine: Engine, _ source: Source) -> UInt64 {
    engine.source(Int(source.id))?.program.fingerprint ?? 0
  }

  static func hash(_ fingerprint: UInt64) -> String { String(fingerprint, radix: 16) }
}
