import Engine
import Payments
import Shell

/// Measures how well a feature set detects fraud, by a time-ordered protocol.
enum EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "train and test over time, and report AUC, average precision and CP@100"
  static let options =
    TrainingOptions.options + EvaluationProtocol.options + [
      Arguments.Option("ablate", nil, "also leave out each block of the feature file in turn"),
      Arguments.Option("json", nil, "report as JSON"),
    ]

  private struct Report: Encodable {
    var features: String
    /// Rows of which nothing is known yet.
    var leftOut: Int
    var folds: [Evaluation.Fold]
    var mean: Figures
    var ablation: Ablation?
  }

  static func run(_ arguments: Arguments) throws {
    let table = try TableOptions(arguments)
    let parameters = try TrainingOptions.parameters(arguments)
    let method = try EvaluationProtocol(arguments)
    let (engine, source, features) = try TrainingOptions.engine(arguments, table)
    let (matrix, leftOut) = try TrainingOptions.knownRows(
      arguments,
      table.columns,
      engine,
      source
    )
    let evaluation = try method.evaluate(matrix, parameters)
    var report = Report(
      features: features,
      leftOut: leftOut,
      folds: evaluation.folds,
      mean: evaluation.mean
    )
    if arguments.has("ablate") {
      report.ablation = try Ablation(
        of: engine.source(Int(source.id))?.featureText ?? "",
        matrix,
        whole: report.mean,
        by: method,
        parameters
      )
    }
    if arguments.has("json") { return try Console.json(report) }
    for fold in report.folds { Console.print("\(fold.start)  \(fold.figures.description)") }
    Console.print("mean        \(report.mean.description)")
    if let ablation = report.ablation { Console.print("\n" + ablation.table) }
  }
}
