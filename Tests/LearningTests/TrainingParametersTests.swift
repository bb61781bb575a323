import Learning
import Models
import Testing

@Suite struct TrainingParametersTests {
  @Test func `a misspelt parameter is refused with the names that exist`() throws {
    let error = #expect(throws: BoosterError.self) {
      try TrainingParameters([("max_depht", "3")])
    }
    #expect(error?.code == .badParameter)
    #expect(error?.detail.contains("'max_depht'") == true)
    for (name, _) in TrainingParameters().named {
      #expect(error?.detail.contains(name) == true)
    }
  }

  @Test(arguments: [
    ("trees", "0"), ("trees", "5001"), ("trees", "1.5"), ("eta", "0"), ("eta", "nan"),
    ("depth", "15"), ("tree_method", "approx"), ("max_bin", "256"), ("subsample", "0"),
    ("colsample_bytree", "1.01"), ("lambda", "-1"), ("seed", "-1"), ("nthread", "0"),
    ("scale_pos_weight", "inf"), ("eta", "fast"), ("model", "oracle"), ("colsample_bynode", "0"),
  ])
  func `a value outside its range is refused`(name: String, value: String) throws {
    let error = #expect(throws: BoosterError.self) { try TrainingParameters([(name, value)]) }
    #expect(error?.detail.contains(name) == true)
  }

  @Test func `a forest has its own defaults, whatever the order, and no shrinkage`() throws {
    let forest = try TrainingParameters([("trees", "7"), ("model", "forest")])
    #expect(forest.trees == 7)
    #expect(forest.rounds == 1)
    #expect(forest.eta == 1)
    #expect(forest.splitColumnShare < 1)
    #expect(forest.link == .share)
    for name in ["eta", "lambda", "alpha"] {
      #expect(throws: BoosterError.self) {
        try TrainingParameters([("model", "forest"), (name, "0.5")])
      }
    }
    #expect(TrainingParameters().rounds == 100)
    #expect(TrainingParameters().link == .logistic)
  }

  @Test(arguments: TrainingParameters.Kind.allCases)
  func `every name reads back what it writes`(kind: TrainingParameters.Kind) throws {
    var changed = TrainingParameters(kind)
    changed.trees = 7
    changed.treeMethod = .hist
    changed.rowShare = 0.25
    changed.seed = 11
    #expect(try TrainingParameters(changed.named) == changed)
  }

  @Test func `rows that do not fit their labels and names are refused`() {
    let names = ["a", "b"]
    for (values, labels) in [
      ([1, 2, 3], [0, 1]), ([1, 2, 3, 4], [0, 0]), ([1, 2, 3, 4], [0, 2]),
      ([1, .infinity, 3, 4], [0, 1]),
    ] as [([Float], [Float])] {
      let error = #expect(throws: BoosterError.self) {
        try TrainingData(featureNames: names, values: values, labels: labels)
      }
      #expect(error?.code == .badData)
    }
  }
}
