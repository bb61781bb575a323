/// What jobs may take.
package struct BatchSettings: Sendable {
  /// The folder of all jobs' files.
  package var folder: String
  /// The folder whose files `process_csv` may name; none may be named without it.
  package var inputFolder: String?
  /// Transactions of one `process_transactions`.
  package var itemsMax = 1000
  /// How long a job waits for the disk or the core before it fails.
  package var timeoutSeconds = 300
  /// Size of one uploaded file as it is sent.
  package var uploadBytesMax = 8 << 30
  /// Size of one input once it is unpacked.
  package var unpackedBytesMax = 64 << 30
  /// Files of all jobs together.
  package var spoolBytesMax = 32 << 30
  /// What jobs leave free on the disk.
  package var reserveBytes = 1 << 30

  package init(folder: String) { self.folder = folder }
}

/// Why something that was asked of jobs is not done.
package struct BatchRefusal: Error, Sendable {
  package enum Code: Sendable {
    case malformed, invalid, tooLarge, notFound, conflict
    /// It may be tried again later.
    case unavailable
    /// The sender has too many jobs waiting; it may try again later.
    case tooMany
  }

  package var code: Code
  package var field: String?
  package var message: String

  package init(_ code: Code, field: String? = nil, _ message: String) {
    self.code = code
    self.field = field
    self.message = message
  }
}
