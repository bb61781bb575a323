import Payments

/// Ids for the rows of files that have none, made of what a row says and of its number among those
/// that say the same.
///
/// The same file gives the same ids whenever it is read, and rows that say something else never
/// get them. Shared by all files of a run; it keeps 8 bytes and some room for each row.
package final class RowIds {
  /// Whether the log has a row under the number that programs of before gave it; its record, and
  /// its content by the readings of before.
  package typealias Lookup = (borrowing Span<UInt8>, UInt64?) throws(InputError) -> Bool

  let isLogged: Lookup?
  private var seen: Set<UInt64> = []
  /// How often each content came that came more than once.
  private var again: [UInt64: Int] = [:]

  package init(isLogged: Lookup? = nil) { self.isLogged = isLogged }

  /// The id of the next row with a content.
  func next(_ content: UInt64) -> String {
    let id = "row-" + String(content, radix: 16)
    if seen.insert(content).inserted { return id }
    let number = again[content, default: 0] + 1
    again[content] = number
    return "\(id)-\(number)"
  }

  /// Forgets what came before, where it cannot come again.
  func forget() {
    seen.removeAll(keepingCapacity: true)
    again.removeAll(keepingCapacity: true)
  }
}
