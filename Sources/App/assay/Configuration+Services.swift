import Foundation
import Gateway
import HTTPClient
import Shell

// Where the processes of an installation that runs S1's services apart reach one another.
extension Configuration {
  /// The variable of each service's address (S1.48), the gateway's included.
  private static func variable(of surface: Surface) -> String {
    surface == .whole ? "API_GATEWAY_URL" : surface.word.uppercased() + "_SERVICE_URL"
  }

  static let serviceSettings =
    [
      Setting(
        flag: nil,
        variable: "ASSAY_SERVICE_KEY",
        value: "KEY",
        help: "what the processes of one installation share (for --role)"
      )
    ]
    + Surface.all.map { surface in
      Setting(
        flag: nil,
        variable: variable(of: surface),
        value: "URL",
        help: "where the service '\(surface.word)' is reached (for --role)"
      )
    }

  /// A shorter key is found by trying.
  static let secretBytesMin = 16

  /// A key that is long enough; blanks around it count for nothing.
  static func secret(_ name: String, _ text: String) throws(UsageError) -> String {
    guard text.trimmingCharacters(in: .whitespacesAndNewlines).utf8.count >= secretBytesMin else {
      throw UsageError(
        "\(name) has \(secretBytesMin) bytes or more, so that nobody finds it by trying; make one"
          + " with 'openssl rand -hex 32'"
      )
    }
    return text
  }

  mutating func setService(_ variable: String, _ text: String) throws(UsageError) {
    guard variable != "ASSAY_SERVICE_KEY" else {
      return serviceKey = try Configuration.secret(variable, text)
    }
    do throws(ClientError) {
      _ = try ServerAddress(text)
    } catch {
      throw UsageError("\(variable): \(error)")
    }
    serviceURLs[variable] = text
  }

  /// The effective values by name, the secret hidden.
  var shownServices: [(name: String, value: String)] {
    let key = serviceKey == nil ? "(not set)" : "(set, hidden)"
    return [("ASSAY_SERVICE_KEY", key)]
      + serviceURLs.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }

  /// Where a service is reached: its setting, or S1's port of this machine.
  func address(of surface: Surface) throws -> ServerAddress {
    if let text = serviceURLs[Configuration.variable(of: surface)] {
      return try ServerAddress(text)
    }
    return try ServerAddress("http://127.0.0.1:\(Configuration.port(of: surface, port))")
  }

  /// S1's port of a service; the gateway has the port of the whole interface.
  private static func port(of surface: Surface, _ whole: Int) -> Int {
    switch surface {
    case .whole: whole
    case .service(let service): Int(service.port)
    }
  }

  /// Where all of them are.
  func addresses() throws -> Relay.Addresses {
    var found: [Surface.Service: ServerAddress] = [:]
    for service in Surface.Service.allCases {
      found[service] = try address(of: .service(service))
    }
    return Relay.Addresses(found)
  }

  /// The environment that makes another process of this program find the installation's others.
  func environment(serviceKey: String) throws -> [String: String] {
    var values = ["ASSAY_SERVICE_KEY": serviceKey]
    for surface in Surface.all {
      let address = try address(of: surface)
      values[Configuration.variable(of: surface)] = "http://\(address.host):\(address.port)"
    }
    return values
  }
}
