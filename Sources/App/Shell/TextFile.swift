import Foundation
import Payments

/// Files of text that people write: rules, features, column maps, configurations.
package enum TextFile {
  package static let bytesMax = 16 << 20

  /// A file's text without a byte order mark, its lines ended by line feeds.
  package static func read(_ path: String) throws(CommandError) -> String {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw CommandError("cannot read '\(path)': \(error.localizedDescription)")
    }
    guard data.count <= bytesMax else {
      throw CommandError("'\(path)' is longer than \(bytesMax >> 20) MiB")
    }
    guard let text = PlainText.decoded(data) else {
      let isWide = data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF])
      throw CommandError(
        "'\(path)' is \(isWide ? "UTF-16" : "not UTF-8"): save it with the encoding UTF-8"
      )
    }
    return text
  }
}
