package import Intake
package import Storage

extension Gateway {
  /// What a gateway is told by its configuration.
  package struct Settings: Sendable {
    package var secrets: any Secrets
    /// Keys that come from the configuration, beside those of the identity store.
    package var clients: [ConfiguredClient]
    package var tokenizer: CardTokenizer
    /// Sources whose ids are numbers, which are never taken for card numbers.
    package var numericIds: Set<String> = []
    /// The version of the program.
    package var version = ""
    /// The page at `/`.
    package var page: [UInt8]
    /// The status of a transaction that the shop's form sent: 201, or 200 for its older clients.
    package var shopStatus: Int
    /// What a client may do that has no limit of its own.
    package var rate = RateLimit.general
    /// Whether that holds for clients on this machine too.
    package var rateHoldsHere = false
    /// Whose pages browsers may let use the interface, such as `https://desk.example.org`.
    package var origins: [String] = []
    /// What the page at `/` loads, by its names below `/docs`.
    package var pageParts: [String: [UInt8]] = [:]
    /// Whether all requests are told of, with their traces, whatever the access log has.
    package var traces = false
    /// What the page of the interface is made of.
    package var documents = DocumentFiles()
    /// Which requests stand in the access log.
    package var accessLog = AccessLog.off
    /// What each of the loop's ports serves, in their order.
    package var surfaces = [Surface.whole]
    /// What processes that relay to this one prove themselves with.
    package var serviceKey: String?

    package init(
      secrets: any Secrets,
      clients: [ConfiguredClient],
      tokenizer: @escaping CardTokenizer,
      page: [UInt8],
      shopStatus: Int = 201
    ) {
      self.secrets = secrets
      self.clients = clients
      self.tokenizer = tokenizer
      self.page = page
      self.shopStatus = shopStatus
    }
  }

  /// A key that the configuration brings.
  package struct ConfiguredClient: Sendable {
    package var name: String
    package var key: String
    package var permissions: Permissions

    package init(name: String, key: String, permissions: Permissions) {
      self.name = name
      self.key = key
      self.permissions = permissions
    }
  }
}
