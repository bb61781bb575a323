// Safety: `open` is given a path that lives through the call.
import Foundation
import Payments
import Synchronization
import Threads

/// Writes lines of the log from a thread of its own, so that no disk or terminal holds up whoever
/// has something to say.
package final class LogWriter: Sendable {
  /// Lines that may wait; beyond it they are counted and left out.
  package static let waitingMax = 65_536
  private static let pauseMilliseconds = 50

  private struct State {
    var waiting: [Log.Line] = []
    var lost = 0
  }

  private let level: Log.Level
  private let format: Log.Format
  /// Where the lines go instead of the terminal.
  private let path: String?
  private let state = Mutex(State())
  private let output: Mutex<FileHandle>
  private let writing = Mutex(())

  /// Opens the file at `path`, for its owner alone; without one the lines go to standard error.
  package init(level: Log.Level, format: Log.Format, path: String?) throws(CommandError) {
    self.level = level
    self.format = format
    self.path = path
    output = Mutex(try LogWriter.open(path))
    WorkThread { [self] in
      while true {
        Thread.sleep(forTimeInterval: Double(LogWriter.pauseMilliseconds) / 1000)
        flush()
      }
    }.start()
  }

  private static func open(_ path: String?) throws(CommandError) -> FileHandle {
    guard let path else { return .standardError }
    let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw CommandError("cannot write the log file \(path) (errno \(errno))")
    }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Opens the file again: it was moved aside by whoever rotates logs.
  package func reopen() {
    flush()
    // What cannot be opened anew goes on where it was.
    guard let fresh = try? LogWriter.open(path) else { return }
    output.withLock { $0 = fresh }
  }

  /// Takes a line; it is on its way within 50 ms, or at the next `flush`.
  package func take(_ line: Log.Line) {
    guard line.level >= level else { return }
    state.withLock { state in
      if state.waiting.count < LogWriter.waitingMax {
        state.waiting.append(line)
      } else {
        state.lost += 1
      }
    }
  }

  /// Takes a line that is whole already; it stands behind what waits.
  func take(raw text: String) {
    flush()
    writing.withLock { _ in
      let bytes = Data((text + "\n").utf8)
      // A full disk loses lines of the log, never decisions.
      output.withLock { try? $0.write(contentsOf: bytes) }
    }
  }

  /// Writes what waits.
  package func flush() {
    writing.withLock { _ in
      let (lines, lost) = state.withLock { state in
        defer { (state.waiting, state.lost) = ([], 0) }
        return (state.waiting, state.lost)
      }
      if lines.isEmpty { return }
      var text = ""
      for line in lines { text += shown(line) + "\n" }
      if lost > 0, let last = lines.last {
        let note = Log.Line(.warning, "\(lost) lines of the log were left out", time: last.time)
        text += shown(note) + "\n"
      }
      let bytes = Data(text.utf8)
      // A full disk loses lines of the log, never decisions.
      output.withLock { try? $0.write(contentsOf: bytes) }
    }
  }

  private func shown(_ line: Log.Line) -> String {
    switch format {
    case .text: LogWriter.text(line)
    case .json: LogWriter.json(line)
    }
  }

  /// `2026-11-20T10:00:00.000001Z INFO    message name=value`.
  static func text(_ line: Log.Line) -> String {
    let level = line.level.word.padding(toLength: 7, withPad: " ", startingAt: 0)
    var text = "\(Timestamp(microseconds: line.time)) \(level) \(oneLine(line.message))"
    for (name, value) in line.fields {
      switch value {
      case .text(let value): text += " \(name)=\(oneLine(value))"
      case .integer(let value): text += " \(name)=\(value)"
      case .real(let value): text += " \(name)=\(value)"
      }
    }
    return text
  }

  static func json(_ line: Log.Line) -> String {
    var text = #"{"time":"\#(Timestamp(microseconds: line.time))","level":"\#(line.level.word)""#
    text += #","message":"\#(escaped(line.message))""#
    for (name, value) in line.fields {
      switch value {
      case .text(let value): text += #","\#(name)":"\#(escaped(value))""#
      case .integer(let value): text += #","\#(name)":\#(value)"#
      case .real(let value): text += #","\#(name)":\#(value)"#
      }
    }
    return text + "}"
  }

  /// Text from outside cannot begin a line of its own, or speak to a terminal.
  private static func oneLine(_ text: String) -> String {
    String(
      text.unicodeScalars.map { scalar -> Character in
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? " " : Character(scalar)
      }
    )
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
