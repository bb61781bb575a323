/// A value of a UBJSON document, as XGBoost writes its models.
indirect enum UBJSONValue {
  case object([(key: String, value: UBJSONValue)])
  case array([UBJSONValue])
  case floats([Float])
  case integers([Int])
  case string(String)
  case integer(Int)
  case number(Float)
  case truth(Bool)
  case null

  /// The first member of that name, or null where there is none or this is not an object.
  subscript(key: String) -> UBJSONValue {
    guard case .object(let members) = self else { return .null }
    return members.first { $0.key == key }?.value ?? .null
  }

  /// The text of a string, or nil.
  var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// The elements of an untyped array, or nil.
  var elements: [UBJSONValue]? {
    if case .array(let elements) = self { return elements }
    return nil
  }

  /// The array as single-precision numbers with the bits of the file, or nil.
  var floatArray: [Float]? {
    switch self {
    case .floats(let values): return values
    case .array(let elements):
      var values: [Float] = []
      values.reserveCapacity(elements.count)
      for element in elements {
        switch element {
        case .number(let value): values.append(value)
        case .integer(let value): values.append(Float(value))
        default: return nil
        }
      }
      return values
    default: return nil
    }
  }

  /// The array as whole numbers, truth values being 0 and 1, or nil.
  var integerArray: [Int]? {
    switch self {
    case .integers(let values): return values
    case .array(let elements):
      var values: [Int] = []
      values.reserveCapacity(elements.count)
      for element in elements {
        switch element {
        case .integer(let value): values.append(value)
        case .truth(let value): values.append(value ? 1 : 0)
        default: return nil
        }
      }
      return values
    default: return nil
    }
  }
}
