extension [UInt8] {
  /// Appends a text as a cell of a CSV file (RFC 4180) that a spreadsheet shows and never runs: one
  /// that starts as a formula gets a `'`.
  package mutating func append(csvCell text: some Collection<UInt8>) {
    let quote = UInt8(ascii: "\"")
    var isFormula = false
    if let first = text.first {
      switch first {
      case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D:
        isFormula = true
      default: break
      }
    }
    let needsQuotes = text.contains { $0 == quote || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
    if needsQuotes { append(quote) }
    if isFormula { append(UInt8(ascii: "'")) }
    for byte in text {
      if byte == quote { append(quote) }
      append(byte)
    }
    if needsQuotes { append(quote) }
  }
}
