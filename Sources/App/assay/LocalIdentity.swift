import Foundation
import Pipeline
import SQLiteStore
import Shell
import Storage
import Vault

/// A data directory's users and keys in the hands of a command, beside a running server or not.
struct LocalIdentity {
  static let option = Arguments.Option(
    "data",
    "DIR",
    "data directory; a server that is using it notices within a second"
  )

  let store: any IdentityStore
  let secrets: any Secrets
  let actor: Actor

  init(_ arguments: Arguments) throws {
    let directory = DataDirectory(try arguments.required("data"))
    try directory.create()
    store = try SQLiteIdentityStore(path: directory.identity)
    secrets = try directory.openVault().secrets(tokenKey: nil)
    actor = Actor(
      name: "command:" + NSUserName(),
      peer: "local",
      time: Clocks.wallMicroseconds()
    )
  }

  /// The hash of a password.
  func hash(_ password: String) throws(CommandError) -> String {
    guard let hash = secrets.hash(password: password) else {
      throw CommandError("there is no memory to hash a password: 64 MiB are needed")
    }
    return hash
  }

  /// A number of a thing that the command line names.
  static func number(_ arguments: Arguments) throws(UsageError) -> Int64 {
    guard arguments.words.count == 2, let id = Int64(arguments.words[1]) else {
      throw UsageError("the second word is the number that 'list' shows")
    }
    return id
  }
}
