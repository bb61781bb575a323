package import Models
package import Registry

/// Trains models, and writes them so that a server without the training library can prove them.
package enum Trainer {
  /// What a model directory records about a run besides its data and parameters.
  package struct Description: Sendable {
    /// Name shared by all versions of the model.
    package let name: String
    /// Identity of the feature set.
    package let featureSetHash: String
    /// First instant of the training data.
    package let dataFrom: String
    /// Last instant of the training data.
    package let dataTo: String
    /// Measured quality by name.
    package let metrics: [String: Double]
    /// When the model was made.
    package let createdAt: String

    /// Makes a description from its parts.
    package init(
      name: String,
      featureSetHash: String,
      dataFrom: String,
      dataTo: String,
      metrics: [String: Double],
      createdAt: String
    ) {
      self.name = name
      self.featureSetHash = featureSetHash
      self.dataFrom = dataFrom
      self.dataTo = dataTo
      self.metrics = metrics
      self.createdAt = createdAt
    }
  }

  /// Trains a model and returns it as UBJSON; the same input gives the same bytes.
  package static func fit(
    _ data: TrainingData,
    _ parameters: TrainingParameters
  ) throws(BoosterError) -> [UInt8] {
    let matrix = try DenseMatrix(
      values: data.values,
      columnCount: data.columnCount,
      labels: data.labels,
      threads: parameters.threads
    )
    let booster = try Booster(for: matrix, arguments: parameters.arguments)
    try booster.train(on: matrix, rounds: parameters.rounds)
    return try booster.saved()
  }

  /// The margin XGBoost itself starts from at a base score, by asking a booster without trees.
  package static func baseMargin(ofBaseScore score: String) throws(BoosterError) -> Float {
    let row = try DenseMatrix(values: [0], columnCount: 1, labels: [0])
    let booster = try Booster(
      for: row,
      arguments: [
        ("objective", "binary:logistic"), ("base_score", score), ("verbosity", "0"),
      ]
    )
    return try booster.margins(of: row)[0]
  }

  /// Rows with the margins and contributions the saved model has in the training library.
  package static func goldenRows(
    model: [UInt8],
    rows: TrainingData
  ) throws(BoosterError) -> GoldenRows {
    let values = goldenValues(rows)
    let width = rows.columnCount
    let booster = try Booster(ubjson: model)
    let matrix = try DenseMatrix(values: values, columnCount: width)
    let explained = min(GoldenRows.explainedCountMax, matrix.rowCount)
    let few = try DenseMatrix(values: Array(values[..<(explained * width)]), columnCount: width)
    return GoldenRows(
      width: width,
      values: values,
      margins: try booster.margins(of: matrix),
      contributions: try booster.contributions(of: few)
    )
  }

  /// Trains a model and writes it, with its proof, as the next version of its name.
  ///
  /// Returns the path of the new version.
  package static func train(
    _ data: TrainingData,
    _ parameters: TrainingParameters,
    _ description: Description,
    into directory: ModelDirectory
  ) throws -> String {
    let model = try fit(data, parameters)
    let draft = ModelDraft(
      name: description.name,
      model: model,
      golden: try goldenRows(model: model, rows: data),
      baseMargin: try baseMargin(ofBaseScore: TrainingParameters.baseScore),
      link: parameters.link,
      featureSetHash: description.featureSetHash,
      featureNames: data.featureNames,
      parameters: Dictionary(uniqueKeysWithValues: parameters.named.map { ($0.name, $0.value) }),
      dataFrom: description.dataFrom,
      dataTo: description.dataTo,
      rowCount: data.rowCount,
      metrics: description.metrics,
      xgboostVersion: Booster.libraryVersion,
      createdAt: description.createdAt
    )
    return try directory.write(draft)
  }

  /// A model's scorer, for measuring it before it is written.
  package static func scorer(for model: [UInt8]) throws -> Scorer {
    let base = try baseMargin(ofBaseScore: TrainingParameters.baseScore)
    return Scorer(try PackedTrees(try TreeEnsemble(ubjson: model), baseMargin: base))
  }

  /// Rows spread evenly over the data; every third lacks some values, the first lacks all.
  private static func goldenValues(_ rows: TrainingData) -> [Float] {
    let width = rows.columnCount
    let count = min(GoldenRows.rowCountMax, rows.rowCount)
    let chosen = (0..<count).map { $0 * rows.rowCount / count }
    var values = TrainingData.rows(chosen, of: rows.values, columnCount: width)
    for column in 0..<width { values[column] = .nan }
    for row in stride(from: 3, to: count, by: 3) {
      for offset in 0..<(1 + row % width) { values[row * width + (row + offset) % width] = .nan }
    }
    return values
  }
}
