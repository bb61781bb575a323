extension TreeEnsemble {
  /// Reads a model that XGBoost 1.7 to 3 saved as UBJSON with one output in log-odds.
  package init(ubjson bytes: [UInt8]) throws(ModelError) {
    let learner = try UBJSONReader.read(bytes)["learner"]
    let booster = learner["gradient_booster"]
    guard let boosterName = booster["name"].text else {
      throw ModelError(.damagedFile, "the file is not an XGBoost model: it names no booster")
    }
    guard boosterName == "gbtree" else {
      throw ModelError(
        .unsupportedBooster,
        "the booster is \(boosterName.quoted); only gbtree can be scored"
      )
    }
    let objective = learner["objective"]["name"].text ?? ""
    guard ["binary:logistic", "reg:logistic"].contains(objective) else {
      throw ModelError(
        .unsupportedObjective,
        "the objective is \(objective.quoted); binary:logistic is needed"
      )
    }
    let parameters = learner["learner_model_param"]
    let width = try Self.number("num_feature", in: parameters)
    try Self.requireOneOutput(learner)

    guard let stored = booster["model"]["trees"].elements else {
      throw ModelError(.damagedFile, "the file holds no list of trees")
    }
    var trees: [Tree] = []
    trees.reserveCapacity(stored.count)
    for (index, tree) in stored.enumerated() {
      trees.append(try Tree(try Self.columns(of: tree, index: index), index: index))
    }
    try self.init(
      featureCount: width,
      baseScore: try Self.baseScore(parameters["base_score"]),
      trees: trees
    )
  }

  private static func number(_ key: String, in object: UBJSONValue) throws(ModelError) -> Int {
    guard let text = object[key].text, let number = Int(text), number >= 0 else {
      throw ModelError(.damagedFile, "the file holds no usable \(key)")
    }
    return number
  }

  private static func requireOneOutput(_ learner: UBJSONValue) throws(ModelError) {
    let parameters = learner["learner_model_param"]
    let classes = Int(parameters["num_class"].text ?? "0") ?? -1
    let targets = Int(parameters["num_target"].text ?? "1") ?? -1
    guard (0...1).contains(classes), (0...1).contains(targets) else {
      throw ModelError(.multipleOutputs, "the model has more than one class or target")
    }
    let groups = learner["gradient_booster"]["model"]["tree_info"].integerArray ?? []
    guard groups.allSatisfy({ $0 == 0 }) else {
      throw ModelError(.multipleOutputs, "the model's trees belong to more than one output")
    }
  }

  /// One number, bare (`5E-1`, to XGBoost 2) or as a vector of length one (`[5E-1]`, from 3).
  private static func baseScore(_ value: UBJSONValue) throws(ModelError) -> Float {
    guard var text = value.text?[...] else {
      throw ModelError(.damagedFile, "the file holds no base score")
    }
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    guard let score = Float(text) else {
      throw ModelError(
        .badBaseScore,
        "the base score \((value.text ?? "").quoted) is not one number"
      )
    }
    return score
  }

  private static func columns(of tree: UBJSONValue, index: Int) throws(ModelError) -> Tree.Columns {
    let leafWidth = Int(tree["tree_param"]["size_leaf_vector"].text ?? "0") ?? -1
    guard (0...1).contains(leafWidth) else {
      throw ModelError(.multipleOutputs, "tree \(index) has several values per leaf")
    }
    let splitTypes = tree["split_type"].integerArray ?? []
    let categories = tree["categories_nodes"].integerArray ?? []
    guard splitTypes.allSatisfy({ $0 == 0 }), categories.isEmpty else {
      throw ModelError(.categoricalSplit, "tree \(index) splits on categories")
    }
    guard let left = tree["left_children"].integerArray,
      let right = tree["right_children"].integerArray,
      let feature = tree["split_indices"].integerArray,
      let value = tree["split_conditions"].floatArray,
      let missing = tree["default_left"].integerArray,
      let cover = tree["sum_hessian"].floatArray
    else { throw ModelError(.damagedFile, "tree \(index) lacks one of its columns") }
    return Tree.Columns(
      left: left,
      right: right,
      feature: feature,
      value: value,
      missingGoesLeft: missing,
      cover: cover
    )
  }
}

extension String {
  /// The text for a message: in quotes, at most 40 characters, without control characters.
  fileprivate var quoted: String {
    let shown = unicodeScalars.prefix(40).map { $0.value < 32 ? "?" : String($0) }.joined()
    return "'\(shown)'"
  }
}
