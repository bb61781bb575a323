import HTTP
import Storage

/// What one port serves: the whole interface, or one service of S1 by the paths it has there.
package enum Surface: Sendable, Hashable {
  case whole
  case service(Service)

  /// A service of S1 behind its gateway.
  package enum Service: String, Sendable, CaseIterable {
    case model
    case analytics
    case database
    case notification
    case batch
    case monitoring
    case ingest

    /// The port that S1 gives it (S1.1).
    package var port: UInt16 {
      switch self {
      case .model: 8001
      case .analytics: 8002
      case .database: 8003
      case .notification: 8004
      case .batch: 8005
      case .monitoring: 8006
      case .ingest: 9001
      }
    }

    /// What its paths begin with on the whole interface.
    package var prefix: String {
      self == .notification ? "/api/v1/notifications/" : "/api/v1/\(rawValue)/"
    }

    /// What S1 calls it.
    package var title: String {
      rawValue.prefix(1).uppercased() + rawValue.dropFirst() + " Service"
    }
  }

  /// All of them, the whole interface first.
  package static let all: [Surface] = [.whole] + Service.allCases.map { .service($0) }

  /// Such as `analytics`; the whole interface is `gateway`.
  package var word: String {
    switch self {
    case .whole: "gateway"
    case .service(let service): service.rawValue
    }
  }

  package init?(word: String) {
    guard let surface = Surface.all.first(where: { $0.word == word }) else { return nil }
    self = surface
  }

  /// Its place in `all`.
  var number: Int { Surface.all.firstIndex(of: self) ?? 0 }

  /// The routes that are reached by it.
  var endpoints: [Endpoint] {
    switch self {
    case .whole: Endpoint.all
    case .service(let service):
      Endpoint.ofItsOwn(service)
        + Endpoint.all.filter { $0.path.hasPrefix(service.prefix) }.map { $0.bare(of: service) }
    }
  }
}

extension Endpoint {
  /// The route as S1's service has it: without prefix, and open to this machine, where S1 asks for
  /// no key behind its gateway.
  fileprivate func bare(of service: Surface.Service) -> Endpoint {
    let path = "/" + path.dropFirst(service.prefix.count)
    let isProbe = path == "/health"
    var access = access
    if case .needs(let permission) = access { access = .local(permission) }
    return reached(
      by: path,
      isProbe ? .open : access,
      rate: isProbe ? .none : rate
    )
  }

  /// Routes that a service's port has and the whole interface has not under its prefix (K13).
  fileprivate static func ofItsOwn(_ service: Surface.Service) -> [Endpoint] {
    switch service {
    case .model:
      of(
        .services,
        [
          Endpoint(.get, "/metrics", .open, rate: .none) { gateway, _, _, _, answer in
            gateway.writeMetrics(&answer)
            return .answered
          }
        ]
      )
    case .monitoring:
      of(
        .services,
        [
          Endpoint(.get, "/metrics", .local(.read), query: ["limit"]) {
            gateway,
            request,
            _,
            _,
            answer in
            if request.header("Accept")?.contains("text/plain") == true {
              gateway.writeMetrics(&answer)
            } else {
              gateway.monitoringMetrics(request, &answer)
            }
            return .answered
          }
        ]
      )
    case .analytics, .database, .notification, .batch, .ingest: []
    }
  }
}
