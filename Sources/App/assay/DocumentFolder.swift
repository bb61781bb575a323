import Foundation
import Gateway
import Shell

/// Where the page of the interface finds Swagger UI.
enum DocumentFolder {
  /// The files of `path`, or of a folder `swagger-ui` above the program; none where there is none.
  static func files(_ path: String?) -> DocumentFiles {
    for folder in path.map({ [URL(filePath: $0)] }) ?? candidates {
      var files: [String: [UInt8]] = [:]
      for name in DocumentFiles.names {
        // What is not there is not installed: the page is a plain list then.
        files[name] = (try? Data(contentsOf: folder.appending(path: name))).map { Array($0) }
      }
      if files.count == DocumentFiles.names.count { return DocumentFiles(files) }
    }
    if let path { Log.warning("assay: there is no Swagger UI in \(path): /docs is a plain list") }
    return DocumentFiles()
  }

  private static var candidates: [URL] {
    var folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    return (0..<3).map { _ in
      folder.deleteLastPathComponent()
      return folder.appending(path: "swagger-ui")
    }
  }
}
