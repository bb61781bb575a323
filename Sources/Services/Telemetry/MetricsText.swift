/// What a server's `/metrics` said at one moment.
///
/// Reads the Prometheus text format; a line that it does not understand is left aside.
package struct MetricsText: Sendable {
  /// Lines beyond these are left aside.
  package static let samplesMax = 100_000

  /// One line: a number with its name and labels.
  package struct Sample: Sendable, Equatable {
    package var name: String
    package var labels: [String: String]
    package var value: Double
  }

  package private(set) var samples: [String: [Sample]] = [:]

  package init(_ bytes: [UInt8]) {
    for line in bytes.split(separator: UInt8(ascii: "\n")).prefix(MetricsText.samplesMax) {
      if let sample = MetricsText.sample(line) { samples[sample.name, default: []].append(sample) }
    }
  }

  package init(_ text: String) { self.init(Array(text.utf8)) }

  /// The sum over all labels; nil where there is no such metric.
  package func value(_ name: String) -> Double? {
    guard let found = samples[name] else { return nil }
    return found.reduce(0) { $0 + $1.value }
  }

  /// The values by one label, in the order of the text.
  package func values(_ name: String, by label: String) -> [(label: String, value: Double)] {
    samples[name, default: []].compactMap { sample in
      sample.labels[label].map { ($0, sample.value) }
    }
  }

  /// A histogram's counts up to each edge, by rising edge; the last is infinite.
  package func buckets(_ name: String) -> [(edge: Double, count: Double)] {
    values(name + "_bucket", by: "le").compactMap { bucket in
      let edge = bucket.label == "+Inf" ? Double.infinity : Double(bucket.label)
      return edge.map { ($0, bucket.value) }
    }.sorted { $0.edge < $1.edge }
  }

  private static func sample(_ line: ArraySlice<UInt8>) -> Sample? {
    var rest = line
    skipBlanks(&rest)
    let name = rest.prefix { isOfName($0) }
    guard let first = name.first, !(0x30...0x39).contains(first) else { return nil }
    rest = rest.dropFirst(name.count)
    var labels: [String: String] = [:]
    if rest.first == UInt8(ascii: "{") {
      guard let found = self.labels(&rest) else { return nil }
      labels = found
    }
    skipBlanks(&rest)
    let number = String(decoding: rest.prefix { !isBlank($0) }, as: UTF8.self)
    let value = number == "+Inf" ? Double.infinity : Double(number)
    guard let value else { return nil }
    return Sample(name: String(decoding: name, as: UTF8.self), labels: labels, value: value)
  }

  /// The labels in braces; nil where they are malformed.
  private static func labels(_ rest: inout ArraySlice<UInt8>) -> [String: String]? {
    var labels: [String: String] = [:]
    rest.removeFirst()
    while true {
      skipBlanks(&rest)
      if rest.first == UInt8(ascii: "}") {
        rest.removeFirst()
        return labels
      }
      let name = rest.prefix { isOfName($0) }
      rest = rest.dropFirst(name.count)
      guard !name.isEmpty, rest.starts(with: [UInt8(ascii: "="), UInt8(ascii: "\"")]) else {
        return nil
      }
      rest = rest.dropFirst(2)
      guard let value = quoted(&rest) else { return nil }
      labels[String(decoding: name, as: UTF8.self)] = value
      if rest.first == UInt8(ascii: ",") { rest.removeFirst() }
    }
  }

  /// A label's value up to its closing quote, which is taken too; nil where there is none.
  private static func quoted(_ rest: inout ArraySlice<UInt8>) -> String? {
    var value: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: value, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { return nil }
        value.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
      default: value.append(byte)
      }
    }
    return nil
  }

  private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
    rest = rest.drop { isBlank($0) }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
