@testable import HTTP
import Testing

@Suite struct RouterTests {
  /// The handler, the status of a miss, or the methods allowed.
  private func find(_ method: HTTPMethod, _ path: String) -> String {
    var router = Router()
    router.add(.get, "/", handler: 0)
    router.add(.get, "/cases", handler: 1)
    router.add(.post, "/cases", handler: 2)
    router.add(.get, "/cases/open", handler: 3)
    router.add(.get, "/cases/{id}", handler: 4)
    router.add(.delete, "/cases/{id}/notes/{note}", handler: 5)
    let bytes = Array(path.utf8)
    switch router.match(method, bytes.span) {
    case .notFound: return "404"
    case .methodNotAllowed(let allow): return "405 \(allow)"
    case .found(let handler, let segments):
      let names = (0..<4).map { segments[$0] }.filter { $0.end > 0 }.map {
        String(decoding: bytes[Int($0.start)..<Int($0.end)], as: UTF8.self)
      }
      return ([String(handler)] + names).joined(separator: " ")
    }
  }

  @Test(arguments: [
    ("/", "0"), ("/cases", "1"), ("/cases/open", "3"), ("/cases/7", "4 7"),
    ("/cases/%2e%2e", "4 %2e%2e"), ("/cases/", "404"), ("/cases//", "404"), ("//", "404"),
    ("", "404"), ("/case", "404"), ("/casesx", "404"), ("/Cases", "404"), ("*", "404"),
    ("/cases/7/notes/9", "405 DELETE"), ("/cases/7/notes", "404"), ("/cases/7/notes/9/", "404"),
  ])
  func `a path finds its route`(_ path: String, _ found: String) {
    #expect(find(.get, path) == found)
  }

  @Test func `the method decides between routes of one path`() {
    #expect(find(.post, "/cases") == "2")
    #expect(find(.head, "/cases") == "1")
    #expect(find(.put, "/cases") == "405 GET, HEAD, POST")
    #expect(find(.delete, "/cases/7/notes/9") == "5 7 9")
  }
}
