import Gateway
import HTTP
import HTTPClient
import Shell

/// The ports that the owner of the data directory listens on, and what each serves.
struct Listening {
  var ports: [UInt16]
  var surfaces: [Surface]

  /// Ports on which the other systems had their pages (K1).
  private static let pages: [UInt16] = [8080, 3000, 3001, 8501, 8050, 9000]

  init(_ configuration: Configuration, _ role: Surface?, compatible: Bool) throws {
    if let role {
      ports = [try configuration.address(of: role).port]
      surfaces = [role]
      return
    }
    ports = [UInt16(configuration.port)]
    surfaces = [.whole]
    guard compatible else { return }
    for service in Surface.Service.allCases {
      ports.append(try configuration.address(of: .service(service)).port)
      surfaces.append(.service(service))
    }
    for page in Listening.pages where page != ports[0] {
      ports.append(page)
      surfaces.append(.whole)
    }
  }
}
