import CCurl
package import Messaging

/// Takes letters to a mail server and asks web servers, by libcurl.
///
/// Calls block; any thread may make them.
package struct Courier: MailTransport, WebTransport {
  /// Where mail goes.
  package struct MailServer: Sendable {
    package var host: String
    package var port: Int
    package var username: String?
    package var password: String?
    /// The address that letters come from.
    package var sender: String

    package init(
      host: String,
      port: Int,
      username: String?,
      password: String?,
      sender: String
    ) {
      self.host = host
      self.port = port
      self.username = username
      self.password = password
      self.sender = sender
    }
  }

  static let mailMilliseconds = 20_000
  static let webMilliseconds = 10_000
  /// What is read of a server's answer.
  static let answerBytesMax = 4 << 20
  /// The port where TLS comes before anything else.
  private static let implicitTLSPort = 465

  private let server: MailServer?
  private let trusted: String?
  private let flag = StopFlag()

  /// A courier; `trusted` is a file of certificates that are trusted beside the system's.
  package init(mail server: MailServer?, trusted: String? = nil) {
    self.server = server
    self.trusted = trusted
  }

  /// Gives all transfers up; for the end of the program.
  package func stop() { flag.raise() }

  package var isConfigured: Bool { server != nil }

  package func send(_ message: MailMessage) throws(MessagingError) {
    guard let server else { throw MessagingError(.invalid, "there is no mail server") }
    let letter = try Letter.bytes(message, from: server.sender)
    let isImplicit = server.port == Courier.implicitTLSPort
    let scheme = isImplicit ? "smtps" : "smtp"
    let transfer = try Transfer(
      "\(scheme)://\(server.host):\(server.port)",
      trusted: trusted,
      flag: flag,
      milliseconds: Courier.mailMilliseconds,
      answerBytesMax: 64 << 10
    )
    try transfer.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
    if let username = server.username {
      try transfer.set(CURLOPT_USERNAME, username)
      try transfer.set(CURLOPT_PASSWORD, server.password ?? "")
    }
    try transfer.set(CURLOPT_MAIL_FROM, "<\(server.sender)>")
    try transfer.set(CURLOPT_MAIL_RCPT, ["<\(message.address)>"])
    try transfer.send(letter)
  }

  private func transfer(to url: String) throws(MessagingError) -> Transfer {
    guard WebAddress.isValid(url) else {
      throw MessagingError(.invalid, "the address is not https, nor http on this machine")
    }
    return try Transfer(
      url,
      trusted: trusted,
      flag: flag,
      milliseconds: Courier.webMilliseconds,
      answerBytesMax: Courier.answerBytesMax
    )
  }

  package func get(_ url: String) throws(MessagingError) -> WebAnswer {
    let transfer = try transfer(to: url)
    try transfer.set(CURLOPT_HTTPHEADER, ["Accept: application/json", "User-Agent: assay"])
    return try transfer.run()
  }

  package func post(
    _ url: String,
    fields: [(name: String, value: String)],
    json: [UInt8]
  ) throws(MessagingError) -> WebAnswer {
    let transfer = try transfer(to: url)
    let lines = fields.map { "\($0.name): \($0.value)" }
    try transfer.set(
      CURLOPT_HTTPHEADER,
      ["Content-Type: application/json", "User-Agent: assay", "Expect:"] + lines
    )
    try transfer.post(json)
    return try transfer.run()
  }
}
