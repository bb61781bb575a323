/// Writes UBJSON for tests, so that each refusal can be met with a file that is otherwise sound.
indirect enum Document {
  case object([(String, Document)])
  case list([Document])
  case floats([Float])
  case integers([Int32])
  case text(String)

  var bytes: [UInt8] {
    switch self {
    case .object(let members):
      return [UInt8(ascii: "{")] + members.flatMap { Self.plain($0.0) + $0.1.bytes }
        + [UInt8(ascii: "}")]
    case .list(let items):
      return Array("[#".utf8) + Self.length(items.count) + items.flatMap(\.bytes)
    case .floats(let values):
      return Array("[$d#".utf8) + Self.length(values.count)
        + values.flatMap { Self.bigEndian($0.bitPattern) }
    case .integers(let values):
      return Array("[$l#".utf8) + Self.length(values.count)
        + values.flatMap { Self.bigEndian(UInt32(bitPattern: $0)) }
    case .text(let text): return [UInt8(ascii: "S")] + Self.plain(text)
    }
  }

  private static func plain(_ text: String) -> [UInt8] { length(text.utf8.count) + text.utf8 }
  private static func length(_ count: Int) -> [UInt8] {
    [UInt8(ascii: "l")] + bigEndian(UInt32(count))
  }
  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}

/// The parts of a one-tree model that a test may spoil.
struct SmallModel {
  var booster = "gbtree"
  var objective = "binary:logistic"
  var baseScore = "5E-1"
  var features = "2"
  var classes = "0"
  var groups: [Int32] = [0]
  var left: [Int32] = [1, -1, -1]
  var right: [Int32] = [2, -1, -1]
  var feature: [Int32] = [1, 0, 0]
  var value: [Float] = [0.5, -1, 1]
  var cover: [Float] = [3, 1, 2]
  var splitType: [Int32] = [0, 0, 0]
  var leafWidth = "0"

  var bytes: [UInt8] {
    let tree = Document.object([
      ("default_left", .integers([1, 0, 0])), ("left_children", .integers(left)),
      ("right_children", .integers(right)), ("split_conditions", .floats(value)),
      ("split_indices", .integers(feature)), ("split_type", .integers(splitType)),
      ("sum_hessian", .floats(cover)),
      ("tree_param", .object([("size_leaf_vector", .text(leafWidth))])),
    ])
    let model = Document.object([
      ("tree_info", .integers(groups)), ("trees", .list([tree])),
    ])
    let learner = Document.object([
      ("gradient_booster", .object([("model", model), ("name", .text(booster))])),
      (
        "learner_model_param",
        .object([
          ("base_score", .text(baseScore)), ("num_class", .text(classes)),
          ("num_feature", .text(features)),
        ])
      ),
      ("objective", .object([("name", .text(objective))])),
    ])
    return Document.object([("learner", learner)]).bytes
  }
}
