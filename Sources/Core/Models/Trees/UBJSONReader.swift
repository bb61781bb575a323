/// Reads the part of UBJSON that XGBoost writes (ubjson.org, draft 12), from bytes nobody vouches
/// for: each read is checked against the end, and depth, size and number of values have limits.
struct UBJSONReader {
  /// The largest file read, in bytes.
  static let byteCountMax = 256 << 20
  /// The deepest nesting of objects and arrays; XGBoost's models nest 7 deep.
  static let depthMax = 24
  /// The most values outside typed arrays.
  static let valueCountMax = 4 << 20

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private var valueCount = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The one value that makes up the whole document.
  static func read(_ bytes: [UInt8]) throws(ModelError) -> UBJSONValue {
    guard bytes.count <= byteCountMax else {
      throw ModelError(.tooLarge, "the file has \(bytes.count) bytes; the limit is \(byteCountMax)")
    }
    var reader = UBJSONReader(bytes)
    let value = try reader.value(of: reader.byte())
    guard reader.position == bytes.count else {
      throw reader.damaged("bytes follow the end of the document")
    }
    return value
  }

  private func damaged(_ what: String) -> ModelError {
    ModelError(.damagedFile, "\(what), at byte \(position) of \(bytes.count)")
  }

  private mutating func byte() throws(ModelError) -> UInt8 {
    guard position < bytes.count else { throw damaged("the file ends early") }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func skip(_ expected: Character) throws(ModelError) -> Bool {
    guard position < bytes.count else { throw damaged("the file ends early") }
    guard bytes[position] == expected.asciiValue else { return false }
    position += 1
    return true
  }

  /// A big-endian number of that many bytes.
  private mutating func bigEndian(_ width: Int) throws(ModelError) -> UInt64 {
    guard bytes.count - position >= width else { throw damaged("the file ends early") }
    var value: UInt64 = 0
    for offset in 0..<width { value = value << 8 | UInt64(bytes[position + offset]) }
    position += width
    return value
  }

  private mutating func integer(_ marker: UInt8) throws(ModelError) -> Int {
    switch marker {
    case UInt8(ascii: "i"): return try Int(Int8(truncatingIfNeeded: bigEndian(1)))
    case UInt8(ascii: "U"): return try Int(bigEndian(1))
    case UInt8(ascii: "I"): return try Int(Int16(truncatingIfNeeded: bigEndian(2)))
    case UInt8(ascii: "l"): return try Int(Int32(truncatingIfNeeded: bigEndian(4)))
    case UInt8(ascii: "L"): return try Int(Int64(truncatingIfNeeded: bigEndian(8)))
    default: throw damaged("an unknown type marker \(marker)")
    }
  }

  /// A length, which can never exceed the bytes that are left when an element takes one or more.
  private mutating func length(elementWidth: Int) throws(ModelError) -> Int {
    let count = try integer(byte())
    guard count >= 0, count <= (bytes.count - position) / elementWidth else {
      throw damaged("a length of \(count) goes beyond the file")
    }
    return count
  }

  private mutating func string() throws(ModelError) -> String {
    let count = try length(elementWidth: 1)
    defer { position += count }
    guard let text = String(validating: bytes[position..<position + count], as: UTF8.self) else {
      throw damaged("text that is not UTF-8")
    }
    return text
  }

  private mutating func value(of marker: UInt8) throws(ModelError) -> UBJSONValue {
    valueCount += 1
    guard valueCount <= Self.valueCountMax else {
      throw ModelError(.tooLarge, "the file holds more than \(Self.valueCountMax) values")
    }
    switch marker {
    case UInt8(ascii: "{"): return try nested { reader throws(ModelError) in try reader.object() }
    case UInt8(ascii: "["): return try nested { reader throws(ModelError) in try reader.array() }
    case UInt8(ascii: "S"): return .string(try string())
    case UInt8(ascii: "T"): return .truth(true)
    case UInt8(ascii: "F"): return .truth(false)
    case UInt8(ascii: "Z"): return .null
    case UInt8(ascii: "d"): return .number(try single())
    case UInt8(ascii: "D"): return .number(Float(Double(bitPattern: try bigEndian(8))))
    default: return .integer(try integer(marker))
    }
  }

  private mutating func single() throws(ModelError) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: try bigEndian(4)))
  }

  private mutating func nested(
    _ body: (inout UBJSONReader) throws(ModelError) -> UBJSONValue
  ) throws(ModelError) -> UBJSONValue {
    guard depth < Self.depthMax else { throw damaged("nested more than \(Self.depthMax) deep") }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func object() throws(ModelError) -> UBJSONValue {
    var members: [(key: String, value: UBJSONValue)] = []
    while try !skip("}") {
      let key = try string()
      members.append((key, try value(of: byte())))
    }
    return .object(members)
  }

  private mutating func array() throws(ModelError) -> UBJSONValue {
    if try skip("$") { return try typedArray() }
    var elements: [UBJSONValue] = []
    if try skip("#") {
      let count = try length(elementWidth: 1)
      elements.reserveCapacity(min(count, 4096))
      for _ in 0..<count { elements.append(try value(of: byte())) }
      return .array(elements)
    }
    while try !skip("]") { elements.append(try value(of: byte())) }
    return .array(elements)
  }

  private mutating func typedArray() throws(ModelError) -> UBJSONValue {
    let marker = try byte()
    guard try skip("#") else { throw damaged("a typed array without its length") }
    switch marker {
    case UInt8(ascii: "d"):
      let count = try length(elementWidth: 4)
      var values: [Float] = []
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try single()) }
      return .floats(values)
    case UInt8(ascii: "D"):
      let count = try length(elementWidth: 8)
      var values: [Float] = []
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(Float(Double(bitPattern: try bigEndian(8)))) }
      return .floats(values)
    default:
      let width = marker == UInt8(ascii: "I") ? 2 : marker == UInt8(ascii: "l") ? 4 : 1
      let count = try length(elementWidth: marker == UInt8(ascii: "L") ? 8 : width)
      var values: [Int] = []
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try integer(marker)) }
      return .integers(values)
    }
  }
}
