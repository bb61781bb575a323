// Safety: the window's size is a local structure that the call fills; its result is checked.
import Foundation
import Synchronization

/// A terminal that is drawn on in place, and given back as it was.
final class TerminalScreen: Sendable {
  struct Size {
    var columns: Int
    var rows: Int
  }

  /// Where nothing is known of the terminal.
  private static let usual = Size(columns: 80, rows: 24)
  // The terminal's second screen, so that the first one comes back; and no cursor meanwhile.
  private static let opening = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J"
  private static let closing = "\u{1B}[?25h\u{1B}[?1049l"

  private let isOpen = Mutex(true)

  /// Whether standard output is a terminal that can be drawn on.
  static var isThere: Bool {
    let kind = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return isatty(1) == 1 && !kind.isEmpty && kind != "dumb"
  }

  /// Takes the terminal; a stop in the middle (Ctrl-Z) would leave it taken, so there is none.
  init() {
    signal(SIGTSTP, SIG_IGN)
    TerminalScreen.write(TerminalScreen.opening)
  }

  /// Draws lines over those of before, as far as they fit.
  func draw(_ lines: [String]) {
    let size = TerminalScreen.size
    var text = "\u{1B}[H"
    let shown = lines.prefix(size.rows)
    for (place, line) in shown.enumerated() {
      text += line.prefix(size.columns) + "\u{1B}[K" + (place == shown.count - 1 ? "" : "\r\n")
    }
    // Outside of the lock nothing may be drawn: the terminal may have been given back.
    isOpen.withLock { if $0 { TerminalScreen.write(text + "\u{1B}[J") } }
  }

  /// Gives the terminal back; nothing is drawn afterwards.
  func close() {
    isOpen.withLock { isOpen in
      if isOpen { TerminalScreen.write(TerminalScreen.closing) }
      isOpen = false
    }
  }

  private static var size: Size {
    var window = winsize()
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0
    else { return usual }
    return Size(columns: Int(window.ws_col), rows: Int(window.ws_row))
  }

  private static func write(_ text: String) {
    FileHandle.standardOutput.write(Data(text.utf8))
  }
}
