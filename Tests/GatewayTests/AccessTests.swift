import HTTP
import Storage
import Testing

@testable import Gateway

/// Who may call which route: every route of the table, for each role and each scope.
struct AccessTests {
  /// The least that a route asks for, by hand: a change of the table has to be made here too.
  static let wanted: [String: String] = [
    "POST /api/v1/score": "score", "POST /api/v1/transactions": "score",
    "GET /api/v1/transactions": "read", "GET /api/v1/decisions/{id}": "read",
    "POST /api/v1/labels": "ingest", "POST /api/v1/activities": "ingest",
    "POST /api/v1/erasures": "admin", "GET /api/v1/erasures/{position}": "oversee",
    "GET /api/v1/quarantine": "read", "POST /api/v1/quarantine/{subject}/release": "admin",
    "GET /api/v1/projections": "read", "POST /api/v1/projections/{name}/rebuild": "admin",
    "GET /api/v1/stream": "read", "GET /ws": "local read", "GET /api/ws": "local read",
    "POST /api/transaction": "local score", "GET /api/transactions": "local read",
    "GET /latest": "local read", "GET /api/fetch": "local read", "POST /api/fetch": "local read",
    "GET /api/health": "open", "GET /api/": "open", "GET /health": "open", "GET /metrics": "open",
    "GET /ready": "open", "GET /api/v1/clock": "read", "POST /api/v1/clock/reset": "admin",
    "GET /": "open", "GET /openapi.json": "open", "GET /asyncapi.json": "open",
    "GET /docs": "open", "GET /docs/{file}": "open", "POST /auth/register": "open",
    "POST /auth/login": "open",
    "GET /tokentest": "token", "POST /tokentest": "token", "POST /api/v1/setup": "open",
    "POST /api/v1/login": "open", "POST /api/v1/logout": "user", "PUT /api/v1/password": "user",
    "GET /api/v1/me": "read", "GET /api/v1/users": "oversee", "POST /api/v1/users": "admin",
    "PUT /api/v1/users/{id}/role": "admin", "GET /api/v1/keys": "oversee",
    "POST /api/v1/keys": "admin", "POST /api/v1/keys/{id}/rotate": "admin",
    "DELETE /api/v1/keys/{id}": "admin", "GET /api/v1/audit": "oversee",
    "GET /services/status": "read", "GET /api/v1/monitoring/overview": "read",
    "GET /api/v1/monitoring/services": "read", "GET /api/v1/monitoring/metrics": "read",
    "GET /api/v1/monitoring/alerts": "read", "GET /api/v1/monitoring/health": "read",
    "POST /api/v1/monitoring/start": "admin", "POST /api/v1/monitoring/stop": "admin",
    "GET /api/v1/analytics/trends": "read",
    "GET /api/v1/analytics/quality": "read",
    "GET /api/v1/analytics/fraud-trends": "read",
    "GET /api/v1/analytics/transaction-patterns": "read",
    "GET /api/v1/analytics/risk-distribution": "read",
    "GET /api/v1/analytics/model-performance": "read",
    "GET /api/v1/analytics/dashboard-summary": "read",
    "GET /api/v1/analytics/health": "read",
    "GET /api/v1/ingest/stats": "read",
    "GET /api/v1/ingest/transactions": "read",
    "GET /api/v1/ingest/export": "read",
    "GET /api/v1/database/export": "read",
    "GET /api/v1/ingest/health": "read",
    "GET /api/v1/database/transactions": "read",
    "GET /api/v1/database/predictions": "read",
    "GET /api/v1/database/statistics": "read",
    "GET /api/v1/database/health": "read",
    "GET /api/v1/model/health": "read",
    "GET /api/v1/model/model/info": "read",
    "POST /api/v1/model/score": "score",
    "POST /api/v1/ingest/score": "score",
    "POST /api/v1/ingest/ingest": "score",
    "POST /api/v1/database/transactions": "score",
    "POST /api/v1/database/predictions": "score",
    "POST /alerts/create": "token", "POST /alerts/delete": "token",
    "POST /alerts/fetch_all": "token", "POST /alerts/fetch_all/": "token",
    "POST /alerts/fetch_all/{filter}": "token", "GET /alerts": "local read", "GET /end": "admin",
    "GET /api/v1/alerts": "read", "GET /api/v1/alerts/{id}": "read",
    "POST /api/v1/alerts/{id}/acknowledge": "ingest", "POST /api/v1/alerts/{id}/resolve": "ingest",
    "POST /api/v1/alerts/{id}/reopen": "ingest", "POST /api/v1/alerts/{id}/snooze": "ingest",
    "PUT /api/v1/contacts": "ingest", "DELETE /api/v1/contacts": "ingest",
    "POST /api/v1/notifications/fraud-alert": "ingest",
    "POST /api/v1/notifications/system-alert": "ingest",
    "POST /api/v1/notifications/subscribers": "admin",
    "GET /api/v1/notifications/subscribers": "oversee",
    "DELETE /api/v1/notifications/subscribers/{id}": "admin",
    "GET /api/v1/notifications/history": "read", "GET /api/v1/notifications/stats": "read",
    "GET /api/v1/notifications/health": "read", "POST /api/v1/webhooks": "admin",
    "GET /api/v1/webhooks": "oversee", "DELETE /api/v1/webhooks/{id}": "admin",
    "GET /api/v1/webhooks/dead-letters": "oversee",
    "POST /api/v1/webhooks/dead-letters/replay": "admin",
    "POST /api/v1/webhooks/dead-letters/{id}/replay": "admin",
    "POST /api/v1/batch/jobs": "score", "GET /api/v1/batch/jobs": "read",
    "GET /api/v1/batch/jobs/{id}": "read", "DELETE /api/v1/batch/jobs/{id}": "score",
    "GET /api/v1/batch/jobs/{id}/results": "read", "GET /api/v1/batch/jobs/{id}/errors": "read",
    "GET /api/v1/batch/jobs/{id}/events": "read", "GET /api/v1/batch/stats": "read",
    "GET /api/v1/batch/health": "read", "POST /api/v1/batch/uploads": "score",
    "POST /api/v1/batch/preview": "score",
  ]

  private static func word(_ access: Endpoint.Access) -> String {
    switch access {
    case .open: "open"
    case .needs(let permission): permission.word
    case .local(let permission): "local " + permission.word
    case .user: "user"
    case .token: "token"
    }
  }

  @Test func `every route asks for what the table here says`() {
    var found: [String: String] = [:]
    for endpoint in Endpoint.all {
      let name = "\(endpoint.method.rawValue) \(endpoint.path)"
      #expect(found[name] == nil, "\(name) is there twice")
      found[name] = AccessTests.word(endpoint.access)
    }
    for (name, word) in found { #expect(AccessTests.wanted[name] == word, "\(name)") }
    #expect(found.count == AccessTests.wanted.count)
  }

  /// What each role, and each scope of a key, may do.
  static let rights: [(String, Permissions, Set<String>)] = {
    let all: Set = ["read", "score", "ingest", "oversee", "admin"]
    var table: [(String, Permissions, Set<String>)] = [
      ("frontend and test", .client, ["read", "score"]), ("nobody", [], []),
      ("subscriber", Role.subscriber.permissions, []),
      ("viewer", Role.viewer.permissions, ["read"]),
      ("analyst", Role.analyst.permissions, ["read", "score", "ingest"]),
      ("manager", Role.manager.permissions, ["read", "score", "ingest", "oversee"]),
      ("admin", Role.admin.permissions, all),
    ]
    for permission in Permission.allCases {
      let words: Set = permission == .administer ? all : [permission.word]
      table.append(("scope \(permission.word)", Permissions([permission]), words))
    }
    return table
  }()

  @Test(arguments: rights.map(\.0))
  func `each may do its own and nothing else`(_ who: String) throws {
    let (_, permissions, may) = try #require(AccessTests.rights.first { $0.0 == who })
    for endpoint in Endpoint.all {
      switch endpoint.access {
      case .needs(let needed), .local(let needed):
        #expect(
          permissions.contains(needed) == may.contains(needed.word),
          "\(who): \(endpoint.path)"
        )
      case .open, .user, .token: break
      }
    }
  }

  @Test func `what changes something is for nobody without a role`() {
    for endpoint in Endpoint.all where endpoint.method != .get {
      guard case .needs(let needed) = endpoint.access else { continue }
      #expect(needed != .read && needed != .oversee, "\(endpoint.path)")
      #expect(needed.role > .viewer)
    }
  }

  @Test func `probes are not counted, and everything else is`() {
    for endpoint in Endpoint.all {
      let isProbe = [
        "/health", "/ready", "/metrics", "/", "/api/health", "/api/", "/openapi.json",
        "/asyncapi.json",
        "/docs", "/docs/{file}",
      ].contains(endpoint.path)
      #expect((endpoint.rate == .none) == isProbe, "\(endpoint.path)")
    }
  }

  /// What is sent and leaves no line in the audit log by its route, and why not.
  static let unnoted: [String: Set<String>] = [
    "the route's own work writes it": [
      "/auth/register", "/auth/login", "/api/v1/setup", "/api/v1/login", "/api/v1/logout",
      "/api/v1/password", "/api/v1/users", "/api/v1/users/{id}/role", "/api/v1/keys",
      "/api/v1/keys/{id}/rotate", "/api/v1/keys/{id}", "/api/v1/erasures",
    ],
    "payments, which stand in the log": [
      "/api/v1/score", "/api/v1/transactions", "/api/transaction", "/api/v1/model/score",
      "/api/v1/ingest/score", "/api/v1/ingest/ingest", "/api/v1/database/transactions",
    ],
    "it is compared with what is known, and nothing is kept": ["/api/v1/database/predictions"],
    "a read, as its system has it": [
      "/api/fetch", "/tokentest", "/alerts/fetch_all", "/alerts/fetch_all/",
      "/alerts/fetch_all/{filter}", "/api/v1/batch/preview",
    ],
  ]

  @Test func `every change is in the audit log, or stands here with the reason why not`() {
    let unnoted = AccessTests.unnoted.values.reduce(into: Set()) { $0.formUnion($1) }
    var without: Set<String> = []
    for endpoint in Endpoint.all where endpoint.method != .get {
      if endpoint.action == nil { without.insert(endpoint.path) }
    }
    #expect(without == unnoted)
    #expect(unnoted.count == AccessTests.unnoted.values.reduce(0) { $0 + $1.count })
    let changes = Set(Endpoint.all.compactMap { $0.method == .get ? $0.action : nil })
    #expect(changes == ["prices.end"], "S0's GET that changes something")
    let data = Set(Endpoint.all.filter(\.sendsData).compactMap(\.action))
    #expect(data == ["label.send", "activity.send"])
  }

  @Test func `a service's own port notes what the whole interface notes`() {
    let noted = Set(Endpoint.all.compactMap(\.action))
    for surface in Surface.all {
      for endpoint in surface.endpoints where endpoint.method != .get {
        guard case .service(let service) = surface else { continue }
        let whole = Endpoint.all.first {
          $0.method == endpoint.method && $0.path == service.prefix + endpoint.path.dropFirst()
        }
        #expect(whole?.action == endpoint.action, "\(surface.word) \(endpoint.path)")
      }
    }
    #expect(noted.contains("alert.create") && noted.contains("alert.delete"))
  }

  @Test func `what is not counted is guarded all the same`() {
    let (anybody, reader) = (Client("key:none"), Client("key:reader", Permissions([.read])))
    let wanted: [(Endpoint.Access, Credential, Objection?)] = [
      (.needs(.administer), .none, .missing), (.needs(.administer), .unknownKey, .unknownKey),
      (.needs(.administer), .badToken, .badToken),
      (.needs(.administer), .known(reader, isUser: true), .lacks(.administer)),
      (.needs(.read), .known(anybody, isUser: false), .lacks(.read)),
      (.needs(.read), .known(reader, isUser: false), nil),
      (.local(.read), .none, .missing), (.local(.read), .known(reader, isUser: true), nil),
      (.user, .known(reader, isUser: false), .noUser), (.user, .known(reader, isUser: true), nil),
      (.user, .none, .missing), (.token, .none, .missingToken), (.token, .badToken, .invalidToken),
      (.token, .known(reader, isUser: false), .invalidToken),
      (.token, .known(anybody, isUser: true), nil), (.open, .none, nil),
    ]
    for (access, credential, objection) in wanted {
      #expect(access.objection(to: credential) == objection, "\(access), \(credential)")
    }
    #expect(Endpoint.Access.open.isOpen(to: false))
    #expect(Endpoint.Access.local(.read).isOpen(to: true))
    #expect(!Endpoint.Access.local(.read).isOpen(to: false))
    for access in [Endpoint.Access.needs(.read), .user, .token] {
      #expect(!access.isOpen(to: true), "\(access)")
    }
  }

  @Test func `the least role of a permission is named`() {
    #expect(Permission.allCases.map(\.role) == [.analyst, .viewer, .analyst, .manager, .admin])
    #expect(Permissions(words: ["read", "ingest"])?.words == ["read", "ingest"])
    #expect(Permissions(words: []) == nil)
    #expect(Permissions(words: ["read", "root"]) == nil)
  }

  @Test(arguments: [
    ("http://localhost:3000", true), ("https://127.0.0.1", true), ("http://[::1]:80", true),
    ("https://desk.example.org", true), ("HTTPS://DESK.example.org", true),
    ("https://desk.example.org.evil.example", false), ("https://evil.example", false),
    ("http://localhost.evil.example", false), ("http://localhost:80.evil.example", false),
    ("http://desk.example.org", false), ("null", false), ("", false),
    ("file://localhost", false), ("localhost", false),
  ])
  func `pages of named origins and of this machine are trusted`(_ origin: String, _ isTrusted: Bool)
  {
    let crossOrigin = CrossOrigin(["https://desk.example.org"])
    #expect(crossOrigin.isTrusted(origin) == isTrusted)
  }
}
