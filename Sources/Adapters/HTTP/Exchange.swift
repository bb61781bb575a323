/// What must be known of a request when its answer is written, after its bytes are gone.
struct Exchange {
  var isHead = false
  var minorVersion = 1
  /// Whether the answer is the last one on its connection.
  var closes = true
  /// What the answer calls the request; 0 where the client's own name stands in `fields`.
  var number: UInt64 = 0
  /// Bytes of the answer's body, once it is written.
  var bodyBytes = 0
  /// Header lines for the answer, whenever it comes.
  var fields: [UInt8] = []
}
