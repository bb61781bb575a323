import Foundation
import Intake

/// Small JSON objects of requests, by the same strict parser that reads transactions.
enum StrictJSON {
  /// The fields of a JSON object; nil where the bytes are none.
  ///
  /// Foundation reads more than JSON is, so it only takes apart what simdjson has found right.
  static func object(_ bytes: [UInt8], bytesMax: Int) -> [String: Any]? {
    let padded = bytes + [UInt8](repeating: 0, count: JSONReader.padding)
    let reader = JSONReader(names: [], bytesMax: bytesMax + JSONReader.padding)
    let isJSON = (try? reader.parse(padded: padded.span, count: bytes.count)) != nil  // No reason.
    guard isJSON, reader.rootKind == .object else { return nil }
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    // It is JSON; whatever keeps Foundation from it makes it none.
    return (try? JSONSerialization.jsonObject(with: Data(text))) as? [String: Any]
  }
}
