/// Labelled rows to train on.
package struct TrainingData: Sendable {
  /// The features' names, in the order of a row.
  package let featureNames: [String]
  /// The rows, one after another; NaN is a missing value.
  package let values: [Float]
  /// 1 for a fraud, 0 for a genuine row.
  package let labels: [Float]

  /// Number of rows.
  package var rowCount: Int { labels.count }
  /// Values in a row.
  package var columnCount: Int { featureNames.count }

  /// Checks that rows, labels and names fit together and that both classes occur.
  package init(
    featureNames: [String],
    values: [Float],
    labels: [Float]
  ) throws(BoosterError) {
    guard !featureNames.isEmpty, Set(featureNames).count == featureNames.count else {
      throw BoosterError(.badData, "features need names, each a different one")
    }
    guard values.count == labels.count * featureNames.count else {
      throw BoosterError(
        .badData,
        "\(values.count) values are not \(labels.count) rows of \(featureNames.count)"
      )
    }
    guard labels.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw BoosterError(.badData, "a label is neither 0 nor 1")
    }
    guard labels.contains(0), labels.contains(1) else {
      throw BoosterError(.badData, "training needs both frauds and genuine rows")
    }
    if let place = values.firstIndex(where: { $0.isInfinite }) {
      let (row, column) = place.quotientAndRemainder(dividingBy: featureNames.count)
      throw BoosterError(.badData, "row \(row) has an infinite \(featureNames[column])")
    }
    self.featureNames = featureNames
    self.values = values
    self.labels = labels
  }

  /// The chosen rows, one after another.
  package static func rows(_ indexes: [Int], of values: [Float], columnCount: Int) -> [Float] {
    var chosen: [Float] = []
    chosen.reserveCapacity(indexes.count * columnCount)
    for index in indexes {
      chosen += values[index * columnCount..<(index + 1) * columnCount]
    }
    return chosen
  }
}
