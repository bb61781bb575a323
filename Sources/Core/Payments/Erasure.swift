/// The body of an erasure entry: what is kept of an account besides the log is to go, as far as it
/// came before the entry.
///
/// The engine passes it over: no window and no decision changes by it.
package struct Erasure: Sendable, Equatable {
  package let source: UInt16
  /// As transactions have it; of a card its token.
  package let account: String

  private static let lengths = 1...TransactionRecord.textBytesMax

  /// An account of another length must have been refused before; here it traps.
  package init(source: UInt16, account: String) {
    precondition(Erasure.lengths.contains(account.utf8.count), "no account has this length")
    self.source = source
    self.account = account
  }

  /// Accounts are compared byte by byte, as windows and databases do.
  package static func == (a: Erasure, b: Erasure) -> Bool {
    a.source == b.source && a.account.utf8.elementsEqual(b.account.utf8)
  }

  /// The entry's body.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: source)
    bytes.append(text: account)
    return bytes
  }

  package init(_ body: [UInt8]) throws(DecodingFailure) {
    var reader = ByteReader(body)
    source = try reader.integer()
    let place = reader.offset
    account = try reader.text()
    guard Erasure.lengths.contains(account.utf8.count) else {
      throw DecodingFailure("an account of \(account.utf8.count) bytes", at: place)
    }
  }
}
