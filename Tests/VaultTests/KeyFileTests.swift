import Foundation
import Storage
import Testing

@testable import Vault

/// Keys of a data directory: whole, or an error that says the remedy.
struct KeyFileTests {
  private let folder = NSTemporaryDirectory() + "assay-keys-" + UUID().uuidString

  private func path(_ name: String) -> String { folder + "/keys/" + name }

  private func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
  }

  private func message() -> String? {
    do throws(VaultError) {
      _ = try Vault(directory: folder)
      return nil
    } catch {
      return error.description
    }
  }

  @Test(arguments: ["token", "signing", "sealing"])
  func `a key that any damage has met is refused with the remedy`(name: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try Vault(directory: folder)
    let whole = try bytes(name)
    #expect(whole.count == 48)
    var damages: [[UInt8]] = [[], [1], Array(whole.dropLast()), whole + [0]]
    damages.append([UInt8](repeating: 0, count: whole.count))
    for place in whole.indices {
      var flipped = whole
      flipped[place] ^= 4
      damages.append(flipped)
    }
    for damaged in damages {
      try write(name, damaged)
      let said = try #require(message(), "\(damaged.count) bytes were taken")
      #expect(said.contains(path(name)) && said.contains("restore the folder 'keys'"))
    }
    try write(name, whole)
    #expect(try Vault(directory: folder).token([1]) == first.token([1]))
    try FileManager.default.removeItem(atPath: path(name))
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: false)
    #expect(message()?.contains(path(name)) == true, "a folder in its place")
  }

  @Test func `a bare key of before stays, and gets its checksum`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try Vault(directory: folder)
    let whole = try bytes("token")
    try write("token", Array(whole.prefix(32)))
    #expect(try Vault(directory: folder).token([1, 2]) == first.token([1, 2]))
    #expect(try bytes("token") == whole)
  }

  @Test func `a fingerprint names a key, and is no token`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let vault = try Vault(directory: folder)
    #expect(vault.tokenFingerprint.count == 16)
    #expect(vault.tokenFingerprint == (try Vault(directory: folder)).tokenFingerprint)
    #expect(vault.tokenFingerprint != Vault().tokenFingerprint)
    #expect(!(try bytes("token")).starts(with: vault.tokenFingerprint))
  }

  @Test func `a secret's file is whole, its owner's alone, and not written over unasked`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try Vault(directory: folder)
    let file = path("own")
    try SecretFile.write([1, 2, 3], to: file)
    try SecretFile.write([4], to: file)
    #expect(try bytes("own") == [1, 2, 3])
    try SecretFile.write([4], to: file, replacing: true)
    #expect(try bytes("own") == [4])
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/keys")
    #expect(!names.contains { $0.contains("draft") }, "\(names)")
    #expect(throws: VaultError.self) { try SecretFile.write([1], to: folder + "/no/where") }
  }

  @Test func `a damaged key of a subject opens nothing and seals nothing`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let secrets = try Vault(directory: folder).alertSecrets
    let subject = secrets.subject(source: "card", account: "ann")
    let sealed = try #require(secrets.seal("text", of: subject))
    let name = "subjects/\(subject.prefix(2))/\(subject.dropFirst(2))"
    let whole = try bytes(name)
    var flipped = whole
    flipped[3] ^= 1
    try write(name, flipped)
    #expect(secrets.open(sealed, of: subject) == nil)
    #expect(secrets.seal("other", of: subject) == nil, "a key is not made anew in silence")
    try write(name, Array(whole.prefix(32)))
    #expect(secrets.open(sealed, of: subject) == "text", "a bare one of before")
    #expect(try bytes(name).count == 32, "its bytes are not left behind by a new file")
  }

  @Test func `an input of a job is opened at its own place alone`() throws {
    let vault = Vault()
    let place = InputPlace(folder: "job", number: 1, isLast: false)
    let sealed = vault.inputSeal.seal([1, 2, 3], at: place)
    #expect(vault.inputSeal.open(sealed, at: place) == [1, 2, 3])
    var other = sealed
    other[30] ^= 1
    #expect(vault.inputSeal.open(other, at: place) == nil)
    for strange in [
      InputPlace(folder: "jo", number: 1, isLast: false),
      InputPlace(folder: "job", number: 2, isLast: false),
      InputPlace(folder: "job", number: 1, isLast: true),
    ] {
      #expect(vault.inputSeal.open(sealed, at: strange) == nil)
    }
    #expect(Vault().inputSeal.open(sealed, at: place) == nil)
  }
}
