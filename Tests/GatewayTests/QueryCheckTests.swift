import HTTP
import Testing

@testable import Gateway

/// Queries that cannot be read, or that say what a route does not know.
struct QueryCheckTests {
  private static func objection(_ query: String, _ method: String, _ path: String) -> String? {
    objection(Array(query.utf8), method, path)
  }

  private static func objection(_ query: [UInt8], _ method: String, _ path: String) -> String? {
    guard
      let endpoint = Endpoint.all.first(where: {
        $0.path == path && $0.method.rawValue == method
      })
    else {
      Issue.record("there is no \(method) \(path)")
      return nil
    }
    return QueryCheck.objection(to: query.span, of: endpoint)?.message
  }

  private static let unreadable: [[UInt8]] =
    [
      "account=50%", "account=50%2", "account=%ZZ", "account=Zo%EB", "account=%FF",
      "limit=1&account=%",
      "account=%C3", "account=%ED%A0%80", "account=a&x=%80", "%FF=a", "%=1",
    ].map { Array($0.utf8) } + [Array("account=Zo".utf8) + [0xEB], [0xFF, 0x3D, 0x31]]

  @Test(arguments: unreadable)
  func `what cannot be decoded is refused by every route`(query: [UInt8]) {
    for endpoint in Endpoint.all {
      let objection = QueryCheck.objection(to: query.span, of: endpoint)
      #expect(objection != nil, "\(endpoint.method) \(endpoint.path)")
    }
  }

  @Test(arguments: [
    "", "account=P1", "account=Zo%C3%AB", "account=50%25", "account=a+b", "acc%6Funt=P1", "&&",
    "account=", "account", "account=P1&limit=10&", "api_key=x&account=P1", "account=a%00b",
  ])
  func `what can be read is taken`(query: String) {
    #expect(QueryCheckTests.objection(query, "GET", "/api/v1/transactions") == nil)
  }

  @Test(arguments: [
    ("acount=P1", "did you mean 'account'?"), ("Limit=1", "did you mean 'limit'?"),
    ("min-score=1", "did you mean 'min_score'?"),
    ("colour=red", "'colour' is unknown; known: limit"),
    ("account=a&account=b", "account stands twice"), ("account=a&acc%6Funt=b", "stands twice"),
    ("=1", "'' is unknown"), ("account%20=1", "did you mean 'account'?"),
  ])
  func `what a native route does not know is refused with the nearest`(query: String, says: String)
  {
    let objection = QueryCheckTests.objection(query, "GET", "/api/v1/transactions")
    #expect(objection?.contains(says) == true, "\(objection ?? "taken")")
  }

  @Test func `a route without parameters says so`() {
    let objection = QueryCheckTests.objection("source=card", "POST", "/api/v1/labels")
    #expect(objection == "'source' is unknown: this route has no parameters")
  }

  @Test(arguments: [
    ("GET", "/api/transactions"), ("GET", "/alerts"), ("POST", "/auth/login"),
    ("POST", "/alerts/create"),
    ("GET", "/api/v1/database/transactions"), ("POST", "/api/v1/score"), ("GET", "/latest"),
    ("GET", "/api/v1/batch/jobs"), ("GET", "/api/v1/monitoring/alerts"), ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/health"), ("GET", "/ws"), ("GET", "/api/v1/notifications/history"),
  ])
  func `clients of other systems may send what is not known here`(method: String, path: String) {
    #expect(QueryCheckTests.objection("_=17&limit=1&limit=2", method, path) == nil)
  }

  @Test func `our own routes are all strict, those of a service's port keep their manner`() {
    let strict = Endpoint.all.filter { $0.manner == .native }
    #expect(strict.allSatisfy { $0.path.hasPrefix("/api/v1/") })
    for surface in Surface.all {
      for endpoint in surface.endpoints where !endpoint.path.hasPrefix("/api/v1/") {
        let isUpload = ["/uploads", "/preview", "/trends", "/quality"].contains(endpoint.path)
        #expect((endpoint.manner == .native) == isUpload)
      }
    }
  }

  @Test func `a name in other bytes is the same name`() {
    let query = Array("x=1&acc%6Funt=P1".utf8)
    #expect(PercentCoding.value(of: "account", in: query.span) == "P1")
  }
}
