// Safety: `clock_gettime` fills the structure it is handed before it is read.
import Foundation
import Synchronization

/// What a server says while it runs: levels, and lines of text or JSON.
///
/// Until `start` a message is a bare line on the terminal, as commands want it. No message has a
/// key, a password or a card number in it: whoever calls sees to that.
package enum Log {
  package enum Level: Int, Sendable, Comparable, CaseIterable {
    case debug
    case info
    case warning
    case error

    package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

    /// Such as `WARNING`, as S1 has it.
    package var word: String { "\(self)".uppercased() }

    package init?(word: String) {
      guard let level = Level.allCases.first(where: { $0.word == word.uppercased() }) else {
        return nil
      }
      self = level
    }
  }

  package enum Format: String, Sendable, CaseIterable {
    case text
    case json
  }

  /// One value of a line.
  package enum Value: Sendable {
    case text(String)
    case integer(Int)
    case real(Double)
  }

  /// One line to be.
  package struct Line: Sendable {
    package var level: Level
    package var message: String
    package var fields: [(name: String, value: Value)]
    /// µs since 1970.
    package var time: Int64

    package init(
      _ level: Level,
      _ message: String,
      _ fields: [(name: String, value: Value)] = [],
      time: Int64
    ) {
      self.level = level
      self.message = message
      self.fields = fields
      self.time = time
    }
  }

  private static let writer = Mutex<LogWriter?>(nil)

  /// From here on lines have time and level, and go where the settings say.
  package static func start(_ writer: LogWriter) {
    Log.writer.withLock { $0 = writer }
  }

  /// Writes what waits.
  package static func flush() { writer.withLock { $0 }?.flush() }

  /// Takes a line that is written soon, without waiting for any disk or terminal.
  package static func later(_ line: Line) { writer.withLock { $0 }?.take(line) }

  /// Puts a line of metrics there as it is, whatever the level.
  package static func metrics(_ text: String) { writer.withLock { $0 }?.take(raw: text) }

  package static func info(_ message: String) { write(.info, message) }
  package static func warning(_ message: String) { write(.warning, message) }
  package static func error(_ message: String) { write(.error, message) }

  private static func write(_ level: Level, _ message: String) {
    guard let writer = writer.withLock({ $0 }) else {
      if level > .debug { Console.note(message) }
      return
    }
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    let now = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    writer.take(Line(level, message, time: now))
    writer.flush()
  }
}
