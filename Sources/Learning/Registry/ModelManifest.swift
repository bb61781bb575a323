package import Models

/// What a model directory says about its model.
package struct ModelManifest: Codable, Equatable, Sendable {
  /// The layout of the directory this program writes.
  package static let formatCurrent = 2
  /// The layouts it reads; 1 knew no link, for it had boosted trees only.
  package static let formatsRead = 1...formatCurrent

  /// Layout of the directory.
  package var format = ModelManifest.formatCurrent
  /// Name shared by all versions of the model.
  package let name: String
  /// Version, from 1.
  package let version: Int
  /// SHA-256 of `model.ubj`: the model's identity.
  package let modelSHA256: String
  /// SHA-256 of `golden.bin`.
  package let goldenSHA256: String
  /// Identity of the feature set whose vectors the model reads.
  package let featureSetHash: String
  /// Names of the features, in the order of the vector.
  package let featureNames: [String]
  /// Training parameters by name.
  package let parameters: [String: String]
  /// First instant of the training data.
  package let dataFrom: String
  /// Last instant of the training data.
  package let dataTo: String
  /// Rows trained on.
  package let rowCount: Int
  /// Measured quality by name.
  package let metrics: [String: Double]
  /// Bits of the single-precision margin that sums of leaves start from, as 8 hex digits.
  package let baseMarginBits: String
  /// How the margin becomes a score, by its word; absent in format 1.
  package let scoreLink: String?
  /// Version of the training library.
  package let xgboostVersion: String
  /// When the model was made.
  package let createdAt: String

  /// The margin that sums of leaves start from.
  package var baseMargin: Float? {
    guard baseMarginBits.utf8.count == 8, let bits = UInt32(baseMarginBits, radix: 16) else {
      return nil
    }
    let margin = Float(bitPattern: bits)
    return margin.isFinite ? margin : nil
  }

  /// How the margin becomes a score; nil for a word that this program does not know.
  package var link: ScoreLink? { scoreLink.map { ScoreLink(word: $0) } ?? .logistic }

  /// The 8 hex digits of a margin's bits.
  package static func bits(of margin: Float) -> String {
    let digits = String(margin.bitPattern, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// What a training run knows before its model has a version and an address.
package struct ModelDraft: Sendable {
  /// Name shared by all versions of the model.
  package let name: String
  /// The model, as XGBoost saved it.
  package let model: [UInt8]
  /// Rows with the margins and contributions XGBoost gave them.
  package let golden: GoldenRows
  /// The margin that XGBoost starts from.
  package let baseMargin: Float
  /// How the margin becomes a score.
  package let link: ScoreLink
  /// Identity of the feature set.
  package let featureSetHash: String
  /// Names of the features, in the order of the vector.
  package let featureNames: [String]
  /// Training parameters by name.
  package let parameters: [String: String]
  /// First instant of the training data.
  package let dataFrom: String
  /// Last instant of the training data.
  package let dataTo: String
  /// Rows trained on.
  package let rowCount: Int
  /// Measured quality by name.
  package let metrics: [String: Double]
  /// Version of the training library.
  package let xgboostVersion: String
  /// When the model was made.
  package let createdAt: String

  /// Makes a draft from its parts.
  package init(
    name: String,
    model: [UInt8],
    golden: GoldenRows,
    baseMargin: Float,
    link: ScoreLink,
    featureSetHash: String,
    featureNames: [String],
    parameters: [String: String],
    dataFrom: String,
    dataTo: String,
    rowCount: Int,
    metrics: [String: Double],
    xgboostVersion: String,
    createdAt: String
  ) {
    self.name = name
    self.model = model
    self.golden = golden
    self.baseMargin = baseMargin
    self.link = link
    self.featureSetHash = featureSetHash
    self.featureNames = featureNames
    self.parameters = parameters
    self.dataFrom = dataFrom
    self.dataTo = dataTo
    self.rowCount = rowCount
    self.metrics = metrics
    self.xgboostVersion = xgboostVersion
    self.createdAt = createdAt
  }

  func manifest(version: Int, goldenBytes: [UInt8]) -> ModelManifest {
    ModelManifest(
      name: name,
      version: version,
      modelSHA256: Digest.sha256(model),
      goldenSHA256: Digest.sha256(goldenBytes),
      featureSetHash: featureSetHash,
      featureNames: featureNames,
      parameters: parameters,
      dataFrom: dataFrom,
      dataTo: dataTo,
      rowCount: rowCount,
      metrics: metrics,
      baseMarginBits: ModelManifest.bits(of: baseMargin),
      scoreLink: link.word,
      xgboostVersion: xgboostVersion,
      createdAt: createdAt
    )
  }
}
