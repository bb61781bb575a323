import Foundation
import Pipeline
import Shell
import Vault

/// The keys of a data directory: without those that its data was made with it is not opened.
extension DataDirectory {
  /// The secrets in `keys`, made at the first start.
  func openVault() throws -> Vault {
    try requireTokenKey()
    try requireSealingKey()
    let files = FileManager.default
    let signing = path + "/keys/signing"
    if !files.fileExists(atPath: signing), files.fileExists(atPath: identity) {
      Log.warning("assay: \(signing) is missing: a new one is made, and all users sign in again")
    }
    return try Vault(directory: path)
  }

  /// Refuses a log without the key of its card tokens: with another one each card would be a
  /// stranger, and all that its windows know of it would be lost without a word.
  private func requireTokenKey() throws {
    let files = FileManager.default
    let key = path + "/keys/token"
    guard !files.fileExists(atPath: key), files.fileExists(atPath: journal),
      try !files.contentsOfDirectory(atPath: journal).isEmpty
    else { return }
    throw CommandError(
      "\(key) is missing beside a log: restore the folder 'keys' from a copy; with a new key every"
        + " card would be another one"
    )
  }

  /// Refuses a store of alerts without the key of what is sealed in it.
  private func requireSealingKey() throws {
    let files = FileManager.default
    let key = path + "/keys/sealing"
    guard !files.fileExists(atPath: key), files.fileExists(atPath: alerts) else { return }
    throw CommandError(
      "\(key) is missing beside \(alerts): restore the folder 'keys' from a copy; without it the"
        + " addresses and secrets in that file cannot be read. To give them up, remove the file"
    )
  }

  /// What clients of this directory may send when no key is configured; nil where it is not made.
  func readOwnKey() throws -> String? {
    guard FileManager.default.fileExists(atPath: keyFile) else { return nil }
    let data = FileManager.default.contents(atPath: keyFile)
    let text = data.flatMap { String(data: $0, encoding: .utf8) }
    guard let key = text?.trimmingCharacters(in: .whitespacesAndNewlines),
      DataDirectory.isOwnKey(key)
    else {
      throw CommandError(
        "\(keyFile) is damaged: it holds '\(DataDirectory.keyPrefix)' and"
          + " \(DataDirectory.keyDigits) characters, as the first start wrote them. Restore it, or"
          + " remove it to get a new key; a key of your own belongs into ADMIN_API_KEY"
      )
    }
    return key
  }

  /// The same key, made where there is none.
  func ownKey() throws -> String {
    if let key = try readOwnKey() { return key }
    let key = Vault().secrets(tokenKey: nil).newSecret(DataDirectory.keyPrefix)
    try SecretFile.write(Array((key + "\n").utf8), to: keyFile)
    // Another process may have been first.
    return try readOwnKey() ?? key
  }

  private static let keyPrefix = "ak_"
  private static let keyDigits = 43

  private static func isOwnKey(_ text: String) -> Bool {
    guard text.hasPrefix(keyPrefix) else { return false }
    let digits = text.utf8.dropFirst(keyPrefix.utf8.count)
    return digits.count == keyDigits
      && digits.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F
      }
  }
}
