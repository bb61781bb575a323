import Batch
import HTTP
import Intake
import Payments
import Storage

/// What the head of an upload says of its body.
struct UploadRequest: Sendable {
  private let query: [String: String]
  private let contentType: String
  private static let names = ["source", "mode", "format", "map", "name"]
  static let fieldBytesMax = ColumnPlan.textBytesMax

  init(_ request: borrowing HTTPRequest) throws(QueryError) {
    let reader = QueryReader(request)
    var found: [String: String] = [:]
    found["source"] = reader.text("source")
    found["mode"] = reader.text("mode")
    found["format"] = reader.text("format")
    found["map"] = reader.text("map")
    found["name"] = reader.text("name")
    query = found
    contentType = request.header("Content-Type") ?? ""
    // A file may be packed, and is known by its first bytes; a form that is packed is none.
    if isMultipart, request.withHeader("Content-Encoding", { !$0.isEmpty }) == true {
      throw QueryError("Content-Encoding", "a form comes unpacked; a file in it may be gzip")
    }
    if isMultipart, parser == nil {
      throw QueryError("Content-Type", "Content-Type names the boundary of its parts")
    }
  }

  private var isMultipart: Bool { contentType.lowercased().hasPrefix("multipart/") }

  /// The parser of a multipart body; nil where the body is the file itself.
  var parser: MultipartParser? { MultipartParser(contentType: contentType) }

  static func isField(_ name: String) -> Bool { names.contains(name) }

  /// What the query says, and where it says nothing the fields of the body.
  func draft(
    _ catalog: Catalog,
    _ fields: [String: String],
    fileName: String? = nil
  ) throws(QueryError) -> BatchService.Draft {
    let said = fields.merging(query) { $1 }
    guard let source = catalog.source(named: said["source"] ?? "native") else {
      let known = catalog.sources.map(\.name).joined(separator: ", ")
      throw QueryError("source", "source is one of \(known)")
    }
    guard let mode = BatchJob.Mode(word: said["mode"] ?? "score") else {
      throw QueryError("mode", "mode is 'score' or 'ingest'")
    }
    let name = said["name"] ?? fileName ?? ""
    let format: BatchJob.Format
    switch said["format"] {
    case "csv": format = .csv
    case "ndjson": format = .ndjson
    case nil: format = guess(name)
    default: throw QueryError("format", "format is 'csv' or 'ndjson', plain or gzip")
    }
    for (field, text) in [("name", name), ("map", said["map"] ?? "")]
    where CardNumber.isHeld(in: text) {
      throw QueryError(field, "\(field) \(CardNumber.textRefusal)")
    }
    var draft = BatchService.Draft(kind: .upload, mode: mode, format: format, source: source)
    draft.map = said["map"] ?? ""
    draft.name = name
    if !draft.map.isEmpty, format != .csv {
      throw QueryError("map", "a column map is for csv")
    }
    return draft
  }

  private func guess(_ name: String) -> BatchJob.Format {
    var words = name.lowercased().split(separator: ".")
    if words.last == "gz" { words.removeLast() }
    let isLines = words.last == "ndjson" || words.last == "jsonl"
    return isLines || contentType.lowercased().contains("ndjson") ? .ndjson : .csv
  }

  /// A body that is here as a whole, taken apart.
  func form(
    of body: [UInt8]
  ) throws(BodyError) -> (file: [UInt8], fields: [String: String], fileName: String?) {
    guard var parser else { return (body, [:], nil) }
    var file: [UInt8] = []
    var form = UploadForm()
    try parser.take(body) { event throws(BodyError) in
      if let bytes = try form.take(event) { file.append(contentsOf: bytes) }
    }
    guard parser.isComplete, form.hasFile else {
      throw .malformed("the body ends within a part, or holds no file")
    }
    return (file, form.fields, form.fileName)
  }
}

/// The parts of a form: one file, and small fields.
struct UploadForm {
  private(set) var fields: [String: String] = [:]
  private(set) var fileName: String?
  private(set) var hasFile = false
  private var field: String?
  private var text: [UInt8] = []

  /// Takes the next event; the bytes of the file that come with it.
  mutating func take(
    _ event: MultipartParser.Event
  ) throws(BodyError) -> ArraySlice<UInt8>? {
    switch event {
    case .part(let name, let file):
      field = nil
      text = []
      // `curl -F map=@FILE` sends a field as a file.
      if name == "file" || (file != nil && !UploadRequest.isField(name)) {
        guard !hasFile else { throw .malformed("a form holds one file") }
        hasFile = true
        fileName = file
      } else {
        guard UploadRequest.isField(name) else {
          throw .malformed("'\(name.prefix(40))' is no field of an upload")
        }
        field = name
      }
      return nil
    case .bytes(let bytes):
      guard field != nil else { return bytes }
      guard text.count + bytes.count <= UploadRequest.fieldBytesMax else { throw .tooLong }
      text.append(contentsOf: bytes)
      return nil
    case .partEnd:
      guard let field else { return nil }
      guard let value = String(validating: text, as: UTF8.self) else {
        throw .malformed("'\(field)' is not UTF-8")
      }
      fields[field] = value
      return nil
    }
  }
}
