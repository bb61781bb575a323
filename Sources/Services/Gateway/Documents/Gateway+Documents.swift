import HTTP
import Storage

extension Endpoint {
  /// The interface, described for programs and for people.
  static let documents = of(
    .services,
    [
      Endpoint(.get, "/openapi.json", .open, rate: .none) { _, _, _, _, answer in
        answer.start(200)
        answer.append(Openapi.text)
        return .answered
      },
      Endpoint(.get, "/asyncapi.json", .open, rate: .none) { _, _, _, _, answer in
        answer.start(200)
        answer.append(Asyncapi.text)
        return .answered
      },
      Endpoint(.get, "/docs", .open, rate: .none) { gateway, _, _, _, answer in
        gateway.showDocuments(&answer)
        return .answered
      },
      Endpoint(.get, "/docs/{file}", .open, rate: .none) { gateway, request, _, segments, answer in
        gateway.documentFile(request.text(of: segments[0]), &answer)
        return .answered
      },
    ]
  )
}

/// The files of Swagger UI, where it is installed.
package struct DocumentFiles: Sendable {
  /// What the page needs of it.
  package static let names = ["swagger-ui-bundle.js", "swagger-ui.css"]

  private let files: [String: [UInt8]]

  /// The files by name; without all of them the page is a plain list.
  package init(_ files: [String: [UInt8]] = [:]) {
    let isWhole = DocumentFiles.names.allSatisfy { files[$0] != nil }
    self.files = isWhole ? files : [:]
  }

  var isInstalled: Bool { !files.isEmpty }

  func file(_ name: String) -> [UInt8]? { files[name] }
}

extension Gateway {
  /// Nothing from elsewhere: the page and its parts come from this server.
  static let policy: StaticString =
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"

  /// `GET /docs`: Swagger UI, or a plain list of the operations.
  func showDocuments(_ answer: inout HTTPAnswer) {
    answer.start(200, type: "text/html; charset=utf-8")
    answer.header("Content-Security-Policy", Gateway.policy)
    answer.append(
      settings.documents.isInstalled ? DocumentPage.swagger : DocumentPage.plain
    )
  }

  /// `GET /docs/{file}`.
  func documentFile(_ name: String?, _ answer: inout HTTPAnswer) {
    let name = name ?? ""
    if name == "start.js" {
      answer.start(200, type: "text/javascript; charset=utf-8")
      let isInstalled = settings.documents.isInstalled
      return answer.append(isInstalled ? DocumentPage.swaggerScript : DocumentPage.plainScript)
    }
    if name == "plain.css", !settings.documents.isInstalled {
      answer.start(200, type: "text/css; charset=utf-8")
      return answer.append(DocumentPage.plainStyle)
    }
    guard let bytes = settings.pageParts[name] ?? settings.documents.file(name) else {
      return answer.fail(404, "Not found", "There is no such part of the page")
    }
    if name.hasSuffix(".css") {
      answer.start(200, type: "text/css; charset=utf-8")
    } else {
      answer.start(200, type: "text/javascript; charset=utf-8")
    }
    answer.header("Cache-Control", "max-age=86400")
    answer.append(bytes)
  }
}
