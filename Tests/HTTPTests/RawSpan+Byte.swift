// Safety: one byte is loaded, at an offset that `byteOffsets` contains.

extension RawSpan {
  func byte(_ offset: Int) -> UInt8 {
    precondition(byteOffsets.contains(offset), "the byte is in the span")
    return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}
