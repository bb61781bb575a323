/// Writes one answer straight into the output buffer of its connection.
///
/// In this order: `start`, any number of `header`, any number of `append`. The length is filled in
/// at the end, and a body after HEAD, 204 or 304 is left out.
///
///     answer.start(200)
///     answer.append(#"{"status":"ok"}"#)
package struct HTTPAnswer: ~Copyable {
  private enum Part { case nothing, head, body }

  private var output: ByteBuffer
  private let date: DateLine
  private let isHead: Bool
  private let minorVersion: Int
  private let origin: Int
  private var part = Part.nothing
  private var hasBody = true
  private var lengthAt = 0
  private var bodyStart = 0
  private var closes: Bool
  private(set) var fields: [UInt8]
  /// What the answer calls the request; 0 for nothing.
  private(set) var number: UInt64
  /// What it was started with; 0 before.
  private(set) var status = 0

  /// An answer that goes to the end of `output`.
  init(output: consuming ByteBuffer, date: DateLine, to exchange: Exchange) {
    origin = output.count
    self.output = output
    self.date = date
    isHead = exchange.isHead
    minorVersion = exchange.minorVersion
    closes = exchange.closes
    fields = exchange.fields
    number = exchange.number
  }

  /// Calls the request what its client calls it; call before `start`.
  package mutating func nameRequest(_ name: borrowing Span<UInt8>) {
    number = 0
    addFields(Array("X-Request-ID: ".utf8) + (0..<name.count).map { name[$0] } + [0x0D, 0x0A])
  }

  /// Gives header lines, each with its line end, to this request's answer, also to one that comes
  /// later; call before `start`.
  package mutating func addFields(_ lines: [UInt8]) {
    precondition(part == .nothing, "fields for any answer are given before it starts")
    fields += lines
  }

  /// Begins the answer; with an empty `type` it has no Content-Type.
  package mutating func start(_ status: Int, type: StaticString = "application/json") {
    precondition(part == .nothing, "an answer starts once")
    precondition(status >= 200 && status <= 599, "a status is between 200 and 599")
    part = .head
    self.status = status
    hasBody = status != 204 && status != 304
    if let line = StatusText.line(status) {
      output.append(line)
    } else {
      output.append("HTTP/1.1 ")
      append(decimal: status)
      output.append(" \r\n")
    }
    output.append(date.bytes.span)
    if type.utf8CodeUnitCount > 0 && hasBody { contentType(type) }
    if closes {
      output.append("Connection: close\r\n")
    } else if minorVersion == 0 {
      output.append("Connection: keep-alive\r\n")
    }
    appendFields()
  }

  /// Begins an answer without end, for a connection that is handed over; fields may follow.
  package mutating func startStream(_ status: Int, type: StaticString = "") {
    precondition(part == .nothing, "an answer starts once")
    part = .head
    self.status = status
    hasBody = false
    output.append(StatusText.line(status) ?? "HTTP/1.1 200 OK\r\n")
    output.append(date.bytes.span)
    if type.utf8CodeUnitCount > 0 { contentType(type) }
    appendFields()
  }

  /// No browser is to take an answer for something else than it says.
  private mutating func contentType(_ type: StaticString) {
    header("Content-Type", type)
    output.append("X-Content-Type-Options: nosniff\r\n")
  }

  /// Ends the head of `startStream` and gives the buffer back.
  consuming func finishStream() -> ByteBuffer {
    precondition(part == .head && !hasBody, "a stream's answer has a head alone")
    output.append("\r\n")
    return output
  }

  /// Ends the connection after this answer; call before `start`.
  package mutating func closeConnection() {
    precondition(part == .nothing, "closing is announced in the head")
    closes = true
  }

  /// Adds a header field known at compile time.
  package mutating func header(_ name: StaticString, _ value: StaticString) {
    begin(name)
    output.append(value)
    output.append("\r\n")
  }

  /// Adds a header field; control characters in the value are left out.
  package mutating func header(_ name: StaticString, _ value: String) {
    begin(name)
    for byte in value.utf8 where byte >= 0x20 && byte != 0x7F { output.append(byte: byte) }
    output.append("\r\n")
  }

  /// Adds a header field with a number.
  package mutating func header(_ name: StaticString, _ value: Int) {
    begin(name)
    append(decimal: value)
    output.append("\r\n")
  }

  /// Adds text known at compile time to the body.
  package mutating func append(_ text: StaticString) {
    openBody()
    output.append(text)
  }

  /// Adds text to the body.
  package mutating func append(_ text: String) {
    openBody()
    output.append(text)
  }

  /// Adds a number in decimal digits to the body.
  package mutating func append(_ number: Int) {
    openBody()
    append(decimal: number)
  }

  /// Adds bytes to the body.
  package mutating func append(_ bytes: Span<UInt8>) {
    openBody()
    output.append(bytes)
  }

  /// Adds bytes to the body.
  package mutating func append(_ bytes: [UInt8]) {
    openBody()
    output.append(bytes.span)
  }

  /// Adds one byte to the body.
  package mutating func append(byte: UInt8) {
    openBody()
    output.append(byte: byte)
  }

  /// A whole answer with the body `{"error":code,"message":message}`; both must need no escaping.
  package mutating func fail(_ status: Int, _ code: StaticString, _ message: StaticString) {
    start(status)
    appendFailure(code, message)
  }

  /// The body of `fail`, for an answer that has further header fields.
  package mutating func appendFailure(_ code: StaticString, _ message: StaticString) {
    append("{\"error\":\"")
    append(code)
    append("\",\"message\":\"")
    append(message)
    append("\"}")
  }

  /// Fills the length in, notes whether the connection ends, and gives the buffer back.
  consuming func finish(_ exchange: inout Exchange) -> ByteBuffer {
    if part == .nothing {
      fail(500, "no_answer", "The application gave no answer.")
    }
    openBody()
    if output.overflowed {
      output.truncate(to: origin)
      part = .nothing
      closes = true
      fail(500, "answer_too_large", "The answer is larger than this server sends.")
    }
    if hasBody {
      output.patch(at: lengthAt, width: Self.lengthWidth, decimal: output.count - bodyStart)
    }
    exchange.bodyBytes = isHead || !hasBody ? 0 : output.count - bodyStart
    if isHead || !hasBody { output.truncate(to: bodyStart) }
    exchange.closes = closes
    return output
  }

  /// Gives the buffer back as it was.
  consuming func discard() -> ByteBuffer {
    output.truncate(to: origin)
    return output
  }

  /// Decimal digits of the longest body that can be sent.
  private static let lengthWidth = 10

  private mutating func appendFields() {
    if number != 0 {
      output.append("X-Request-ID: ")
      for digit in 0..<16 {
        let nibble = UInt8(number >> (60 - 4 * digit) & 15)
        output.append(byte: nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
      }
      output.append("\r\n")
    }
    let lines = fields
    if !lines.isEmpty { output.append(lines.span) }
  }

  private mutating func begin(_ name: StaticString) {
    precondition(part == .head, "header fields come between the status and the body")
    output.append(name)
    output.append(": ")
  }

  private mutating func openBody() {
    guard part != .body else { return }
    precondition(part == .head, "an answer starts with its status")
    part = .body
    if hasBody {
      output.append("Content-Length: ")
      lengthAt = output.count
      output.append("          \r\n")
    }
    output.append("\r\n")
    bodyStart = output.count
  }

  private mutating func append(decimal number: Int) {
    var digits = InlineArray<20, UInt8>(repeating: 0x30)
    var position = 20
    var rest = number.magnitude
    repeat {
      position -= 1
      digits[position] = UInt8(48 + rest % 10)
      rest /= 10
    } while rest > 0
    if number < 0 {
      position -= 1
      digits[position] = 0x2D
    }
    output.append(digits.span.extracting(position..<20))
  }
}
