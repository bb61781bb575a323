import Batch
import Shell

// What jobs may take.
extension Configuration {
  static let batchSettings = [
    Setting(
      flag: nil,
      variable: "MAX_BATCH_SIZE",
      value: "N",
      help: "transactions of a job that come in its request (1000)"
    ),
    Setting(
      flag: nil,
      variable: "BATCH_TIMEOUT",
      value: "S",
      help: "seconds that a job waits for the disk before it fails (300)"
    ),
    Setting(
      flag: "batch-folder",
      variable: "BATCH_FOLDER",
      value: "DIR",
      help: "the folder whose files jobs may read by name (none)"
    ),
    Setting(
      flag: nil,
      variable: "ASSAY_UPLOAD_MIB",
      value: "N",
      help: "size of an uploaded file as it is sent (8192)"
    ),
    Setting(
      flag: nil,
      variable: "ASSAY_UNPACKED_MIB",
      value: "N",
      help: "size of a job's input once it is unpacked (65536)"
    ),
    Setting(
      flag: nil,
      variable: "ASSAY_SPOOL_MIB",
      value: "N",
      help: "files of all jobs together; the oldest finished ones make room (32768)"
    ),
    Setting(
      flag: nil,
      variable: "ASSAY_RESERVE_MIB",
      value: "N",
      help: "what jobs leave free on the disk (1024)"
    ),
  ]

  /// Takes a setting of jobs; false where it is none.
  mutating func setBatch(_ variable: String, _ text: String) throws(UsageError) -> Bool {
    func mebibytes(_ least: Int) throws(UsageError) -> Int {
      try Configuration.number(variable, text, least...1_000_000_000) << 20
    }
    switch variable {
    case "MAX_BATCH_SIZE": batch.itemsMax = try Configuration.number(variable, text, 1...100_000)
    case "BATCH_TIMEOUT":
      batch.timeoutSeconds = try Configuration.number(variable, text, 1...86_400)
    case "BATCH_FOLDER": batch.inputFolder = text
    case "ASSAY_UPLOAD_MIB": batch.uploadBytesMax = try mebibytes(1)
    case "ASSAY_UNPACKED_MIB": batch.unpackedBytesMax = try mebibytes(1)
    case "ASSAY_SPOOL_MIB": batch.spoolBytesMax = try mebibytes(1)
    case "ASSAY_RESERVE_MIB": batch.reserveBytes = try mebibytes(0)
    default: return false
    }
    return true
  }

  /// The effective values of jobs' settings by name.
  var batchShown: [(name: String, value: String)] {
    [
      ("MAX_BATCH_SIZE", "\(batch.itemsMax)"), ("BATCH_TIMEOUT", "\(batch.timeoutSeconds)"),
      ("BATCH_FOLDER", batch.inputFolder ?? "(none)"),
      ("ASSAY_UPLOAD_MIB", "\(batch.uploadBytesMax >> 20)"),
      ("ASSAY_UNPACKED_MIB", "\(batch.unpackedBytesMax >> 20)"),
      ("ASSAY_SPOOL_MIB", "\(batch.spoolBytesMax >> 20)"),
      ("ASSAY_RESERVE_MIB", "\(batch.reserveBytes >> 20)"),
    ]
  }
}
