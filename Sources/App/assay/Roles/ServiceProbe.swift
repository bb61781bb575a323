import Gateway
import HTTPClient
import Monitoring
import Shell

/// Asks the services of other processes how they are, for the monitor.
enum ServiceProbe {
  /// What the monitor of the model process watches: itself, and the others over HTTP.
  static func all(_ gateway: Gateway, _ configuration: Configuration) throws -> [MonitoredService] {
    let own = gateway.watched(at: try url(configuration.address(of: .service(.model))))
    return try Surface.Service.allCases.map { service in
      let address = try configuration.address(of: .service(service))
      if service == .model, var model = own.first(where: { $0.id == service.rawValue }) {
        model.url = url(address)
        return model
      }
      return MonitoredService(id: service.rawValue, name: service.title, url: url(address)) {
        check(address, title: service.title)
      }
    }
  }

  private static func url(_ address: ServerAddress) -> String {
    "http://\(address.host):\(address.port)"
  }

  private static func check(
    _ address: ServerAddress,
    title: String
  ) -> MonitoredService.Condition {
    let request =
      "GET /health HTTP/1.1\r\nHost: \(address.host):\(address.port)\r\n"
      + "Connection: close\r\n\r\n"
    do throws(ClientError) {
      let reply = try ClientConnection(address).ask(Array(request.utf8), mayRepeat: false)
      guard case .whole(let answer) = reply else {
        return .unhealthy("\(title) gives no answer that can be read")
      }
      return answer.status == 200 ? .healthy : .unhealthy("it answers \(answer.status)")
    } catch {
      return .unavailable("it cannot be reached")
    }
  }
}
