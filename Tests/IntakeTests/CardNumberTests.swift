import Foundation
import Payments
import Testing

@testable import Intake

/// Card numbers are found in any spelling, and numbers of other kinds are not taken for them.
struct CardNumberTests {
  /// Numbers that issuers and payment providers publish for tests.
  static let numbers = [
    "4111111111111111", "4012888888881881", "4222222222222", "4000001234567899",
    "5555555555554444", "2223003122003222", "378282246310005", "341111111111111",
    "6011111111111117", "6445644564456445", "6500000000000002", "30569309025904",
    "38520000023237", "36227206271667", "3530111333300000", "3566002020360505",
    "6200000000000005", "6205500000000000004", "6759649826438453", "6304000000000000",
    "6799990100000000019", "5018000000000009", "2200000000000004",
  ]

  /// A number in groups of four.
  static func groups(_ number: String, _ separator: String) -> String {
    let digits = Array(number)
    return stride(from: 0, to: digits.count, by: 4).map { start in
      String(digits[start..<min(start + 4, digits.count)])
    }.joined(separator: separator)
  }

  /// The digits of another script, from its zero.
  static func script(_ number: String, _ zero: UInt32) -> String {
    var text = String.UnicodeScalarView()
    for byte in number.utf8 {
      if let scalar = Unicode.Scalar(zero + UInt32(byte - 48)) { text.append(scalar) }
    }
    return String(text)
  }

  /// All spellings of a number that tests know.
  static func spellings(_ number: String) -> [String] {
    let separators = [
      " ", "-", ".", "_", "/", ",", ":", "|", "*", "'", "\u{a0}", "\u{2009}", "\u{202f}",
      "\u{3000}", "\u{200b}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{2010}", "\u{2011}",
      "\u{2012}", "\u{2013}", "\u{2014}", "\u{2212}", "\u{b7}", " - ", "  ", "\t", " \u{2013} ",
    ]
    let zeros: [UInt32] = [0xFF10, 0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1D7CE, 0x1D7D8]
    return [number] + separators.map { groups(number, $0) } + zeros.map { script(number, $0) }
      + [
        script(groups(number, " ").replacing(" ", with: ""), 0xFF10),
        number.map { "\($0)" }.joined(separator: " "),
        number.map { "\($0)" }.joined(separator: "\u{200b}"),
        ";\(number)=29121010000012345678?", "\(number)=2912", "%B\(number)^DOE/JOHN^29121010000?",
        "\(number)D29121010000012345678F", "'\(number)", " \(number) ", "\"\(number)\"",
        "card \(number)", "card \(groups(number, " "))", "PAN:\(number)", "PAN\(number)",
        "card: \(number), exp 12/29", "\(number) 12/29", "\(number)\u{200b}", "#\(number)#",
        "(\(number))", "Kunde 7: \(groups(number, "-"))", "Karte \(number) von Ann",
        "key-\(number)",
        "000\(number)", "https://shop.example/?pan=\(number)&x=1", "{\"pan\":\"\(number)\"}",
      ]
  }

  @Test(arguments: numbers) func `a card number is found in every spelling`(number: String) {
    for text in CardNumberTests.spellings(number) {
      let found = CardNumber.found(in: text.utf8).map { String(decoding: $0, as: UTF8.self) }
      #expect(found == number, "\(text)")
      let masked = CardNumber.masked(text)
      #expect(CardNumber.found(in: masked.utf8) == nil, "\(masked)")
      #expect(masked.count <= text.count)
    }
  }

  @Test func `other numbers are none of cards`() {
    for text in [
      "", "4111111111111112", "411111111111", "41111111111111111", "1234567890123456",
      "9999999999999995", "a4111a1111a1111a1111", "4111=1111=1111=1111",
      "4111          1111 1111 1111",
      "DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "BE68539007547034",
      "DK5000400440116243", "FI2112345600000785", "NO9386011117947", "GB29NWBK60161331926819",
      "+4915112345678", "2026-12-01T02:53:38.123456Z", "2026-12-01 02:53:38.123",
      "192.168.100.200:8000", "550e8400-e29b-41d4-a716-446655440000",
      "batch_20261201_025338_7", "csv_batch_20261201_025338_7_12", "row-4111",
      "card:0123456789abcdef0123456789abcdef:411111:1111",
    ] {
      #expect(CardNumber.found(in: text.utf8) == nil, "\(text)")
      #expect(CardNumber.masked(text) == text)
    }
  }

  @Test func `what is hidden keeps the first six digits and the last four`() {
    #expect(CardNumber.masked("card 4111-1111-1111-1111!") == "card 4111-11**-****-1111!")
    #expect(CardNumber.masked("378282246310005=2912") == "378282*****0005=2912")
    #expect(
      CardNumber.masked("4012888888881881 5555555555554444")
        == "401288******1881 555555******4444"
    )
  }

  /// How many of each kind are looked at; they are spread over the same ten years.
  private static let count =
    ProcessInfo.processInfo.environment["ASSAY_SOAK"] == "1" ? 1_000_000 : 20_000
  /// What makes the last of a million the last of these.
  private static let step = 1_000_000 / count

  /// Numbers that are no cards', a million of each kind in `make soak`.
  private static let others: [(name: String, make: @Sendable (Int) -> String)] = [
    // Twitter's and Discord's ids of the last ten years: milliseconds since an epoch, 22 bits.
    ("snowflakes since 2010", { snowflake($0, epoch: 1_288_834_974_657) }),
    ("snowflakes since 2015", { snowflake($0, epoch: 1_420_070_400_000) }),
    (
      "snowflakes of this year",
      { index in
        String((1_796_083_200_000 - 1_288_834_974_657 + index * 31_536) << 22 | index & 0xFFFFF)
      }
    ),
    ("seconds", { String(1_480_000_000 + $0 * 400) }),
    ("milliseconds", { String(1_480_000_000_000 + $0 * 397_123) }),
    ("microseconds", { String(1_480_000_000_000_000 + $0 * 397_123_457) }),
    ("nanoseconds", { String(1_480_000_000_000_000_000 + $0 * 397_123_457_891) }),
    ("timestamps of 17 digits", { stamp($0, "") + milliseconds($0) }),
    ("timestamps of 14 digits", { stamp($0, "") }),
    ("timestamps with separators", { stamp($0, "-") + "." + milliseconds($0) }),
    ("job ids", { "batch_\(stamp($0, "_"))_\($0 % 100_000)" }),
    ("row ids", { "csv_batch_\(stamp($0, "_"))_\($0 % 1000)_\($0)" }),
  ]

  private static func snowflake(_ index: Int, epoch: Int) -> String {
    let milliseconds = 1_480_000_000_000 + index * 315_360 - epoch
    return String(milliseconds << 22 | (index &* 2_654_435_761) & 0x3FFFFF)
  }

  private static func stamp(_ index: Int, _ separator: String) -> String {
    let time = Timestamp(microseconds: 1_480_000_000_000_000 + Int64(index) * 397_123_457)
    let digits = time.description.filter(\.isNumber).prefix(14)
    return digits.prefix(8) + separator + digits.dropFirst(8)
  }

  private static func milliseconds(_ index: Int) -> String {
    String(String(1000 + index &* 7919 % 1000).dropFirst())
  }

  @Test func `false hits among numbers of other kinds are below one half percent`() {
    for (name, make) in CardNumberTests.others {
      let hits = (0..<CardNumberTests.count).count { index in
        CardNumber.found(in: make(index * CardNumberTests.step).utf8) != nil
      }
      #expect(hits * 200 < CardNumberTests.count, "\(name): \(hits) of \(CardNumberTests.count)")
    }
  }

  @Test func `names of verification codes are known in every spelling`() {
    for name in [
      "cvv", "CVV", "Cvv2", "cvc", "CVC2", "cid", "csc", "ccv", "cvn", "card_cvv", "cardCvv",
      "card-cvc", "Card CVV", "cc_cvv", "ccCvc", "credit_card_cvv", "security_code", "SecurityCode",
      "card_security_code", "card_verification_value", "cardVerificationCode", "cvv_code",
      "CVV_NUMBER", "cvvCode", "verification_value", "cvv.code", "card_csc", "payment_card_cvc",
    ] {
      #expect(CardNumber.isVerificationCode(name), "\(name)")
    }
    for name in [
      "", "card", "card_number", "code", "verification_code", "cvr", "curve", "recv", "account",
      "city", "category", "cc", "incident", "cid_region", "securitycodes_enabled", "amount",
    ] {
      #expect(!CardNumber.isVerificationCode(name), "\(name)")
    }
  }
}
