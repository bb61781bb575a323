package import Models
package import Payments

/// The bodies of control entries: what decisions depend on besides transactions and labels.
package enum ControlEntry {
  /// A feature set or a rule set of one source, as text.
  package struct Program: Sendable, Hashable {
    package var source: UInt16
    package var name: String
    package var text: String

    package init(source: UInt16, name: String, text: String) {
      self.source = source
      self.name = name
      self.text = text
    }

    package var encoded: [UInt8] {
      var bytes: [UInt8] = []
      bytes.append(little: source)
      bytes.append(text: name)
      bytes.append(text: text)
      return bytes
    }

    package init(_ body: [UInt8]) throws(DecodingFailure) {
      var reader = ByteReader(body)
      source = try reader.integer()
      name = try reader.text()
      text = try reader.text()
    }
  }

  /// A model put in force for one source; its file is found by its digest.
  package struct Model: Sendable, Hashable {
    package var source: UInt16
    package var name: String
    /// SHA-256 of the model file, in hexadecimal.
    package var digest: String
    package var baseMarginBits: UInt32
    /// Fingerprint of the feature set it was trained on.
    package var featureSet: UInt64
    /// How its margin becomes a score.
    package var link: ScoreLink

    package init(
      source: UInt16,
      name: String,
      digest: String,
      baseMarginBits: UInt32,
      featureSet: UInt64,
      link: ScoreLink = .logistic
    ) {
      self.source = source
      self.name = name
      self.digest = digest
      self.baseMarginBits = baseMarginBits
      self.featureSet = featureSet
      self.link = link
    }

    /// The model's short name in decisions.
    package var fingerprint: UInt64 {
      Fingerprint.of(digest, seed: UInt64(baseMarginBits) | UInt64(link.rawValue) << 32)
    }

    package var encoded: [UInt8] {
      var bytes: [UInt8] = []
      bytes.append(little: source)
      bytes.append(text: name)
      bytes.append(text: digest)
      bytes.append(little: baseMarginBits)
      bytes.append(little: featureSet)
      // Left out where it is the one that entries without it mean.
      if link != .logistic { bytes.append(link.rawValue) }
      return bytes
    }

    package init(_ body: [UInt8]) throws(DecodingFailure) {
      var reader = ByteReader(body)
      source = try reader.integer()
      name = try reader.text()
      digest = try reader.text()
      baseMarginBits = try reader.integer()
      featureSet = try reader.integer()
      guard !reader.atEnd else {
        link = .logistic
        return
      }
      let place = reader.offset
      guard let known = ScoreLink(rawValue: try reader.integer()) else {
        throw DecodingFailure("an unknown link of a model", at: place)
      }
      link = known
    }
  }

  /// Names the key of card tokens, under which all cards of the log stand.
  package struct KeyFingerprint: Sendable, Hashable {
    package static let size = 16
    package var bytes: [UInt8]

    /// Takes a fingerprint of `size` bytes.
    package init(_ bytes: [UInt8]) {
      precondition(bytes.count == KeyFingerprint.size, "a fingerprint's size")
      self.bytes = bytes
    }

    package var encoded: [UInt8] { bytes }

    package init(body: [UInt8]) throws(DecodingFailure) {
      guard body.count == KeyFingerprint.size else {
        throw DecodingFailure("a fingerprint of \(body.count) bytes", at: 0)
      }
      bytes = body
    }
  }

  package static func encoded(_ source: Source) -> [UInt8] {
    var bytes: [UInt8] = []
    source.encode(into: &bytes)
    return bytes
  }
}
