import Language
import Learning
import Replay
import Shell

/// What each block of a feature file is worth: the evaluation without it, beside the whole.
///
/// The features are computed once; a block that others read is left out of the matrix only.
struct Ablation: Encodable {
  struct Row: Encodable {
    /// The block that is left out.
    var block: String
    var features: Int
    /// The figures without it.
    var figures: Figures
    /// These less those of the whole set: negative where the block helps.
    var difference: Figures
  }

  /// Columns of the whole set.
  var features: Int
  var whole: Figures
  var rows: [Row] = []

  init(
    of text: String,
    _ matrix: FeatureMatrix,
    whole: Figures,
    by method: EvaluationProtocol,
    _ parameters: TrainingParameters
  ) throws {
    let blocks = try StatementBlock.all(of: text)
    guard blocks.count > 1 else {
      throw CommandError("the feature file is one block: empty lines part it into several")
    }
    features = matrix.columns
    self.whole = whole
    defer { Console.endProgress() }
    for block in blocks {
      Console.progress("without: \(block.name)")
      let rest = matrix.leavingOut(Set(block.statements))
      let figures = try method.evaluate(rest, parameters).mean
      rows.append(
        Row(
          block: block.name,
          features: matrix.columns - rest.columns,
          figures: figures,
          difference: figures - whole
        )
      )
    }
  }

  /// A table in Markdown.
  var table: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let unchanged = ["", "", ""]
    let lines =
      [
        line(["without", "features", "AUC", "AP", "CP@100", "Δ AUC", "Δ AP", "Δ CP@100"]),
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        line(["(the whole set)", "\(features)"] + whole.texts("%.4f") + unchanged),
      ]
      + rows.map { row in
        line(
          [row.block.replacing("|", with: "\\|"), "\(row.features)"] + row.figures.texts("%.4f")
            + row.difference.texts("%+.4f")
        )
      }
    return lines.joined(separator: "\n")
  }
}
