import Foundation
import Testing

@testable import Vault

struct AlertSecretsTests {
  @Test func `what was sealed is opened by its subject's key alone`() throws {
    let secrets = Vault().alertSecrets
    let (ann, bob) = (
      secrets.subject(source: "card", account: "ann"),
      secrets.subject(source: "card", account: "bob")
    )
    #expect(ann != bob && ann.utf8.count == 32)
    #expect(ann == secrets.subject(source: "card", account: "ann"))
    #expect(ann != secrets.subject(source: "retail", account: "ann"))
    let sealed = try #require(secrets.seal("ann@example.org", of: ann))
    #expect(secrets.open(sealed, of: ann) == "ann@example.org")
    #expect(secrets.open(sealed, of: bob) == nil)
    #expect(secrets.open(sealed, of: nil) == nil)
    _ = secrets.seal("x", of: bob)
    #expect(secrets.open(sealed, of: bob) == nil)
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      #expect(secrets.open(changed, of: ann) == nil)
    }
    #expect(secrets.open([], of: ann) == nil)
    #expect(secrets.seal("ann@example.org", of: ann) != sealed, "a nonce of its own")
    #expect(secrets.destroyKey(of: ann))
    #expect(!secrets.destroyKey(of: ann))
    #expect(secrets.open(sealed, of: ann) == nil)
    _ = secrets.seal("new", of: ann)
    #expect(secrets.open(sealed, of: ann) == nil, "a new key does not open the old")
  }

  @Test func `keys of subjects are files that another process finds, until they are destroyed`()
    throws
  {
    let folder = NSTemporaryDirectory() + "assay-vault-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let secrets = try Vault(directory: folder).alertSecrets
    let subject = secrets.subject(source: "card", account: "ann")
    let sealed = try #require(secrets.seal("text", of: subject))
    let own = try #require(secrets.seal("text", of: nil))
    let other = try Vault(directory: folder).alertSecrets
    #expect(other.open(sealed, of: subject) == "text")
    #expect(other.open(own, of: nil) == "text")
    #expect(other.destroyKey(of: subject))
    #expect(secrets.open(sealed, of: subject) == nil)
    for name in ["", "../../../etc/passwd", "x", String(repeating: "A", count: 32)] {
      #expect(secrets.seal("text", of: name) == nil)
      #expect(!secrets.destroyKey(of: name))
    }
  }

  @Test func `signatures are HMAC of SHA-256`() {
    // RFC 4231, test case 2.
    let code = Vault().alertSecrets.authenticate(
      Array("what do ya want for nothing?".utf8),
      key: "Jefe"
    )
    #expect(
      code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
  }
}
