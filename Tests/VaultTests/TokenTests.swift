import Storage
import Testing

@testable import Vault

/// What tokens are taken, and what is refused.
struct TokenTests {
  static let key = Array("a key of this test, and of no other".utf8)
  static let secrets = VaultSecrets(tokenKey: key)
  static let claims = TokenClaims(
    email: "ann@example.org",
    expires: 1_800_000_000,
    role: .analyst,
    generation: 7
  )

  private static func encoded(_ text: String) -> String { Base64URL.text(Array(text.utf8)) }

  /// A token with any head and body, signed by HS256 whatever its head says.
  private static func forged(
    _ head: String,
    _ body: String,
    key: [UInt8] = TokenTests.key
  ) -> String {
    let signed = encoded(head) + "." + encoded(body)
    return signed + "." + Base64URL.text(Sodium.authenticate(Array(signed.utf8), key: key))
  }

  private static let head = #"{"alg":"HS256","typ":"JWT"}"#
  private static let body =
    #"{"email":"ann@example.org","exp":1800000000,"role":"admin","generation":7}"#

  @Test func `a token says what it was made with`() {
    let token = TokenTests.secrets.token(TokenTests.claims)
    #expect(TokenTests.secrets.claims(of: Array(token.utf8)) == TokenTests.claims)
    #expect(token.split(separator: ".").count == 3)
  }

  @Test func `a token that another program signs by the same key is taken`() {
    let token = TokenTests.forged(TokenTests.head, TokenTests.body)
    #expect(TokenTests.secrets.claims(of: Array(token.utf8))?.role == .admin)
  }

  /// Tokens that must not open anything.
  static let refused: [(String, String)] = {
    let good = secrets.token(claims)
    let parts = good.split(separator: ".").map(String.init)
    let none = encoded(#"{"alg":"none","typ":"JWT"}"#)
    var table = [
      ("another key", VaultSecrets(tokenKey: Array("other".utf8)).token(claims)),
      ("another key, by hand", forged(head, body, key: Array("other".utf8))),
      ("no algorithm, unsigned", none + "." + encoded(body) + "."),
      ("no algorithm, signed", forged(#"{"alg":"none","typ":"JWT"}"#, body)),
      ("no algorithm in capitals", forged(#"{"alg":"NONE","typ":"JWT"}"#, body)),
      ("RS256", forged(#"{"alg":"RS256","typ":"JWT"}"#, body)),
      ("HS512", forged(#"{"alg":"HS512","typ":"JWT"}"#, body)),
      ("no algorithm named", forged(#"{"typ":"JWT"}"#, body)),
      ("head of another", encoded(#"{"alg":"none"}"#) + "." + parts[1] + "." + parts[2]),
      ("other claims", parts[0] + "." + encoded(body) + "." + parts[2]),
      ("no signature", parts[0] + "." + parts[1] + "."),
      ("two parts", parts[0] + "." + parts[1]),
      ("a fourth part", good + "." + parts[2]),
      ("a blank behind", good + " "),
      ("a zero byte behind", good + "\0"),
      ("padding behind", good + "="),
      ("nothing", ""), ("dots", ".."), ("text", "token"),
      ("no email", forged(head, #"{"exp":1800000000,"role":"admin","generation":7}"#)),
      ("an email that is none", forged(head, #"{"email":1,"exp":2,"role":"admin"}"#)),
      ("no role", forged(head, #"{"email":"a@b","exp":1800000000,"generation":7}"#)),
      ("an unknown role", forged(head, #"{"email":"a@b","exp":2,"role":"root"}"#)),
      ("claims that are no object", forged(head, "[]")),
      ("claims that are no JSON", forged(head, "{")),
    ]
    for count in [1, 4, 20] { table.append(("cut by \(count)", String(good.dropLast(count)))) }
    return table
  }()

  @Test(arguments: refused)
  func `anything else is refused`(_ what: String, _ token: String) {
    #expect(TokenTests.secrets.claims(of: Array(token.utf8)) == nil, "\(what)")
  }

  @Test func `a token with any character changed is refused`() {
    let token = Array(TokenTests.secrets.token(TokenTests.claims).utf8)
    for place in token.indices {
      for other in [UInt8(ascii: "A"), UInt8(ascii: "."), token[place] ^ 1] {
        var changed = token
        changed[place] = other
        if changed == token { continue }
        #expect(TokenTests.secrets.claims(of: changed) == nil, "changed at \(place)")
      }
    }
  }

  @Test func `base 64 is as the RFC has it, and each text stands for bytes once`() {
    for (text, bytes) in [
      ("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"),
    ] {
      #expect(Base64URL.text(Array(bytes.utf8)) == text)
      #expect(Base64URL.bytes(text.utf8) == Array(bytes.utf8))
    }
    #expect(Base64URL.text([0xFB, 0xFF]) == "-_8")
    for text in ["Z", "Zh", "Zm9", "Zm9vY", "Zg=", "Z g"] {
      #expect(Base64URL.bytes(text.utf8) == nil, "\(text)")
    }
  }
}
