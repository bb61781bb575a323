import Payments

extension JSONReader {
  /// Reads a body that is one object, or holds an array of them under a key: `noun` is what one is
  /// called, and an error in an array says at which place.
  func items<Item>(
    of body: [UInt8],
    under key: StaticString,
    noun: String,
    max: Int,
    _ item: () throws(InputError) -> Item
  ) throws(InputError) -> [Item] {
    let padded = body + [UInt8](repeating: 0, count: JSONReader.padding)
    defer { withExtendedLifetime(padded) {} }
    try parse(padded: padded.span, count: body.count)
    guard rootKind == .object else { throw InputError(.invalid, "\(noun) is an object") }
    guard let count = openArray(key) else {
      guard case .object = next(root: true) else {
        throw InputError(.invalid, "\(noun) is an object")
      }
      return [try item()]
    }
    guard (1...max).contains(count) else {
      throw InputError(count == 0 ? .malformed : .tooLarge, "a request holds 1 to \(max) \(key)")
    }
    var items: [Item] = []
    items.reserveCapacity(count)
    while true {
      let place = "\(key)[\(items.count)]"
      switch next() {
      case .end: return items
      case .notAnObject: throw InputError(.invalid, field: place, "is an object")
      case .object:
        do throws(InputError) {
          items.append(try item())
        } catch {
          let field = error.field.map { "\(place).\($0)" } ?? place
          throw InputError(error.code, field: field, error.detail)
        }
      }
    }
  }

  /// Whether a field is true, or 1; nil where it is neither true nor false, nor 1 or 0.
  func truth(_ slot: Int) -> Bool? {
    switch kind(slot) {
    case .truth: integer(slot) == 1
    case .integer where (0...1).contains(integer(slot)): integer(slot) == 1
    default: nil
    }
  }
}
