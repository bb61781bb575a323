/// A letter to one person, in plain text and in HTML.
package struct MailMessage: Sendable, Hashable {
  /// The same for each attempt, so that a repetition can be told.
  package var id: String
  package var address: String
  package var subject: String
  package var text: String
  package var html: String

  package init(id: String, address: String, subject: String, text: String, html: String) {
    self.id = id
    self.address = address
    self.subject = subject
    self.text = text
    self.html = html
  }
}

/// Takes letters to the mail server.
package protocol MailTransport: Sendable {
  /// Whether there is a server to take them to.
  var isConfigured: Bool { get }

  /// Returns when the server has taken a letter over.
  func send(_ message: MailMessage) throws(MessagingError)
}

/// What can be an address of a letter.
package enum MailAddress {
  package static let bytesMax = 254

  /// Whether a text has one name, one @ and one host, in ASCII without anything that a header or
  /// a server's command could take for more.
  package static func isValid(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: 0x40, omittingEmptySubsequences: false)
    guard text.utf8.count <= bytesMax, parts.count == 2, let name = parts.first,
      let host = parts.last, !name.isEmpty, name.count <= 64, !host.isEmpty
    else { return false }
    let marks = Array("!#$%&'*+-/=?^_`{|}~.".utf8)
    func isPlain(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    let labels = host.split(separator: 0x2E, omittingEmptySubsequences: false)
    return name.allSatisfy { isPlain($0) || marks.contains($0) }
      && name.first != 0x2E && name.last != 0x2E && name.first != 0x2D
      && labels.allSatisfy { label in
        !label.isEmpty && label.count <= 63 && label.first != 0x2D && label.last != 0x2D
          && label.allSatisfy { isPlain($0) || $0 == 0x2D }
      }
  }

  /// An address for logs and answers: its first letter and its host.
  package static func masked(_ text: String) -> String {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = parts[0].first else { return "…" }
    return "\(first)…@\(parts[1])"
  }
}
