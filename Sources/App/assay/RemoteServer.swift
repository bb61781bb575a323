import Foundation
import FoundationNetworking
import Shell
import Synchronization

/// A running server, for commands that ask it over HTTP.
struct RemoteServer {
  static let secondsMax = 30.0

  static let options = [
    Arguments.Option("url", "URL", "a running server, such as http://localhost:8000"),
    Arguments.Option(
      "key",
      "KEY",
      "its API key; or ADMIN_API_KEY or FRONTEND_API_KEY, or that in --data DIR"
    ),
  ]

  private let url: String
  private let key: String

  /// The server that the arguments name; nil where they name none.
  init?(_ arguments: Arguments) throws {
    guard let url = arguments.text("url") else { return nil }
    self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    if let key = arguments.text("key") ?? RemoteServer.environmentKey {
      self.key = key
    } else if let data = arguments.text("data") {
      guard let own = try DataDirectory(data).readOwnKey() else {
        throw UsageError(
          "\(data) has no file api-key: --url needs --key, ADMIN_API_KEY or FRONTEND_API_KEY"
        )
      }
      key = own
    } else {
      throw UsageError("--url needs --key, ADMIN_API_KEY, FRONTEND_API_KEY or --data")
    }
  }

  /// The key that the environment has: the one that may do more first.
  static var environmentKey: String? {
    let environment = ProcessInfo.processInfo.environment
    return environment["ADMIN_API_KEY"] ?? environment["FRONTEND_API_KEY"]
  }

  /// Asks for a path and returns the body of a successful answer.
  func request(_ method: String, _ path: String, body: Data? = nil) throws -> Data {
    guard let address = URL(string: url + path) else {
      throw UsageError("--url is an address such as http://localhost:8000, not '\(url)'")
    }
    var request = URLRequest(url: address, timeoutInterval: RemoteServer.secondsMax)
    request.httpMethod = method
    request.httpBody = body
    request.setValue(key, forHTTPHeaderField: "X-API-Key")
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    let outcome = Mutex<Result<(Data, Int), CommandError>>(
      .failure(CommandError("\(url) does not answer"))
    )
    let done = DispatchSemaphore(value: 0)
    let task = URLSession.shared.dataTask(with: request) { data, response, error in
      if let status = (response as? HTTPURLResponse)?.statusCode {
        outcome.withLock { $0 = .success((data ?? Data(), status)) }
      } else if let error {
        let reason = error.localizedDescription
        outcome.withLock { $0 = .failure(CommandError("\(address): \(reason)")) }
      }
      done.signal()
    }
    task.resume()
    done.wait()
    let (data, status) = try outcome.withLock { $0 }.get()
    guard (200...299).contains(status) else {
      // An answer that is no JSON is shown by its status alone.
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
      throw CommandError("\(status): \(object?["message"] as? String ?? "\(address)")")
    }
    return data
  }

  /// A text as a part of a path or as a value of a query.
  static func escaped(_ text: String) -> String {
    let plain = CharacterSet(charactersIn: "-._~").union(.alphanumerics)
    return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
  }
}
