import Foundation

/// The secrets of one data directory: the key of card tokens and the keys of its clients.
///
/// They live in `keys` (mode 0700, files 0600) and are made at the first start.
package struct Vault: Sendable {
  static let keyBytes = 32
  private static let seedBytes = 8
  private let tokenKey: [UInt8]
  private let signingKey: [UInt8]
  private let sealingKey: [UInt8]
  /// Where the keys of subjects are; nil for one run only.
  private let subjects: String?
  /// Hash seeds and the like: secret, but without influence on results.
  package let seed: UInt64

  /// Secrets for one run only.
  package init() {
    tokenKey = Sodium.random(Vault.keyBytes)
    signingKey = Sodium.random(Vault.keyBytes)
    sealingKey = Sodium.random(Vault.keyBytes)
    subjects = nil
    seed = Vault.word(Sodium.random(8))
  }

  /// Opens the secrets of a data directory, making those that are missing.
  package init(directory: String) throws(VaultError) {
    let folder = directory + "/keys"
    do {
      try FileManager.default.createDirectory(
        atPath: folder,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
      )
    } catch {
      throw VaultError("cannot create \(folder): \(error.localizedDescription)")
    }
    tokenKey = try Vault.key(folder + "/token")
    signingKey = try Vault.key(folder + "/signing", "; or remove it, and users sign in again")
    sealingKey = try Vault.key(
      folder + "/sealing",
      "; or remove it and alerts.db, and give up who is told of alerts"
    )
    subjects = folder + "/subjects"
    // Any other seed will do as well: it is made anew where it is damaged.
    seed = Vault.word(try Vault.seed(folder + "/seed"))
  }

  private static func key(_ path: String, _ otherwise: String = "") throws(VaultError) -> [UInt8] {
    try KeyFile(path: path, count: keyBytes, otherwise: otherwise).open()
  }

  private static func seed(_ path: String) throws(VaultError) -> [UInt8] {
    let bytes = FileManager.default.contents(atPath: path).map { [UInt8]($0) }
    if let bytes, bytes.count == seedBytes { return bytes }
    let fresh = Sodium.random(seedBytes)
    try SecretFile.write(fresh, to: path, replacing: true)
    return fresh
  }

  private static func word(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Names the key of card tokens, and tells nothing of it.
  package var tokenFingerprint: [UInt8] {
    Sodium.keyedHash(Array("assay: the key of card tokens".utf8), key: tokenKey, count: 16)
  }

  /// The token of a card number's digits: 128 bits, in hexadecimal.
  package func token(_ digits: [UInt8]) -> String {
    Vault.hexadecimal(Sodium.keyedHash(digits, key: tokenKey, count: 16))
  }

  /// Secrets whose tokens are signed by a configured key, or by that of the data directory.
  package func secrets(tokenKey configured: String?) -> VaultSecrets {
    VaultSecrets(tokenKey: configured.map { Array($0.utf8) } ?? signingKey)
  }

  /// Seals and signs for alerts, with a key of its own for each account holder.
  package var alertSecrets: VaultAlertSecrets {
    VaultAlertSecrets(sealingKey: sealingKey, tokenKey: tokenKey, folder: subjects)
  }

  /// Seals what jobs keep of their inputs.
  package var inputSeal: VaultInputSeal { VaultInputSeal(sealingKey: sealingKey) }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// A secret that cannot be read or made.
package struct VaultError: Error, Sendable, CustomStringConvertible {
  package var description: String

  init(_ description: String) { self.description = description }
}
