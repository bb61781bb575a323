import Foundation
import Intake
import Payments
import Storage

/// Reads the rows of a job's input, whatever its format: records, or what is wrong with them.
struct RowReader {
  /// What a row gave.
  struct Row {
    var id: [UInt8] = []
    /// Nil where the record was appended.
    var error: InputError?
    /// What is to be said of the record; nil for most.
    var note: RecordNote?
  }

  private enum Form {
    case table(TableReader)
    case lines(LineReader)
    /// One text that holds them all.
    case items
  }

  private var form: Form
  private let decoder: TransactionDecoder
  private let idPrefix: String
  private let path: String
  private let bytesMax: Int
  private var scratch: [UInt8] = []
  private var itemBytes = 0
  /// Rows that were read, wrong ones too.
  private(set) var rows: Int64 = 0

  /// Opens an input; a table's header must fit the map.
  init(
    path: String,
    pieces: (any InputPieces)? = nil,
    format: BatchJob.Format,
    source: Source,
    plan: ColumnPlan?,
    idPrefix: String,
    bytesMax: Int,
    numericIds: Bool,
    tokenizer: @escaping CardTokenizer
  ) throws(InputError) {
    self.path = path
    self.idPrefix = idPrefix
    self.bytesMax = bytesMax
    decoder = TransactionDecoder(source: source, numericIds: numericIds, tokenizer: tokenizer)
    do throws(InputError) {
      switch format {
      case .csv:
        form = .table(
          try TableReader(
            path: path,
            pieces: pieces,
            source: source,
            columns: plan,
            firstRow: 1,
            idPrefix: idPrefix,
            numericIds: numericIds,
            tokenizer: tokenizer
          )
        )
      case .ndjson: form = .lines(try LineReader(path: path, pieces: pieces))
      case .request:
        form = .items
        try openItems(pieces)
      }
    } catch {
      throw RowReader.named(error, path)
    }
  }

  private mutating func openItems(_ pieces: (any InputPieces)?) throws(InputError) {
    let source = try ByteSource(path: path, pieces: pieces)
    let bytes = try RowReader.whole(source, bytesMax: TransactionDecoder.bodyBytesMax)
    itemBytes = bytes.count
    scratch = bytes + [UInt8](repeating: 0, count: JSONReader.padding)
    try decoder.parse(padded: scratch.span, count: bytes.count)
    guard decoder.enter("data"), decoder.openArray("transactions") != nil else {
      throw InputError(.invalid, field: "data.transactions", "is a list of transactions")
    }
  }

  private static func whole(
    _ source: ByteSource,
    bytesMax: Int
  ) throws(InputError) -> [UInt8] {
    var bytes: [UInt8] = []
    while try source.read(1 << 20, into: &bytes) {
      guard bytes.count <= bytesMax else {
        throw InputError(.tooLarge, "the input has more than \(bytesMax) bytes")
      }
    }
    return bytes
  }

  /// An error as its receiver may see it: the place on this machine is none of theirs.
  static func named(_ error: InputError, _ path: String) -> InputError {
    var shown = error
    shown.detail = error.detail.replacingOccurrences(of: path, with: "the file")
    return shown
  }

  /// Bytes of the input that were read, as they lie on the disk.
  var bytesConsumed: Int64 {
    switch form {
    case .table(let table): Int64(table.bytesConsumed)
    case .lines(let lines): Int64(lines.bytesConsumed)
    case .items: Int64(itemBytes)
    }
  }

  private var bytesUnpacked: Int {
    switch form {
    case .table(let table): table.bytesRead
    case .lines(let lines): lines.bytesRead
    case .items: itemBytes
    }
  }

  /// The names of a table's columns.
  var header: [String] {
    if case .table(let table) = form { return table.header }
    return []
  }

  /// Whether a table has a column of labels.
  var hasLabels: Bool {
    if case .table(let table) = form { return table.hasLabels }
    return false
  }

  /// Reads the next row, whose record is appended where it is right; nil at the end.
  ///
  /// Throws where there is no going on.
  mutating func next(into bytes: inout [UInt8]) throws(InputError) -> Row? {
    let start = bytes.count
    do throws(InputError) {
      note = nil
      guard try advance(into: &bytes) else { return nil }
      rows += 1
      return Row(note: note)
    } catch {
      bytes.removeLast(bytes.count - start)
      guard !isBroken, error.code != .unreadable else { throw RowReader.named(error, path) }
      rows += 1
      return Row(id: id, error: RowReader.named(error, path))
    }
  }

  private mutating func advance(into bytes: inout [UInt8]) throws(InputError) -> Bool {
    guard bytesUnpacked <= bytesMax else {
      hasOverflown = true
      throw InputError(.tooLarge, "the input unpacks to more than \(bytesMax >> 20) MiB")
    }
    let fallback = Array("\(idPrefix)\(rows + 1)".utf8)
    switch form {
    case .table(var table):
      // The reader is moved out and back, so that its buffers are never copied.
      form = .items
      defer { form = .table(table) }
      guard let row = try table.next(into: &bytes) else { return false }
      note = row.note
      return true
    case .lines(var lines):
      form = .items
      defer { form = .lines(lines) }
      do throws(InputError) {
        guard let line = try lines.advance() else { return false }
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: line)
      } catch {
        hasOverflown = true
        throw error
      }
      let count = scratch.count
      scratch.append(contentsOf: repeatElement(0, count: JSONReader.padding))
      hasItem = false
      try decoder.parse(padded: scratch.span, count: count)
      guard try decoder.advance(root: true) else { return false }
      hasItem = true
      try decoder.decode(into: &bytes, fallbackId: fallback)
      note = decoder.note
      return true
    case .items:
      hasItem = false
      guard try decoder.advance() else { return false }
      hasItem = true
      try decoder.decode(into: &bytes, fallbackId: fallback)
      note = decoder.note
      return true
    }
  }

  /// What is to be said of the record that was read last.
  private var note: RecordNote?

  private var hasItem = false
  private var hasOverflown = false

  private var isBroken: Bool {
    if hasOverflown { return true }
    if case .table(let table) = form { return table.isBroken }
    return false
  }

  /// The id of the row that was read last, as far as it was understood.
  var id: [UInt8] {
    if case .table(let table) = form { return table.id }
    return hasItem ? Array((decoder.clientId ?? "").utf8.prefix(256)) : []
  }

  /// Passes over a row that was done before; false at the end.
  mutating func skip() throws(InputError) -> Bool {
    let isThere: Bool
    do throws(InputError) {
      switch form {
      case .table(var table):
        form = .items
        defer { form = .table(table) }
        isThere = try table.skip()
      case .lines(var lines):
        form = .items
        defer { form = .lines(lines) }
        isThere = try lines.advance() != nil
      case .items: isThere = decoder.skip()
      }
    } catch {
      throw RowReader.named(error, path)
    }
    if isThere { rows += 1 }
    return isThere
  }
}
