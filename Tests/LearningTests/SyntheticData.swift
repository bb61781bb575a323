import Learning
import TestSupport

/// Seeded rows whose label depends on a few features, with missing values.
enum SyntheticData {
  static func values(rows: Int, columns: Int, seed: UInt64) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<rows * columns).map { index in
      if index % columns < 2, Int.random(in: 0..<10, using: &random) == 0 { return .nan }
      let sum = (0..<4).reduce(Float(0)) { sum, _ in sum + .random(in: -1...1, using: &random) }
      return index % columns == columns - 1 ? sum.rounded() : sum
    }
  }

  static func make(rows: Int, columns: Int, seed: UInt64) throws -> TrainingData {
    let values = values(rows: rows, columns: columns, seed: seed)
    var random = SeededGenerator(seed: seed + 1)
    let labels = (0..<rows).map { row -> Float in
      let start = row * columns
      let first = values[start].isNaN ? 0.5 : values[start]
      let signal = first * values[start + columns - 1] + values[start + 2]
      return signal + .random(in: -1...1, using: &random) > 1.5 ? 1 : 0
    }
    return try TrainingData(
      featureNames: (0..<columns).map { "feature_\($0)" },
      values: values,
      labels: labels
    )
  }
}
