/// A file of transactions that is decided on row by row, apart from live traffic.
package struct BatchJob: Sendable, Hashable {
  /// What clients of S1 call the way a job was created.
  package enum Kind: UInt8, Sendable, CaseIterable {
    case transactions = 0
    case file
    case upload

    package var word: String {
      switch self {
      case .transactions: "process_transactions"
      case .file: "process_csv"
      case .upload: "upload"
      }
    }
  }

  /// What becomes of the rows.
  package enum Mode: UInt8, Sendable, CaseIterable {
    /// They are decided on as if they came live.
    case ingest = 0
    /// They are decided on beside the log: nothing is learnt from them.
    case score

    package var word: String { self == .ingest ? "ingest" : "score" }

    package init?(word: String) {
      guard let mode = Mode.allCases.first(where: { $0.word == word }) else { return nil }
      self = mode
    }
  }

  /// How the rows are written down.
  package enum Format: UInt8, Sendable, CaseIterable {
    case csv = 0
    case ndjson
    /// The body of a request of S1, whole.
    case request

    package var word: String {
      switch self {
      case .csv: "csv"
      case .ndjson: "ndjson"
      case .request: "json"
      }
    }
  }

  package enum Status: UInt8, Sendable, CaseIterable {
    case pending = 0
    case running
    case completed
    case failed
    case cancelled

    package var word: String { "\(self)" }

    package init?(word: String) {
      guard let status = Status.allCases.first(where: { $0.word == word }) else { return nil }
      self = status
    }

    /// Whether nothing more will happen to the job.
    package var isFinished: Bool { self != .pending && self != .running }
  }

  /// How far a job has come: what is durable of it, from which it goes on after a crash.
  package struct Progress: Sendable, Hashable {
    /// Rows of the input that are done, right or wrong.
    package var rows: Int64 = 0
    /// Those of them that are wrong.
    package var failed: Int64 = 0
    /// Those of them whose score is .8 and above.
    package var highRisk: Int64 = 0
    /// Bytes of the input that were read, as they lie on the disk.
    package var inputBytes: Int64 = 0
    package var resultBytes: Int64 = 0
    package var errorBytes: Int64 = 0

    package init() {}
  }

  /// Counted from 1; given by the store.
  package var number: Int64 = 0
  package var kind: Kind
  package var mode: Mode
  package var format: Format
  package var source: UInt16
  /// A column map (docs/column-maps.md), or empty.
  package var map = ""
  /// The folder of its files, below that of all jobs.
  package var folder: String
  /// The file that the rows are read from, where it is not one of its own.
  package var path = ""
  /// What the input was called by its sender.
  package var name = ""
  /// Size of the input on the disk.
  package var inputSize: Int64
  package var status = Status.pending
  /// µs since 1970, as the other times.
  package var created: Int64
  package var started: Int64?
  package var completed: Int64?
  package var progress = Progress()
  /// Why it failed, or what else its sender should know.
  package var reason = ""
  /// For `score`: the end of the log that the rows are decided on behind.
  package var position: UInt64?
  /// For `score`: when the rows count as received.
  package var receivedAt: Int64 = 0

  package init(
    kind: Kind,
    mode: Mode,
    format: Format,
    source: UInt16,
    folder: String,
    inputSize: Int64,
    created: Int64
  ) {
    self.kind = kind
    self.mode = mode
    self.format = format
    self.source = source
    self.folder = folder
    self.inputSize = inputSize
    self.created = created
  }

  /// Bytes of files that belong to the job.
  package var storedBytes: Int64 {
    (kind == .file || status.isFinished ? 0 : inputSize) + progress.resultBytes
      + progress.errorBytes
  }

  /// How much of it is done, 0 to 100, which it is when it is completed.
  package var percent: Double {
    if status == .completed { return 100 }
    guard inputSize > 0 else { return 0 }
    return min(99.9, 100 * Double(progress.inputBytes) / Double(inputSize))
  }
}
