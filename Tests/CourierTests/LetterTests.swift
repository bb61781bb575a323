import Foundation
import Messaging
import Testing

@testable import Courier

struct LetterTests {
  private func letter(
    subject: String = "Hello",
    text: String = "plain",
    html: String = "<p>",
    id: String = "assay-1",
    address: String = "ann@example.org"
  ) -> MailMessage {
    MailMessage(id: id, address: address, subject: subject, text: text, html: html)
  }

  private func lines(_ message: MailMessage) throws -> [String] {
    let bytes = try Letter.bytes(
      message,
      from: "me@example.org",
      at: Date(timeIntervalSince1970: 0)
    )
    return String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
  }

  @Test func `a letter has its headers and both texts as base64`() throws {
    let lines = try lines(letter())
    #expect(lines.contains("From: <me@example.org>"))
    #expect(lines.contains("To: <ann@example.org>"))
    #expect(lines.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000"))
    #expect(lines.contains("Message-ID: <assay-1@example.org>"))
    #expect(lines.contains("Subject: =?UTF-8?B?SGVsbG8=?="))
    #expect(lines.contains(Data("plain".utf8).base64EncodedString()))
    #expect(lines.contains(Data("<p>".utf8).base64EncodedString()))
    #expect(lines.filter { $0 == "--=_assay-1" }.count == 2)
    #expect(lines.suffix(2) == ["--=_assay-1--", ""])
  }

  @Test func `whatever the texts hold, no line of them is a header, a boundary or an end`() throws {
    let hostile = "\r\n.\r\n--=_assay-1--\r\nBcc: x@y\r\n" + String(repeating: "é", count: 5000)
    let lines = try lines(letter(text: hostile, html: hostile))
    #expect(lines.allSatisfy { $0.utf8.count <= 78 })
    #expect(!lines.contains { $0.hasPrefix("Bcc") || $0 == "." })
    #expect(lines.filter { $0 == "--=_assay-1--" }.count == 1)
  }

  @Test(arguments: [
    "a\r\nBcc: x@y", "a\nb", "a\u{0}b", "\u{7F}", String(repeating: "x", count: 501),
  ])
  func `a subject with a line break is refused`(_ subject: String) {
    #expect(throws: MessagingError.self) { try Letter.subject(subject) }
  }

  @Test func `long subjects are folded between characters`() throws {
    let subject = String(repeating: "🚨é", count: 40)
    let words = try Letter.subject(subject).components(separatedBy: "\r\n ")
    #expect(words.count > 3 && words.allSatisfy { $0.utf8.count <= 75 })
    let text = words.map { word in
      let code = String(word.dropFirst("=?UTF-8?B?".count).dropLast(2))
      return String(decoding: Data(base64Encoded: code) ?? Data(), as: UTF8.self)
    }.joined()
    #expect(text == subject)
  }

  @Test(arguments: ["", "a b", "a\r\nb", "<x>", "A", "é"])
  func `an id that is none is refused`(_ id: String) {
    #expect(throws: MessagingError.self) { try lines(letter(id: id)) }
  }

  @Test(arguments: [
    ("ann@example.org", true), ("a.b+c@x", true), ("a@127.0.0.1", true), ("", false), ("@", false),
    ("a@", false), ("@b", false), ("a@b@c", false), ("a b@c", false), ("a@b\r\nRCPT", false),
    ("<a@b>", false), ("a,b@c", false), ("\"a\"@b", false), ("a@b..c", false), ("a@-b", false),
    (".a@b", false), ("-a@b", false), ("é@b.c", false), ("a@b c", false),
    (String(repeating: "a", count: 65) + "@b", false),
    ("a@" + String(repeating: "b", count: 64), false),
  ])
  func `an address is one name and one host`(_ text: String, _ isValid: Bool) {
    #expect(MailAddress.isValid(text) == isValid)
    if !isValid {
      #expect(throws: MessagingError.self) { try lines(letter(address: text)) }
    }
  }

  @Test(arguments: [
    ("https://example.org", true), ("https://example.org:8443/a?b#c", true),
    ("http://127.0.0.1:80/", true), ("http://localhost", true), ("http://[::1]:8080/x", true),
    ("https://[2001:db8::1]/", true), ("http://example.org", false),
    ("http://localhost.example.org", false), ("http://127.0.0.1.example.org", false),
    ("http://localhost@example.org", false), ("https://a:b@c", false), ("https://", false),
    ("https:///x", false), ("https://a\\b", false), ("https://a b", false), ("https://a:x", false),
    ("https://a:70000", false), ("ftp://a", false), ("HTTPS://a", false), ("https://a\r\nb", false),
    ("https://é", false),
  ])
  func `an address of the web is https, or this machine`(_ text: String, _ isValid: Bool) {
    #expect(WebAddress.isValid(text) == isValid)
  }

  @Test func `addresses are masked`() {
    #expect(MailAddress.masked("ann@example.org") == "a…@example.org")
    #expect(MailAddress.masked("nobody") == "…")
  }

  @Test func `a courier without a server takes nothing`() {
    #expect(!Courier(mail: nil).isConfigured)
    #expect(throws: MessagingError.self) { try Courier(mail: nil).send(letter()) }
    #expect(throws: MessagingError.self) { try Courier(mail: nil).get("http://example.org") }
    #expect(throws: MessagingError.self) { try Courier(mail: nil).get("file:///etc/passwd") }
  }
}
