import Gateway
import Shell

/// What a server's log is like (S1.49).
struct Logging {
  var level = Log.Level.info
  var format = Log.Format.text
  var file: String?
  var access = AccessLog.errors

  static let settings = [
    Configuration.Setting(
      flag: nil,
      variable: "LOG_LEVEL",
      value: "L",
      help: "from which level on the log has lines: DEBUG, INFO, WARNING or ERROR (INFO)"
    ),
    Configuration.Setting(
      flag: nil,
      variable: "LOG_FORMAT",
      value: "F",
      help: "its lines: text or json (text)"
    ),
    Configuration.Setting(
      flag: nil,
      variable: "LOG_FILE",
      value: "FILE",
      help: "where they go (standard error); SIGHUP opens it again"
    ),
    Configuration.Setting(
      flag: nil,
      variable: "ACCESS_LOG",
      value: "WHICH",
      help: "which requests stand there: off, errors or all (errors)"
    ),
  ]

  /// Takes a setting; false where it is none of these.
  mutating func set(_ variable: String, _ text: String) throws(UsageError) -> Bool {
    switch variable {
    case "LOG_LEVEL":
      guard let level = Log.Level(word: text) else {
        throw UsageError("LOG_LEVEL is DEBUG, INFO, WARNING or ERROR, not '\(text)'")
      }
      self.level = level
    case "LOG_FORMAT":
      guard let format = Log.Format(rawValue: text) else {
        throw UsageError("LOG_FORMAT is text or json, not '\(text)'")
      }
      self.format = format
    case "LOG_FILE": file = text
    case "ACCESS_LOG":
      guard let access = AccessLog(rawValue: text) else {
        throw UsageError("ACCESS_LOG is off, errors or all, not '\(text)'")
      }
      self.access = access
    default: return false
    }
    return true
  }

  var shown: [(name: String, value: String)] {
    [
      ("LOG_LEVEL", level.word), ("LOG_FORMAT", format.rawValue),
      ("LOG_FILE", file ?? "(standard error)"), ("ACCESS_LOG", access.rawValue),
    ]
  }

  /// From here on the program's notes are lines of its log.
  func start() throws -> LogWriter {
    let writer = try LogWriter(level: level, format: format, path: file)
    Log.start(writer)
    return writer
  }

  /// Puts a request into the log.
  static func note(_ line: AccessLine) {
    let level: Log.Level = line.status >= 500 ? .error : line.status >= 400 ? .warning : .info
    Log.later(
      Log.Line(
        level,
        "request",
        [
          ("request_id", .text(line.request)), ("method", .text(line.method)),
          ("route", .text(line.route)), ("status", .integer(line.status)),
          ("bytes", .integer(line.bodyBytes)), ("ms", .real(line.milliseconds)),
          ("client", .text(line.client)), ("peer", .text(line.peer)),
        ],
        time: line.time
      )
    )
  }
}
