import Foundation
import Messaging

/// A letter as bytes for a mail server (RFC 5322 and 2045).
///
/// Both parts travel as base64, so that nothing in them is a header, a boundary or an end.
enum Letter {
  /// Bytes of a line of base64.
  private static let lineBytesMax = 76
  /// Bytes of text in one encoded word: 45 become 60 characters, below the line's limit of 75.
  private static let wordBytesMax = 45
  private static let subjectBytesMax = 500

  static func bytes(
    _ message: MailMessage,
    from sender: String,
    at date: Date = Date()
  ) throws(MessagingError) -> [UInt8] {
    guard MailAddress.isValid(message.address), MailAddress.isValid(sender) else {
      throw MessagingError(.invalid, "the address is none")
    }
    let host = sender.split(separator: "@").last.map(String.init) ?? "localhost"
    let isName = message.id.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
    }
    guard isName, !message.id.isEmpty else {
      throw MessagingError(.invalid, "the letter's id is none")
    }
    // Cannot be in base64, nor in a header of ours.
    let boundary = "=_\(message.id)"
    let head = [
      "From: <\(sender)>", "To: <\(message.address)>", "Subject: \(try subject(message.subject))",
      "Date: \(stamp(date))", "Message-ID: <\(message.id)@\(host)>", "MIME-Version: 1.0",
      "Auto-Submitted: auto-generated",
      "Content-Type: multipart/alternative; boundary=\"\(boundary)\"", "",
    ]
    let lines =
      head + part("plain", message.text, boundary) + part("html", message.html, boundary)
      + ["--\(boundary)--", ""]
    return Array(lines.joined(separator: "\r\n").utf8)
  }

  private static func part(_ type: String, _ text: String, _ boundary: String) -> [String] {
    [
      "--\(boundary)", "Content-Type: text/\(type); charset=utf-8",
      "Content-Transfer-Encoding: base64", "",
    ] + lines(Data(text.utf8).base64EncodedString())
  }

  private static func lines(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return stride(from: 0, to: bytes.count, by: lineBytesMax).map {
      String(decoding: bytes[$0..<min($0 + lineBytesMax, bytes.count)], as: UTF8.self)
    }
  }

  /// A subject in encoded words; a line break in it is refused.
  static func subject(_ text: String) throws(MessagingError) -> String {
    guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }),
      text.utf8.count <= subjectBytesMax
    else { throw MessagingError(.invalid, "the subject has a line break or is too long") }
    var words: [String] = []
    var word = ""
    for character in text.unicodeScalars {
      if word.utf8.count + String(character).utf8.count > wordBytesMax {
        words.append(word)
        word = ""
      }
      word.unicodeScalars.append(character)
    }
    words.append(word)
    return words.map { "=?UTF-8?B?\(Data($0.utf8).base64EncodedString())?=" }
      .joined(separator: "\r\n ")
  }

  private static func stamp(_ date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss +0000"
    return formatter.string(from: date)
  }
}
