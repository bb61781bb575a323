import Foundation
import HTTP
import Storage
import Testing

@testable import Gateway

/// The description of the interface says what the router does.
struct InterfaceDocumentTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../docs/interface").standardized

  private static func object(_ text: StaticString) throws -> [String: Any] {
    let found = try JSONSerialization.jsonObject(with: Data("\(text)".utf8))
    return try #require(found as? [String: Any])
  }

  @Test func `every route stands in it, with what it asks for, and nothing else does`() throws {
    let document = try InterfaceDocumentTests.object(Openapi.text)
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    var described: [String: String] = [:]
    for (path, methods) in paths {
      for (method, operation) in methods {
        var access = operation["x-permission"] as? String ?? "open"
        if operation["x-open-to-this-machine"] as? Bool == true { access = "local \(access)" }
        let security = try #require(operation["security"] as? [[String: Any]])
        if access == "open", !security.isEmpty {
          access = security.contains { $0["bearer"] != nil } ? "user" : "token"
        }
        described["\(method.uppercased()) \(path)"] = access
      }
    }
    for endpoint in Endpoint.all {
      let name = "\(endpoint.method.rawValue) \(endpoint.path)"
      let access =
        switch endpoint.access {
        case .open: "open"
        case .needs(let permission): permission.word
        case .local(let permission): "local " + permission.word
        case .user: "user"
        case .token: "token"
        }
      #expect(described[name] == access, "\(name)")
    }
    #expect(described.count == Endpoint.all.count)
  }

  @Test func `every parameter of a query stands in it, and nothing else does`() throws {
    let document = try InterfaceDocumentTests.object(Openapi.text)
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    for endpoint in Endpoint.all {
      let operation = paths[endpoint.path]?[endpoint.method.rawValue.lowercased()]
      let parameters = operation?["parameters"] as? [[String: Any]] ?? []
      let names = parameters.filter { $0["in"] as? String == "query" }
        .compactMap { $0["name"] as? String }
      #expect(names.sorted() == endpoint.query.sorted(), "\(endpoint.method) \(endpoint.path)")
    }
  }

  @Test(arguments: ["openapi", "asyncapi"])
  func `what is served is the file in docs`(_ name: String) throws {
    let path = InterfaceDocumentTests.folder.appending(path: "\(name).json")
    let text = try String(contentsOf: path, encoding: .utf8)
    let served = name == "openapi" ? Openapi.text : Asyncapi.text
    #expect("\(served)" + "\n" == text, "run 'make embed'")
  }

  @Test(arguments: ["openapi", "asyncapi"])
  func `each shape that is referred to exists`(_ name: String) throws {
    let document = try InterfaceDocumentTests.object(
      name == "openapi" ? Openapi.text : Asyncapi.text
    )
    var found: [String] = []
    func visit(_ value: Any) {
      if let object = value as? [String: Any] {
        if let reference = object["$ref"] as? String { found.append(reference) }
        object.values.forEach(visit)
      } else if let list = value as? [Any] {
        list.forEach(visit)
      }
    }
    visit(document)
    #expect(!found.isEmpty)
    for reference in found {
      var place: Any? = document
      for part in reference.dropFirst(2).split(separator: "/") {
        place = (place as? [String: Any])?[String(part)]
      }
      #expect(place != nil, "\(reference)")
    }
  }
}
