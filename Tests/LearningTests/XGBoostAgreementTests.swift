import Learning
import Models
import Testing

@Suite struct XGBoostAgreementTests {
  static let shapes = [
    ["trees": "100", "depth": "6"], ["trees": "60", "depth": "3", "tree_method": "hist"],
    ["trees": "9", "depth": "12", "min_child_weight": "0"],
    ["trees": "30", "subsample": "0.5", "colsample_bytree": "0.5", "scale_pos_weight": "5"],
    ["trees": "3", "gamma": "1000000"], ["model": "forest", "trees": "40"],
    ["model": "forest", "trees": "5", "depth": "14", "tree_method": "exact"],
  ]

  @Test(arguments: shapes)
  func `margins equal XGBoost's to the bit and contributions nearly`(
    shape: [String: String]
  ) throws {
    let columns = 12
    let data = try SyntheticData.make(rows: 4_000, columns: columns, seed: 5)
    let parameters = try TrainingParameters(shape.map { ($0.key, $0.value) })
    let model = try Trainer.fit(data, parameters)
    let ensemble = try TreeEnsemble(ubjson: model)
    let base = try Trainer.baseMargin(ofBaseScore: TrainingParameters.baseScore)
    let scorer = Scorer(try PackedTrees(ensemble, baseMargin: base))

    let values = SyntheticData.values(rows: 10_000, columns: columns, seed: 6)
    let booster = try Booster(ubjson: model)
    let margins = try booster.margins(of: try DenseMatrix(values: values, columnCount: columns))
    var different = 0
    for (row, margin) in margins.enumerated() {
      let features = values.span.extracting(row * columns..<(row + 1) * columns)
      if scorer.margin(of: features).bitPattern != margin.bitPattern { different += 1 }
    }
    #expect(different == 0)

    let few = Array(values[..<(200 * columns)])
    let expected = try booster.contributions(
      of: try DenseMatrix(values: few, columnCount: columns)
    )
    let attribution = try TreeAttribution(ensemble, baseMargin: base)
    let attributor = Attributor(attribution)
    var largest: Float = 0
    for row in 0..<200 {
      let found = attributor.contributions(
        of: few.span.extracting(row * columns..<(row + 1) * columns)
      )
      for (column, value) in (found + [attribution.baseValue]).enumerated() {
        largest = max(largest, abs(value - expected[row * (columns + 1) + column]))
      }
    }
    #expect(largest < 1e-5)
  }

  @Test func `the single-row way of the library gives the same margin`() throws {
    let data = try SyntheticData.make(rows: 500, columns: 4, seed: 8)
    let booster = try Booster(ubjson: try Trainer.fit(data, TrainingParameters()))
    let row = SingleRow(width: 4)
    row.assign([0.5, .nan, 1, -1].span)
    let matrix = try DenseMatrix(values: [0.5, .nan, 1, -1], columnCount: 4)
    #expect(try booster.margin(of: row) == booster.margins(of: matrix)[0])
  }

  @Test func `the base margin is XGBoost's own`() throws {
    #expect(try Trainer.baseMargin(ofBaseScore: "0.5") == 0)
    #expect(abs(try Trainer.baseMargin(ofBaseScore: "0.1") + 2.1972246) < 1e-6)
  }

  @Test(arguments: ["0.5", "0.1", "0.01", "0.0083", "0.25", "0.75", "0.999"])
  func `the computed base margin is within one unit of XGBoost's`(score: String) throws {
    let number = try #require(Float(score))
    let computed = try TreeEnsemble(featureCount: 1, baseScore: number, trees: []).baseMargin
    let theirs = try Trainer.baseMargin(ofBaseScore: score)
    #expect(abs(computed - theirs) <= theirs.ulp)
  }

  @Test func `the same input gives the same bytes, with one thread or two`() throws {
    let data = try SyntheticData.make(rows: 2_000, columns: 6, seed: 9)
    var parameters = TrainingParameters()
    let first = try Trainer.fit(data, parameters)
    parameters.threads = 2
    #expect(try Trainer.fit(data, parameters) == first)
  }

  @Test func `a damaged model is an error of one line`() throws {
    let error = #expect(throws: BoosterError.self) { _ = try Booster(ubjson: [1, 2, 3]).saved() }
    #expect(error?.code == .libraryFailed)
    #expect(error?.detail.contains("\n") == false)
  }
}
