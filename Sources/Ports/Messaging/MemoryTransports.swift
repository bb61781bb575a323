import Synchronization

/// The reference of `MailTransport`: letters in a list, gone with the process.
package final class MemoryMail: MailTransport {
  private let letters = Mutex<[MailMessage]>([])
  private let failure = Mutex<MessagingError?>(nil)
  package let isConfigured: Bool

  package init(isConfigured: Bool = true) { self.isConfigured = isConfigured }

  /// What was sent, in order.
  package var sent: [MailMessage] { letters.withLock { $0 } }

  /// From now on letters fail so; nil lets them through.
  package func fail(_ error: MessagingError?) { failure.withLock { $0 = error } }

  package func send(_ message: MailMessage) throws(MessagingError) {
    if let error = failure.withLock({ $0 }) { throw error }
    guard MailAddress.isValid(message.address) else {
      throw MessagingError(.invalid, "the address is none")
    }
    letters.withLock { $0.append(message) }
  }
}

/// The reference of `WebTransport`: answers from a function.
package final class MemoryWeb: WebTransport {
  package struct Request: Sendable {
    package var url: String
    package var fields: [String: String]
    package var json: [UInt8]
  }

  private let asked = Mutex<[Request]>([])
  private let answer: @Sendable (Request) throws(MessagingError) -> WebAnswer

  package init(_ answer: @escaping @Sendable (Request) throws(MessagingError) -> WebAnswer) {
    self.answer = answer
  }

  /// What was asked, in order.
  package var requests: [Request] { asked.withLock { $0 } }

  package func get(_ url: String) throws(MessagingError) -> WebAnswer {
    try post(url, fields: [], json: [])
  }

  package func post(
    _ url: String,
    fields: [(name: String, value: String)],
    json: [UInt8]
  ) throws(MessagingError) -> WebAnswer {
    let named = Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
    let request = Request(url: url, fields: named, json: json)
    asked.withLock { $0.append(request) }
    return try answer(request)
  }
}
