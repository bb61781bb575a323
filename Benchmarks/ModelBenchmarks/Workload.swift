import Learning
import Models

/// Seeded rows (SplitMix64) like card transactions: 20 features, some missing, 1 % frauds or so.
struct Workload {
  static let columns = 20
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func next() -> Float {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Float((z ^ (z >> 31)) >> 40) / Float(1 << 24)
  }

  /// Rows, one after another; the first two features are missing in 8 % and 5 % of them.
  mutating func values(rows: Int) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(rows * Self.columns)
    for _ in 0..<rows {
      for column in 0..<Self.columns {
        let value = next() + next() + next() - 1.5
        let missing = next() < (column == 0 ? 0.08 : column == 1 ? 0.05 : 0)
        values.append(missing ? .nan : value)
      }
    }
    return values
  }

  /// Labelled rows.
  mutating func training(rows: Int) throws -> TrainingData {
    let values = values(rows: rows)
    let labels = (0..<rows).map { row -> Float in
      let start = row * Self.columns
      let first = values[start].isNaN ? 0.4 : values[start]
      let pairs = first * values[start + 3] - values[start + 4] * values[start + 5]
      let linear = values[start + 7] + values[start + 11] * 0.5 + values[start + 13] * 0.25
      return pairs + linear + next() > 1.9 ? 1 : 0
    }
    return try TrainingData(
      featureNames: (0..<Self.columns).map { "feature_\($0)" },
      values: values,
      labels: labels
    )
  }
}
