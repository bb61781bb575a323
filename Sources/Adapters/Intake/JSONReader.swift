// Safety: the parser is made and freed here and used by one thread; the name table and the values
// are allocated for the object's life. Text pointers are read before the next `parse` call, inside
// `withText`. The caller of `parse` guarantees the readable padding behind the text.
import CSimdJSON
import Payments

/// Reads objects with known field names from JSON text, by simdjson.
@safe package final class JSONReader {
  /// Bytes that must be readable behind the text.
  package static let padding = 64
  package static let depthMax = 16

  package enum Kind: UInt8, Sendable {
    case absent = 0
    case null
    case truth
    case integer
    case double
    case text
    case object
    case array
  }

  package enum Item: Sendable {
    case object
    case end
    case notAnObject
  }

  private let parser: OpaquePointer
  private let names: UnsafeMutableBufferPointer<csj_text>
  private let slots: UnsafeMutableBufferPointer<UInt16>
  private let values: UnsafeMutableBufferPointer<csj_value>
  private let nameTexts: [String]
  private var unknownText = unsafe csj_text()

  /// A reader of objects whose fields are `names`, each with the slot its value goes to.
  package init(names fields: [(name: String, slot: Int)], bytesMax: Int) {
    guard let parser = unsafe csj_new(bytesMax, JSONReader.depthMax) else {
      fatalError("no memory for a JSON parser")
    }
    unsafe self.parser = parser
    nameTexts = fields.map(\.name)
    unsafe names = .allocate(capacity: fields.count)
    unsafe slots = .allocate(capacity: fields.count)
    let slotCount = (fields.map(\.slot).max() ?? 0) + 1
    unsafe values = .allocate(capacity: slotCount)
    unsafe values.initialize(repeating: csj_value())
    for (index, field) in fields.enumerated() {
      let bytes = Array(field.name.utf8)
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      for (place, byte) in bytes.enumerated() {
        unsafe copy[place] = CChar(bitPattern: byte)
      }
      unsafe names.initializeElement(at: index, to: csj_text(bytes: copy, length: bytes.count))
      unsafe slots.initializeElement(at: index, to: UInt16(field.slot))
    }
  }

  deinit {
    for index in 0..<nameTexts.count { unsafe names[index].bytes.deallocate() }
    unsafe names.deallocate()
    unsafe slots.deallocate()
    unsafe values.deallocate()
    unsafe csj_free(parser)
  }

  /// Parses a text, with or without a byte order mark, that is followed by `padding` readable
  /// bytes.
  ///
  /// The text must stay in place until the last item was read: `withNumberText` looks there.
  package func parse(_ text: RawSpan) throws(InputError) {
    let mark = PlainText.byteOrderMark.count
    let isMarked = text.byteCount >= mark && text.isMarked
    let text = isMarked ? text.extracting(droppingFirst: mark) : text
    let code = unsafe text.withUnsafeBytes { buffer in
      unsafe csj_parse(
        parser,
        buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
        buffer.count
      )
    }
    guard code == 0 else {
      throw InputError(.malformed, unsafe String(cString: csj_message(code)))
    }
  }

  /// Parses the first `count` bytes of a span that has the padding behind them.
  package func parse(padded bytes: borrowing Span<UInt8>, count: Int) throws(InputError) {
    precondition(count + JSONReader.padding <= bytes.count, "no padding behind the text")
    try parse(unsafe bytes.bytes.extracting(0..<count))
  }

  package var rootKind: Kind { Kind(rawValue: UInt8(unsafe csj_root_type(parser))) ?? .null }

  /// Makes the object under a key of the root the root; false where there is none.
  package func enter(_ key: StaticString) -> Bool {
    let code = unsafe csj_enter(
      parser,
      UnsafeRawPointer(key.utf8Start).assumingMemoryBound(to: CChar.self),
      key.utf8CodeUnitCount
    )
    return code == 1
  }

  /// Makes the array under a key of the root the current one; its length, or nil where there is
  /// none.
  package func openArray(_ key: StaticString) -> Int? {
    let count = unsafe csj_open_array(
      parser,
      UnsafeRawPointer(key.utf8Start).assumingMemoryBound(to: CChar.self),
      key.utf8CodeUnitCount
    )
    return count < 0 ? nil : Int(count)
  }

  /// Makes the root itself the current array.
  package func openRootArray() -> Int? {
    let count = unsafe csj_open_array(parser, "", 0)
    return count < 0 ? nil : Int(count)
  }

  /// Reads the next item of the current array, or the root.
  package func next(root: Bool = false) -> Item {
    let code = unsafe csj_next(
      parser,
      root ? 1 : 0,
      names.baseAddress,
      slots.baseAddress,
      names.count,
      values.baseAddress,
      values.count,
      &unknownText
    )
    return code == 1 ? .object : code == 0 ? .end : .notAnObject
  }

  /// The first key of the present object that is not among the names.
  package var unknownKey: String? {
    guard unsafe unknownText.bytes != nil else { return nil }
    return unsafe JSONReader.string(unknownText)
  }

  /// The name of a card's verification code among those keys, in any spelling.
  package var verificationCode: String? {
    guard unsafe unknownText.bytes != nil,
      unsafe csj_is_verification_code(unknownText.bytes, unknownText.length)
    else { return nil }
    return unsafe JSONReader.string(unknownText)
  }

  /// Whether a name is one of a card's verification code, as `verificationCode` has it.
  static func isVerificationCode(_ name: String) -> Bool {
    let bytes = name.utf8.map { CChar(bitPattern: $0) }
    return unsafe csj_is_verification_code(bytes, bytes.count)
  }

  private static func string(_ text: csj_text) -> String {
    unsafe String(
      decoding: UnsafeRawBufferPointer(start: text.bytes, count: min(text.length, 64)),
      as: UTF8.self
    )
  }

  @inline(__always)
  package func kind(_ slot: Int) -> Kind { Kind(rawValue: unsafe values[slot].type) ?? .absent }

  package func isRepeated(_ slot: Int) -> Bool { unsafe values[slot].repeated != 0 }

  /// The name under which a slot's value stood.
  package func name(_ slot: Int) -> String { nameTexts[Int(unsafe values[slot].name)] }

  package func integer(_ slot: Int) -> Int64 { unsafe values[slot].integer }

  package func number(_ slot: Int) -> Double { unsafe values[slot].number }

  /// Uses a number's text where it stands in the parsed text; empty where it is not found.
  ///
  /// Cost: a walk over what precedes it, once for all numbers of a text.
  func withNumberText<R>(_ slot: Int, _ use: (borrowing Span<UInt8>) -> R) -> R {
    let text = unsafe csj_number_text(parser, &values[slot])
    let buffer = unsafe UnsafeRawBufferPointer(start: text.bytes, count: text.length)
    return unsafe buffer.withMemoryRebound(to: UInt8.self) { bytes in
      use(unsafe bytes.span)
    }
  }

  /// Uses a text value in place.
  package func withText<R>(_ slot: Int, _ use: (borrowing Span<UInt8>) -> R) -> R {
    let text = unsafe values[slot].text
    let buffer = unsafe UnsafeRawBufferPointer(start: text.bytes, count: text.length)
    return unsafe buffer.withMemoryRebound(to: UInt8.self) { bytes in
      use(unsafe bytes.span)
    }
  }
}

extension RawSpan {
  /// Whether the first three of its bytes, which are there, are a byte order mark.
  fileprivate var isMarked: Bool {
    func byte(_ index: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self) }
    return byte(0) == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF
  }
}
