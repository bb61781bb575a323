import Storage
import Testing
import Vault

/// Keys and passwords.
struct PasswordTests {
  private let secrets = VaultSecrets(tokenKey: [1])

  @Test func `a password is known by its hash, and no other is`() throws {
    let hash = try #require(secrets.hash(password: "correct horse"))
    #expect(hash.hasPrefix("$argon2id$"))
    #expect(!hash.contains("horse"))
    #expect(secrets.isPassword("correct horse", of: hash))
    for other in ["", "correct hors", "correct horse ", "Correct horse"] {
      #expect(!secrets.isPassword(other, of: hash))
    }
    #expect(!secrets.isPassword("correct horse", of: ""))
    #expect(!secrets.isPassword("correct horse", of: "$argon2id$damaged"))
  }

  @Test func `two hashes of one password differ`() {
    #expect(secrets.hash(password: "same") != secrets.hash(password: "same"))
  }

  @Test func `a digest is BLAKE2b, and goes to bytes and back`() {
    // b2sum -l 256 of the three bytes "abc".
    let known: [UInt8] = [
      0xBD, 0xDD, 0x81, 0x3C, 0x63, 0x42, 0x39, 0x72, 0x31, 0x71, 0xEF, 0x3F, 0xEE, 0x98, 0x57,
      0x9B, 0x94, 0x96, 0x4E, 0x3B, 0xB1, 0xCB, 0x3E, 0x42, 0x72, 0x62, 0xC8, 0xC0, 0x68, 0xD5,
      0x23, 0x19,
    ]
    #expect(secrets.digest("abc").bytes == known)
    #expect(SecretDigest(known) == secrets.digest("abc"))
    #expect(SecretDigest([1, 2]) == nil)
    #expect(secrets.digest("abd") != secrets.digest("abc"))
  }

  @Test func `digests that differ in any one bit are not equal`() {
    let bytes = secrets.digest("abc").bytes
    for bit in 0..<256 {
      var other = bytes
      other[bit / 8] ^= 1 << (bit % 8)
      #expect(SecretDigest(other) != SecretDigest(bytes))
    }
  }

  @Test func `secrets have 256 bits behind their prefix`() {
    let made = Set((0..<100).map { _ in secrets.newSecret("ak_") })
    #expect(made.count == 100)
    #expect(made.allSatisfy { $0.hasPrefix("ak_") && $0.utf8.count == 3 + 43 })
  }
}
