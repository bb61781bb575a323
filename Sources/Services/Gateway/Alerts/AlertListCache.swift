/// Lists of price alerts as they were answered last (S0.20); on the loop's thread.
///
/// An entry holds as long as the owner's revision is the one that it was read at, so that nobody
/// ever sees a list from before a change.
struct AlertListCache {
  static let listsMax = 1024

  struct Key: Hashable, Sendable {
    var owner: Int64
    var filter: String
    var limit: Int
    var cursor: Int64?
    var offset: Int
    var isPaged: Bool
  }

  struct Stamp: Sendable {
    var key: Key
    var revision: UInt64
  }

  private var lists: [Key: (revision: UInt64, body: [UInt8])] = [:]
  /// Answers that came from here.
  private(set) var hits = 0

  /// The answer to a request, where none of its rows has changed since.
  mutating func body(_ key: Key, revision: UInt64) -> [UInt8]? {
    guard let known = lists[key] else { return nil }
    guard known.revision == revision else {
      lists[key] = nil
      return nil
    }
    hits += 1
    return known.body
  }

  mutating func remember(_ stamp: Stamp, _ body: [UInt8]) {
    if lists.count >= AlertListCache.listsMax { lists.removeAll(keepingCapacity: true) }
    lists[stamp.key] = (stamp.revision, body)
  }
}
