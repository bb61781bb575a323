import Testing

@testable import Alerts

struct CoinListTests {
  private static let coins: CoinList = {
    var coins = CoinList()
    coins.add("btc", price: 90_000, names: ["bitcoin", "bitcoin"])
    coins.add("sol", price: 150, names: ["solana", "solana"])
    coins.add("fxs", price: 6.5, names: ["frax-share", "frax share"])
    coins.add("bch", price: 500, names: ["bitcoin-cash", "bitcoin cash"])
    coins.add("btc", price: 1, names: ["other"])
    return coins
  }()

  @Test(arguments: ["btc", "BTC", "fxs", "Sol"])
  func `symbols are known in any case`(coin: String) {
    #expect(CoinListTests.coins.knows(coin))
  }

  @Test(arguments: [
    ("bitcoin", ["btc"]), ("Bitcoin", ["btc"]), ("bitcon", ["btc"]), ("Frax Share", ["fxs"]),
    ("btx", ["btc"]), ("solanna", ["sol"]), ("bitcoin cash", ["bch"]), ("nosuchcoin", []),
    ("", []), ("other", []), ("bt", ["btc"]),
  ])
  func `of an unknown coin the nearest symbols are said`(coin: String, symbols: [String]) {
    #expect(!CoinListTests.coins.knows(coin))
    #expect(CoinListTests.coins.nearest(to: coin).prefix(symbols.isEmpty ? 3 : 1) == symbols[...])
  }

  @Test func `no coin comes twice, and not more than three come`() {
    var many = CoinList()
    for letter in "abcdefgh" { many.add("co\(letter)", price: 1, names: ["coin \(letter)"]) }
    let nearest = many.nearest(to: "cox")
    #expect(nearest == ["coa", "cob", "coc"])
  }
}
