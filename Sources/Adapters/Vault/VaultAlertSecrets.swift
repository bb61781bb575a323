import Foundation
import Storage
import Synchronization

/// Sealing by XChaCha20-Poly1305 and signing by HMAC, with libsodium.
///
/// The key of each subject is a file of its own in `keys/subjects`; without it nothing that was
/// sealed for the subject can be read again, wherever copies of it are.
package struct VaultAlertSecrets: AlertSecrets {
  private let sealingKey: [UInt8]
  private let tokenKey: [UInt8]
  private let keys: SubjectKeys

  init(sealingKey: [UInt8], tokenKey: [UInt8], folder: String?) {
    self.sealingKey = sealingKey
    self.tokenKey = tokenKey
    keys = SubjectKeys(folder: folder)
  }

  package func subject(source: String, account: String) -> String {
    let name = Array("subject\n\(source)\n\(account)".utf8)
    return Vault.hexadecimal(Sodium.keyedHash(name, key: tokenKey, count: 16))
  }

  package func seal(_ text: String, of subject: String?) -> [UInt8]? {
    guard let key = subject.map({ keys.makeKey(of: $0) }) ?? sealingKey else { return nil }
    return Sodium.seal(Array(text.utf8), key: key, context: Array((subject ?? "").utf8))
  }

  package func open(_ sealed: [UInt8], of subject: String?) -> String? {
    guard let key = subject.map({ keys.key(of: $0) }) ?? sealingKey,
      let text = Sodium.open(sealed, key: key, context: Array((subject ?? "").utf8))
    else { return nil }
    return String(decoding: text, as: UTF8.self)
  }

  package func destroyKey(of subject: String) -> Bool { keys.destroy(of: subject) }

  package func authenticate(_ message: [UInt8], key: String) -> [UInt8] {
    Sodium.authenticate(message, key: Array(key.utf8))
  }

  package func newSecret(_ prefix: String) -> String {
    prefix + Base64URL.text(Sodium.random(Vault.keyBytes))
  }
}

/// One random key for each subject, in files of mode 0600.
private final class SubjectKeys: Sendable {
  private let folder: String?
  /// Of a run without a data directory.
  private let kept = Mutex<[String: [UInt8]]>([:])

  init(folder: String?) { self.folder = folder }

  /// The file of a subject; nil for a name that is none of our tokens.
  private func path(_ subject: String) -> String? {
    let isToken = subject.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
    }
    guard let folder, isToken, subject.utf8.count == 32 else { return nil }
    return "\(folder)/\(subject.prefix(2))/\(subject.dropFirst(2))"
  }

  func key(of subject: String) -> [UInt8]? {
    guard folder != nil else { return kept.withLock { $0[subject] } }
    // One without a checksum stays so: the bytes of a file that is replaced would stay on the disk.
    return path(subject).flatMap {
      // A damaged key opens nothing, as one that was destroyed.
      try? KeyFile(path: $0, count: Vault.keyBytes).read(addingChecksum: false)
    }
  }

  /// The key of a subject, new where there is none; nil where it cannot be kept.
  func makeKey(of subject: String) -> [UInt8]? {
    kept.withLock { kept in
      guard folder != nil else {
        let key = kept[subject] ?? Sodium.random(Vault.keyBytes)
        kept[subject] = key
        return key
      }
      if let known = key(of: subject) { return known }
      guard let path = path(subject) else { return nil }
      let above = String(path.dropLast(subject.count - 1))
      do {
        try FileManager.default.createDirectory(
          atPath: above,
          withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700]
        )
        return try KeyFile(path: path, count: Vault.keyBytes).open()
      } catch {
        return nil
      }
    }
  }

  /// Overwrites a key before its file goes, so that its bytes do not stay on the disk.
  func destroy(of subject: String) -> Bool {
    guard folder != nil else { return kept.withLock { $0.removeValue(forKey: subject) != nil } }
    guard let path = path(subject), let file = FileHandle(forUpdatingAtPath: path) else {
      return false
    }
    do {
      let count = Int(try file.seekToEnd())
      try file.seek(toOffset: 0)
      try file.write(contentsOf: Data(Sodium.random(count)))
      try file.synchronize()
      try file.close()
      try FileManager.default.removeItem(atPath: path)
      return true
    } catch {
      return false
    }
  }
}
