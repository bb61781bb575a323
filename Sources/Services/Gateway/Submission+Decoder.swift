import Intake
import Pipeline

extension Submission {
  /// Adds the present item of a decoder; `fallbackId` is its id where it has none.
  func add(from decoder: TransactionDecoder, fallbackId: [UInt8]? = nil) throws(InputError) {
    try add { bytes throws(InputError) in
      try decoder.decode(into: &bytes, fallbackId: fallbackId)
    }
    add(decoder.note)
  }
}
