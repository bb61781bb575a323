/// One word, number or sign of a program.
struct Token {
  enum Kind: Equatable {
    case name(String)
    case number(Double)
    /// In seconds.
    case duration(Double)
    case text(String)
    case sign(String)
    case end
  }

  var kind: Kind
  var location: Location

  /// How the token is named in an error.
  var shown: String {
    switch kind {
    case .name(let name): "'\(name)'"
    case .number, .duration: "a number"
    case .text: "a text"
    case .sign(let sign): "'\(sign)'"
    case .end: "the end of the program"
    }
  }
}

/// Splits a program's text into tokens.
///
/// `#` starts a comment that runs to the end of its line.
struct Lexer {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var lineStart = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  static func tokens(of text: String) throws(LanguageError) -> [Token] {
    let start = Location(line: 1, column: 1)
    guard text.utf8.count <= ProgramLimits.textBytesMax else {
      throw LanguageError(
        "the program is longer than \(ProgramLimits.textBytesMax) bytes",
        at: start
      )
    }
    var lexer = Lexer(text)
    var tokens: [Token] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private var location: Location { Location(line: line, column: index - lineStart + 1) }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    index + ahead < bytes.count ? bytes[index + ahead] : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte | 32 >= 97 && byte | 32 <= 122 || byte == UInt8(ascii: "_")
  }

  private mutating func skipBlanks() {
    while let byte = peek() {
      if byte == UInt8(ascii: "\n") {
        line += 1
        lineStart = index + 1
      } else if byte == UInt8(ascii: "#") {
        while let inner = peek(), inner != UInt8(ascii: "\n") {
          _ = inner
          index += 1
        }
        continue
      } else if byte != 32, byte != 9, byte != 13 {
        return
      }
      index += 1
    }
  }

  private mutating func next() throws(LanguageError) -> Token {
    skipBlanks()
    let place = location
    guard let byte = peek() else { return Token(kind: .end, location: place) }
    if Lexer.isLetter(byte) { return Token(kind: .name(word()), location: place) }
    if Lexer.isDigit(byte) { return Token(kind: try number(place), location: place) }
    if byte == UInt8(ascii: "\"") { return Token(kind: .text(try text(place)), location: place) }
    if let following = peek(1), following == UInt8(ascii: "="),
      [UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!")].contains(byte)
    {
      index += 2
      let sign = String(decoding: [byte, following], as: UTF8.self)
      return Token(kind: .sign(sign), location: place)
    }
    guard "()+-*/=<>,:".utf8.contains(byte) else {
      throw LanguageError(
        "unexpected character '\(shown(byte))'",
        at: place,
        hint: byte == UInt8(ascii: "'") ? "texts stand in double quotes" : nil
      )
    }
    index += 1
    if byte == UInt8(ascii: "="), peek() == byte {
      throw LanguageError("'==' is not a sign", at: place, hint: "equality is a single '='")
    }
    return Token(kind: .sign(String(decoding: [byte], as: UTF8.self)), location: place)
  }

  private func shown(_ byte: UInt8) -> String {
    byte >= 32 && byte < 127
      ? String(decoding: [byte], as: UTF8.self) : "byte \(byte)"
  }

  private mutating func word() -> String {
    let start = index
    while let byte = peek(), Lexer.isLetter(byte) || Lexer.isDigit(byte) { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private static let unitSeconds: [UInt8: Double] = [
    UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3600,
    UInt8(ascii: "d"): 86_400, UInt8(ascii: "w"): 604_800,
  ]

  /// Digits with an optional decimal part and an optional exponent, and an optional unit of time
  /// right behind.
  private mutating func number(_ place: Location) throws(LanguageError) -> Token.Kind {
    let start = index
    while let byte = peek(), Lexer.isDigit(byte) || byte == UInt8(ascii: "_") { index += 1 }
    if peek() == UInt8(ascii: "."), let digit = peek(1), Lexer.isDigit(digit) {
      index += 1
      while let byte = peek(), Lexer.isDigit(byte) { index += 1 }
    }
    skipExponent()
    let digits = bytes[start..<index].filter { $0 != UInt8(ascii: "_") }
    guard digits.count <= 30, let value = Double(String(decoding: digits, as: UTF8.self)) else {
      throw LanguageError("a number has at most 30 digits", at: place)
    }
    guard value.isFinite else { throw Lexer.tooLarge(place) }
    guard let unit = peek(), Lexer.isLetter(unit) else { return .number(value) }
    let suffix = word()
    guard suffix.utf8.count == 1, let seconds = Lexer.unitSeconds[unit] else {
      throw LanguageError(
        "'\(suffix)' is not a unit of time",
        at: place,
        hint: "units are s, m, h, d and w, as in 30m or 7d"
      )
    }
    guard (value * seconds).isFinite else { throw Lexer.tooLarge(place) }
    return .duration(value * seconds)
  }

  private mutating func skipExponent() {
    guard let letter = peek(), letter | 32 == UInt8(ascii: "e") else { return }
    let isSigned = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
    guard let digit = peek(isSigned ? 2 : 1), Lexer.isDigit(digit) else { return }
    index += isSigned ? 2 : 1
    while let byte = peek(), Lexer.isDigit(byte) { index += 1 }
  }

  private static func tooLarge(_ place: Location) -> LanguageError {
    LanguageError("a number is below 1.8e308", at: place)
  }

  private mutating func text(_ place: Location) throws(LanguageError) -> String {
    index += 1
    let start = index
    while let byte = peek(), byte != UInt8(ascii: "\"") {
      guard byte != UInt8(ascii: "\n"), index - start < 1024 else {
        throw LanguageError("a text is not closed", at: place, hint: "end it with a double quote")
      }
      index += 1
    }
    guard peek() != nil else {
      throw LanguageError("a text is not closed", at: place, hint: "end it with a double quote")
    }
    defer { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }
}
