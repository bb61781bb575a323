import Foundation
import Messaging

/// The prices of the hundred largest coins in dollars, as CoinGecko answers them (S0.12).
struct PriceFeed {
  private static let path =
    "/api/v3/coins/markets?vs_currency=USD&order=market_cap_desc&per_page=100&page=1"
    + "&sparkline=false"
  /// The longest time between two attempts.
  private static let pauseSecondsMax = 900.0
  private static let coinsMax = 1000

  /// The feed is there, and asks to be left alone.
  struct Refusal: Error, CustomStringConvertible {
    var status: Int
    var retryAfterSeconds: Int
    var description: String { "the price feed answers \(status)" }
  }

  private let base: String
  private let web: any WebTransport

  init(_ base: String, _ web: any WebTransport) {
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    self.web = web
  }

  /// The coins of the list, largest first.
  func coins() throws -> CoinList {
    let answer = try web.get(base + PriceFeed.path)
    guard answer.status == 200 else {
      throw Refusal(status: answer.status, retryAfterSeconds: answer.retryAfterSeconds)
    }
    return try PriceFeed.coins(of: answer.body)
  }

  static func coins(of body: [UInt8]) throws(MessagingError) -> CoinList {
    // What is no JSON has no list.
    let list = (try? JSONSerialization.jsonObject(with: Data(body))) as? [[String: Any]]
    guard let list, list.count <= coinsMax else {
      throw MessagingError(.invalid, "the price feed answers no list of coins")
    }
    var coins = CoinList()
    for coin in list {
      guard let symbol = (coin["symbol"] as? String)?.lowercased(), symbol.utf8.count <= 120,
        let price = (coin["current_price"] as? NSNumber)?.doubleValue, price.isFinite, price > 0
      else { continue }
      let names = [coin["id"], coin["name"]].compactMap { ($0 as? String)?.lowercased() }
      coins.add(symbol, price: price, names: names)
    }
    return coins
  }

  /// Seconds until the next attempt after some failures in a row.
  static func pause(after failures: Int, _ interval: Double, _ error: any Error) -> Double {
    let doubled = interval * pow(2, Double(min(failures, 20)))
    let asked = Double((error as? Refusal)?.retryAfterSeconds ?? 0)
    return max(asked, min(doubled, max(pauseSecondsMax, interval)))
  }
}
