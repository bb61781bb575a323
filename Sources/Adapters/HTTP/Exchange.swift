/// What must be known of a request when its answer is written, after its bytes are gone.
struct Exchange {
  var isHead = false
  var minorVersion = 1
  /// Whether the answer is the last one on its connection.
  var closes = true
  /// Header lines for the answer, whenever it comes.
  var fields: [UInt8] = []
}
