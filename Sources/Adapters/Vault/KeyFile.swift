import Foundation

/// A key in a file of its own: its bytes, then a checksum of them, so that a changed bit is seen.
///
/// Files of earlier versions hold the key alone.
struct KeyFile {
  static let checksumBytes = 16

  let path: String
  /// Bytes of the key.
  let count: Int
  /// What is to be done where the file is damaged, besides restoring it.
  var otherwise = ""

  /// The key, a new one where there is no file; a bare one gets its checksum.
  func open() throws(VaultError) -> [UInt8] {
    if let key = try read(addingChecksum: true) { return key }
    try make()
    guard let key = try read(addingChecksum: false) else {
      throw VaultError("\(path) cannot be read")
    }
    return key
  }

  /// Makes a new key, unless there is one by now.
  private func make() throws(VaultError) {
    let fresh = Sodium.random(count)
    try SecretFile.write(fresh + KeyFile.checksum(fresh), to: path)
  }

  /// The key that is there; nil where there is no file.
  func read(addingChecksum: Bool) throws(VaultError) -> [UInt8]? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let remedy = "restore the folder 'keys' from a copy" + otherwise
    guard let data = FileManager.default.contents(atPath: path) else {
      throw VaultError("\(path) cannot be read: \(remedy)")
    }
    let bytes = [UInt8](data)
    let key = Array(bytes.prefix(count))
    if bytes.count == count {
      // With a full disk the file stays as it is, and is whole.
      if addingChecksum {
        // It is a copy that fails, and the key is at hand.
        try? SecretFile.write(key + KeyFile.checksum(key), to: path, replacing: true)
      }
      return key
    }
    guard bytes.count == count + KeyFile.checksumBytes else {
      throw VaultError(
        "\(path) holds \(bytes.count) bytes, \(count + KeyFile.checksumBytes) expected: \(remedy)"
      )
    }
    guard bytes[count...].elementsEqual(KeyFile.checksum(key)) else {
      throw VaultError("\(path) is damaged, its bytes do not fit their checksum: \(remedy)")
    }
    return key
  }

  private static func checksum(_ key: [UInt8]) -> [UInt8] {
    Sodium.keyedHash(Array("assay: checksum of a key".utf8), key: key, count: checksumBytes)
  }
}
