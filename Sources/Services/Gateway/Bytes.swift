// Safety: buffers are read inside the closures that lend them, within their own counts; a static
// string's bytes live as long as the program.

extension RawSpan {
  /// The byte at an offset.
  ///
  /// Traps outside the span.
  func byte(at offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "outside of the span")
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// Whether there is nothing but blanks.
  var isBlank: Bool {
    for offset in 0..<byteCount where byte(at: offset) > 0x20 { return false }
    return true
  }

  /// A copy of the bytes.
  var array: [UInt8] {
    unsafe withUnsafeBytes { unsafe [UInt8]($0) }
  }
}

extension [UInt8] {
  /// Appends a text that is known at compile time.
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { unsafe append(contentsOf: $0) }
  }
}
