// Safety: the handles are made, used and freed by the two classes below and never leave
// this file. XGBoost copies a matrix's values and labels before the call returns, and every array
// is passed with its own count. Results are owned by the booster and copied at once, by the length
// XGBoost states. `XGBGetLastError` is read on the failing call's thread, before the next call.
import CXGBoost

/// Rows for the training library, copied into its own memory; NaN is a missing value.
@safe package final class DenseMatrix {
  fileprivate let handle: DMatrixHandle
  /// Number of rows.
  package let rowCount: Int
  /// Values in a row.
  package let columnCount: Int

  /// Copies rows that stand one after another, with a label of 0 or 1 for each if they train.
  package init(
    values: [Float],
    columnCount: Int,
    labels: [Float]? = nil,
    threads: Int = 1
  ) throws(BoosterError) {
    guard columnCount > 0, !values.isEmpty, values.count % columnCount == 0 else {
      throw BoosterError(.badData, "\(values.count) values do not fill rows of \(columnCount)")
    }
    let rows = values.count / columnCount
    guard (labels?.count ?? rows) == rows else {
      throw BoosterError(.badData, "\(labels?.count ?? 0) labels for \(rows) rows")
    }
    var made: DMatrixHandle?
    let status = unsafe values.withUnsafeBufferPointer { buffer in
      let layout = unsafe ArrayLayout.text(buffer, columns: columnCount)
      return unsafe XGDMatrixCreateFromDense(
        layout,
        "{\"missing\":NaN,\"nthread\":\(threads)}",
        &made
      )
    }
    try check(status, "reading the rows")
    guard let made = unsafe made else { throw BoosterError(.libraryFailed, "no matrix was made") }
    unsafe handle = unsafe made
    rowCount = rows
    self.columnCount = columnCount
    if let labels {
      let status = unsafe XGDMatrixSetFloatInfo(handle, "label", labels, UInt64(labels.count))
      try check(status, "reading the labels")
    }
  }

  deinit { _ = unsafe XGDMatrixFree(handle) }
}

/// A gradient-boosted ensemble in the training library.
@safe package final class Booster {
  private let handle: BoosterHandle

  /// Version of the training library.
  package static var libraryVersion: String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    unsafe XGBoostVersion(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }

  /// Prepares an untrained ensemble for a matrix.
  package init(
    for matrix: DenseMatrix,
    arguments: [(name: String, value: String)]
  ) throws(BoosterError) {
    var made: BoosterHandle?
    let matrices: [DMatrixHandle?] = unsafe [matrix.handle]
    try check(unsafe XGBoosterCreate(matrices, 1, &made), "making a booster")
    guard let made = unsafe made else { throw BoosterError(.libraryFailed, "no booster was made") }
    unsafe handle = unsafe made
    for argument in arguments { try set(argument.name, argument.value) }
  }

  /// Reads a model that this version of the library saved.
  package init(ubjson: [UInt8], threads: Int = 1) throws(BoosterError) {
    var made: BoosterHandle?
    try check(unsafe XGBoosterCreate(nil, 0, &made), "making a booster")
    guard let made = unsafe made else { throw BoosterError(.libraryFailed, "no booster was made") }
    unsafe handle = unsafe made
    let status = unsafe XGBoosterLoadModelFromBuffer(handle, ubjson, UInt64(ubjson.count))
    try check(status, "reading the model")
    try set("nthread", String(threads))
    try set("verbosity", "0")
  }

  deinit { _ = unsafe XGBoosterFree(handle) }

  private func set(_ name: String, _ value: String) throws(BoosterError) {
    try check(unsafe XGBoosterSetParam(handle, name, value), "setting \(name)")
  }

  /// Adds that many rounds of trees.
  package func train(on matrix: DenseMatrix, rounds: Int) throws(BoosterError) {
    for round in 0..<rounds {
      let status = unsafe XGBoosterUpdateOneIter(handle, Int32(round), matrix.handle)
      try check(status, "training round \(round)")
    }
  }

  /// The model as UBJSON.
  package func saved() throws(BoosterError) -> [UInt8] {
    var count: bst_ulong = 0
    var bytes: UnsafePointer<CChar>?
    let status = unsafe XGBoosterSaveModelToBuffer(
      handle,
      "{\"format\":\"ubj\"}",
      &count,
      &bytes
    )
    try check(status, "saving the model")
    return unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(count)))
  }

  /// The log-odds margin of each row.
  package func margins(of matrix: DenseMatrix) throws(BoosterError) -> [Float] {
    try predict(matrix, type: 1)
  }

  /// Each row's exact contributions, one a feature and then the base value.
  package func contributions(of matrix: DenseMatrix) throws(BoosterError) -> [Float] {
    try predict(matrix, type: 2)
  }

  private func predict(_ matrix: DenseMatrix, type: Int) throws(BoosterError) -> [Float] {
    var shape: UnsafePointer<bst_ulong>?
    var dimensions: bst_ulong = 0
    var result: UnsafePointer<Float>?
    let status = unsafe XGBoosterPredictFromDMatrix(
      handle,
      matrix.handle,
      predictionSettings(type: type),
      &shape,
      &dimensions,
      &result
    )
    try check(status, "predicting")
    guard let shape = unsafe shape else {
      throw BoosterError(.libraryFailed, "a prediction has no shape")
    }
    let count = (0..<Int(dimensions)).reduce(1) { unsafe $0 * Int(shape[$1]) }
    return unsafe Array(UnsafeBufferPointer(start: result, count: count))
  }

  /// Scores one row without making a matrix: the library's fastest way for a single row.
  package func margin(of row: SingleRow) throws(BoosterError) -> Float {
    var shape: UnsafePointer<bst_ulong>?
    var dimensions: bst_ulong = 0
    var result: UnsafePointer<Float>?
    let status = unsafe XGBoosterPredictFromDense(
      handle,
      row.layout,
      SingleRow.settings,
      nil,
      &shape,
      &dimensions,
      &result
    )
    try check(status, "predicting")
    guard let result = unsafe result else {
      throw BoosterError(.libraryFailed, "no margin was returned")
    }
    return unsafe result[0]
  }
}

/// One row at a fixed address, so that its description for the library is made only once.
@safe package final class SingleRow {
  fileprivate static let settings = predictionSettings(
    type: 1,
    extra: ",\"missing\":NaN,\"cache_id\":0"
  )
  fileprivate let layout: String
  private let values: UnsafeMutableBufferPointer<Float>

  /// Makes a row of zeros.
  package init(width: Int) {
    unsafe values = .allocate(capacity: width)
    unsafe values.initialize(repeating: 0)
    layout = unsafe ArrayLayout.text(UnsafeBufferPointer(values), columns: width)
  }

  deinit { unsafe values.deallocate() }

  /// Replaces the row's values.
  package func assign(_ row: Span<Float>) {
    precondition(unsafe row.count == values.count, "a row of another width")
    for index in row.indices { unsafe values[index] = row[index] }
  }
}

private enum ArrayLayout {
  /// NumPy's array interface, version 3, which XGBoost reads.
  static func text(_ buffer: UnsafeBufferPointer<Float>, columns: Int) -> String {
    let address = UInt(bitPattern: buffer.baseAddress)
    let shape = "[\(buffer.count / columns),\(columns)]"
    return "{\"data\":[\(address),true],\"shape\":\(shape),\"typestr\":\"<f4\",\"version\":3}"
  }
}

private func predictionSettings(type: Int, extra: String = "") -> String {
  "{\"type\":\(type),\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
    + "\"strict_shape\":true\(extra)}"
}

/// Throws the first line of the library's message; the rest is a C++ stack trace.
private func check(_ status: Int32, _ operation: String) throws(BoosterError) {
  guard status != 0 else { return }
  let message = unsafe String(cString: XGBGetLastError())
  let line = message.split(whereSeparator: \.isNewline).first.map(String.init) ?? "no message"
  throw BoosterError(.libraryFailed, "\(operation): \(line)")
}
