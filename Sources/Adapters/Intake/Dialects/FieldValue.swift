import Payments

/// Values that files and requests share.
enum FieldValue {
  static let idDigitsMax = 18

  /// Whether a text is a whole number that may be an id.
  static func isId(_ bytes: some Collection<UInt8>) -> Bool {
    (1...idDigitsMax).contains(bytes.count) && bytes.allSatisfy { $0 >= 48 && $0 <= 57 }
  }

  /// A finite number; nil for anything else.
  static func number(_ bytes: ArraySlice<UInt8>) -> Double? {
    guard let first = bytes.first, bytes.count <= 40,
      // `Double` also reads hexadecimal, `inf` and `nan`.
      bytes.allSatisfy({ ($0 >= 48 && $0 <= 57) || "+-.eE".utf8.contains($0) }),
      first != UInt8(ascii: "e"), first != UInt8(ascii: "E"),
      let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite
    else { return nil }
    return value
  }

  /// Whether a cell says fraud, by its usual words; nil for anything else.
  static func verdict(_ bytes: ArraySlice<UInt8>) -> Verdict? {
    switch String(decoding: bytes, as: UTF8.self).lowercased() {
    case "0", "0.0", "false": .legitimate
    case "1", "1.0", "true": .fraud
    default: nil
    }
  }
}
