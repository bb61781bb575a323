package import Storage

/// Seals inputs of jobs by XChaCha20-Poly1305, with a key made of the directory's own.
package struct VaultInputSeal: InputSeal {
  private let key: [UInt8]

  init(sealingKey: [UInt8]) {
    key = Sodium.keyedHash(Array("assay: inputs of jobs".utf8), key: sealingKey, count: 32)
  }

  package func seal(_ piece: [UInt8], at place: InputPlace) -> [UInt8] {
    Sodium.seal(piece, key: key, context: VaultInputSeal.context(place))
  }

  package func open(_ sealed: [UInt8], at place: InputPlace) -> [UInt8]? {
    Sodium.open(sealed, key: key, context: VaultInputSeal.context(place))
  }

  private static func context(_ place: InputPlace) -> [UInt8] {
    Array("\(place.folder)\n\(place.number)\(place.isLast ? "\nlast" : "")".utf8)
  }
}
