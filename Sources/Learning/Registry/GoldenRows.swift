/// Rows with the margins, and for the first of them the contributions, that XGBoost gave them.
///
/// File: the eight bytes `AssayGR1`; width, rows and explained rows as 32-bit numbers; then all
/// values row by row, all margins, and width + 1 contributions (the last the base value) for each
/// explained row, in single precision. Everything is little-endian.
package struct GoldenRows: Equatable, Sendable {
  /// The most rows in a file.
  package static let rowCountMax = 10_000
  /// The most explained rows in a file.
  package static let explainedCountMax = 200

  /// Values in a row.
  package let width: Int
  /// The rows, one after another.
  package let values: [Float]
  /// The margin of each row.
  package let margins: [Float]
  /// The contributions of the first rows, each followed by the base value.
  package let contributions: [Float]

  /// Number of rows.
  package var rowCount: Int { margins.count }
  /// Number of rows with contributions.
  package var explainedCount: Int { contributions.count / (width + 1) }

  /// Makes golden rows of consistent parts.
  package init(width: Int, values: [Float], margins: [Float], contributions: [Float]) {
    precondition(width > 0 && values.count == width * margins.count, "rows of another width")
    precondition(contributions.count % (width + 1) == 0, "contributions of another width")
    precondition(contributions.count / (width + 1) <= margins.count, "more explained than rows")
    self.width = width
    self.values = values
    self.margins = margins
    self.contributions = contributions
  }

  private static let magic = Array("AssayGR1".utf8)
  private static let headerSize = 20

  /// The content of the file.
  package var bytes: [UInt8] {
    var bytes = Self.magic
    bytes.reserveCapacity(
      Self.headerSize + 4 * (values.count + margins.count + contributions.count)
    )
    func append(_ word: UInt32) {
      for shift in [0, 8, 16, 24] as [UInt32] {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    for count in [width, rowCount, explainedCount] { append(UInt32(count)) }
    for part in [values, margins, contributions] {
      for value in part { append(value.bitPattern) }
    }
    return bytes
  }

  /// Reads a file's content.
  package init(bytes: [UInt8], file: String) throws(RegistryError) {
    func word(_ index: Int) -> UInt32 {
      let start = 8 + 4 * index
      return UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8
        | UInt32(bytes[start + 2]) << 16 | UInt32(bytes[start + 3]) << 24
    }
    guard bytes.count >= Self.headerSize, Array(bytes[..<8]) == Self.magic else {
      throw RegistryError(.damaged, file, "this is not a file of golden rows")
    }
    let (width, rows, explained) = (Int(word(0)), Int(word(1)), Int(word(2)))
    guard (1...65_536).contains(width), (1...Self.rowCountMax).contains(rows),
      (0...min(rows, Self.explainedCountMax)).contains(explained),
      bytes.count == Self.headerSize + 4 * (rows * (width + 1) + explained * (width + 1))
    else { throw RegistryError(.damaged, file, "its length does not fit its header") }
    func floats(_ start: Int, _ count: Int) -> [Float] {
      (start..<start + count).map { Float(bitPattern: word($0)) }
    }
    self.init(
      width: width,
      values: floats(3, rows * width),
      margins: floats(3 + rows * width, rows),
      contributions: floats(3 + rows * (width + 1), explained * (width + 1))
    )
  }
}
