/// Writes JSON into bytes, without intermediate values.
struct JSONText {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  mutating func open(_ bracket: Unicode.Scalar) {
    separate()
    bytes.append(UInt8(ascii: bracket))
    needsComma = false
  }

  mutating func close(_ bracket: Unicode.Scalar) {
    bytes.append(UInt8(ascii: bracket))
    needsComma = true
  }

  mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    append(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  mutating func key(_ name: String) {
    value(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  private mutating func append(_ text: StaticString) { bytes.append(text) }

  mutating func value(_ text: String) {
    let utf8 = Array(text.utf8)
    value(utf8.span)
  }

  /// A text of valid UTF-8.
  mutating func value(_ text: borrowing Span<UInt8>) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    for index in 0..<text.count {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func value(_ number: Int) {
    separate()
    bytes.append(contentsOf: String(number).utf8)
  }

  mutating func value(_ truth: Bool) {
    separate()
    bytes.append(contentsOf: (truth ? "true" : "false").utf8)
  }

  /// The shortest digits that give the number back; null where it is not finite.
  mutating func value(_ number: Double) {
    guard number.isFinite else { return null() }
    separate()
    bytes.append(contentsOf: number.description.utf8)
  }

  mutating func value(_ number: Float) {
    guard number.isFinite else { return null() }
    separate()
    bytes.append(contentsOf: number.description.utf8)
  }

  mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// Minor units as an exact decimal.
  mutating func money(_ minorUnits: Int64, scale: UInt8) {
    separate()
    var digits = Array(String(minorUnits.magnitude).utf8)
    while digits.count <= Int(scale) { digits.insert(UInt8(ascii: "0"), at: 0) }
    if minorUnits < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.append(contentsOf: digits.dropLast(Int(scale)))
    if scale > 0 {
      bytes.append(UInt8(ascii: "."))
      bytes.append(contentsOf: digits.suffix(Int(scale)))
    }
  }

  /// JSON that was written elsewhere.
  mutating func raw(_ json: StaticString) {
    separate()
    append(json)
  }

  /// JSON that was written elsewhere.
  mutating func raw(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
  }

  mutating func field(_ name: StaticString, _ text: String) {
    key(name)
    value(text)
  }

  mutating func field(_ name: StaticString, _ number: Int) {
    key(name)
    value(number)
  }

  /// A number of at most six decimals; null where there is none.
  mutating func field(_ name: StaticString, _ number: Double?) {
    key(name)
    guard let number else { return null() }
    let rounded = (number * 1e6).rounded() / 1e6
    value(rounded.isFinite ? rounded : number)
  }

  /// An object or array under a key.
  mutating func field(
    _ name: StaticString,
    _ brackets: (open: Unicode.Scalar, close: Unicode.Scalar),
    _ body: (inout JSONText) throws -> Void
  ) rethrows {
    key(name)
    open(brackets.open)
    try body(&self)
    close(brackets.close)
  }

  static let object: (open: Unicode.Scalar, close: Unicode.Scalar) = ("{", "}")
  static let array: (open: Unicode.Scalar, close: Unicode.Scalar) = ("[", "]")
}
