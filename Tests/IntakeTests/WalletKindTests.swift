import Payments
import Testing

@testable import Intake

struct WalletKindTests {
  private static let right = [
    // Base58Check: Bitcoin, its test network, Dogecoin, Tron, Tezos.
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L",
    "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb",
    // bech32 and bech32m: the examples of BIP 173 and BIP 350, Litecoin.
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "BC1SW50QGDZ25J",
    "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", "cosmos1qw508d6qejxtdg4y5r3zarvary0c5xw7k3v4v0g",
    // Ethereum: the examples of EIP-55, and letters of one case.
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77",
    "0X5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED",
    // XRP, and Solana's keys, which have no checksum.
    "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "rrrrrrrrrrrrrrrrrrrrrhoLvTp",
    "r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59", "So11111111111111111111111111111111111111112",
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "11111111111111111111111111111111",
  ]

  @Test(arguments: right)
  func `an address of a known kind is right`(address: String) {
    #expect(WalletAddress.verdict(Array(address.utf8)) == true)
  }

  @Test(arguments: [
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "2A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "Bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    // Each with the other's checksum, a program of 19 bytes, no digit of bech32, nothing behind.
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "bc1bw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg",
    "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi",
  ])
  func `a changed letter is noticed`(address: String) {
    #expect(WalletAddress.verdict(Array(address.utf8)) == false)
  }

  @Test(arguments: [
    "", "w9", "wallet of Ann", "0x", "0x12", "0x" + String(repeating: "ab", count: 32),
    "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "alice.near", "r", "rabbit", "1",
    "addr1vxy2c673nsdp0mvgq5d3tnptc0hmxmn4zmuxgrqq8f3qm3csxt7hh",
    "GAIH3ULLFQ4DGSECF2AR555KZ4KNDGEKN4AFI4",
    "cosmos1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", String(repeating: "2", count: 300),
    "é1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "customer-4711", "d41d8cd98f00b204e9800998ecf8427e",
  ])
  func `of a text of no known kind nothing is said`(text: String) {
    #expect(WalletAddress.verdict(Array(text.utf8)) == nil)
  }

  @Test func `every single changed digit of an address is noticed or makes another kind`() {
    for address in WalletKindTests.right where address.hasPrefix("bc1") || address.hasPrefix("1A") {
      for place in address.utf8.indices.dropFirst() {
        var bytes = Array(address.utf8)
        let index = address.utf8.distance(from: address.startIndex, to: place)
        bytes[index] = bytes[index] == UInt8(ascii: "q") ? UInt8(ascii: "p") : UInt8(ascii: "q")
        if bytes != Array(address.utf8) { #expect(WalletAddress.verdict(bytes) != true) }
      }
    }
  }

  @Test func `Keccak-256 is that of before SHA-3`() {
    func hex(_ text: String) -> String {
      Keccak.hash256(Array(text.utf8)).map {
        let digits = String($0, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
    }
    #expect(hex("") == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
    #expect(hex("abc") == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")
    #expect(
      Set([134, 135, 136, 137, 272].map { hex(String(repeating: "a", count: $0)) }).count == 5
    )
  }

  @Test func `of an unknown kind the record has no verdict, and its content of before is known`()
    throws
  {
    func record(_ wallet: String) throws -> ([UInt8], UInt64?) {
      try Decoding.content(
        """
        {"transaction_id":"x","timestamp":"2026-01-02T03:04:05Z","sender_wallet":"\(wallet)",
        "receiver_wallet":"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy","amount":1,"currency":"BTC"}
        """,
        .crypto
      )
    }
    let (known, same) = try record("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
    #expect(Decoding.fields(known, .crypto).contains("sender_checksum=1.0") && same == nil)
    let (wrong, wrongSame) = try record("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb")
    #expect(Decoding.fields(wrong, .crypto).contains("sender_checksum=0.0") && wrongSame == nil)
    let (unknown, before) = try record("w9")
    #expect(!Decoding.fields(unknown, .crypto).contains { $0.hasPrefix("sender_checksum") })
    var old = TransactionBuilder(source: 6, schema: Dialect.crypto.schema)
    old.time = TransactionRecord.time(unknown.span)
    old.amount = TransactionRecord.amount(unknown.span)
    for slot in Dialect.crypto.schema.texts.indices {
      let text = Array(unknown[TransactionRecord.text(slot, unknown.span)])
      old.set(text: slot, text.span)
    }
    old.set(number: 2, 0)
    old.set(number: 3, 1)
    var bytes: [UInt8] = []
    old.finish(into: &bytes)
    #expect(before == TransactionRecord.content(bytes.span))
  }
}
