/// Seals the inputs of jobs piece by piece while they arrive, so that none of it lies on the disk
/// in clear.
package protocol InputSeal: Sendable {
  /// A piece of a job's input, sealed for the job's folder and its place among the pieces.
  func seal(_ piece: [UInt8], at place: InputPlace) -> [UInt8]

  /// The piece that was sealed for a place; nil where a byte, the key or the place is another.
  func open(_ sealed: [UInt8], at place: InputPlace) -> [UInt8]?
}

/// Where a piece of a job's input stands.
package struct InputPlace: Sendable, Hashable {
  /// The job's folder.
  package var folder: String
  /// Which piece it is, from 0.
  package var number: UInt64
  /// Whether no piece comes behind it.
  package var isLast: Bool

  package init(folder: String, number: UInt64, isLast: Bool) {
    self.folder = folder
    self.number = number
    self.isLast = isLast
  }
}
