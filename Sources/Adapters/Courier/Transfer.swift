// Safety: a handle, its lists and what it received are freed once, by `deinit`; bytes that are sent
// are pinned while the transfer runs; libcurl copies all other texts. The flag of `StopFlag` is
// changed and read only by atomic operations and outlives every transfer, which keep it.
import CCurl
import Messaging

/// Says to all transfers that the program is stopping.
@safe final class StopFlag: @unchecked Sendable {
  fileprivate let word: UnsafeMutablePointer<Int32>

  init() {
    unsafe word = .allocate(capacity: 1)
    unsafe word.initialize(to: 0)
  }

  deinit { unsafe word.deallocate() }

  func raise() { unsafe ccurl_raise_flag(word) }
}

/// One request of libcurl, with limits of time and size, TLS verified and no redirect followed.
@safe final class Transfer {
  private let handle: UnsafeMutableRawPointer
  private let flag: StopFlag
  private var list: UnsafeMutablePointer<curl_slist>?
  private let received: UnsafeMutablePointer<ccurl_buffer>

  /// A transfer to an address; `trusted` is a file of certificates beside the system's.
  init(
    _ url: String,
    trusted: String?,
    flag: StopFlag,
    milliseconds: Int,
    answerBytesMax: Int
  ) throws(MessagingError) {
    ccurl_start()
    guard let made = unsafe curl_easy_init() else {
      throw MessagingError(.unreachable, "there is no memory for a transfer")
    }
    unsafe handle = made
    unsafe list = nil
    self.flag = flag
    unsafe received = .allocate(capacity: 1)
    unsafe received.initialize(to: ccurl_buffer())
    unsafe received.pointee.limit = answerBytesMax
    try set(CURLOPT_URL, url)
    try set(CURLOPT_NOSIGNAL, 1)
    try set(CURLOPT_FOLLOWLOCATION, 0)
    // For mail it ends with the login.
    try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds / 2)
    try set(CURLOPT_TIMEOUT_MS, milliseconds)
    try set(CURLOPT_SSL_VERIFYPEER, 1)
    try set(CURLOPT_SSL_VERIFYHOST, 2)
    try set(CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps")
    if let trusted { try set(CURLOPT_CAINFO, trusted) }
    try check(unsafe ccurl_receive(handle, received))
    try check(unsafe ccurl_stop_by(handle, flag.word))
  }

  deinit {
    unsafe curl_easy_cleanup(handle)
    unsafe curl_slist_free_all(list)
    unsafe ccurl_free(received)
    unsafe received.deallocate()
  }

  private func check(_ code: CURLcode) throws(MessagingError) {
    if code != CURLE_OK { throw MessagingError(.invalid, "the transfer cannot be set up") }
  }

  func set(_ option: CURLoption, _ text: String) throws(MessagingError) {
    guard !text.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else {
      throw MessagingError(.invalid, "a line break where none may be")
    }
    try check(unsafe ccurl_set_text(handle, option, text))
  }

  func set(_ option: CURLoption, _ number: Int) throws(MessagingError) {
    try check(unsafe ccurl_set_number(handle, option, number))
  }

  func set(_ option: CURLoption, _ lines: [String]) throws(MessagingError) {
    precondition(unsafe list == nil, "a transfer has one list")
    for line in lines {
      guard !line.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }),
        let longer = unsafe curl_slist_append(list, line)
      else { throw MessagingError(.invalid, "a line break where none may be") }
      unsafe list = longer
    }
    try check(unsafe ccurl_set_list(handle, option, list))
  }

  /// Sets the body of a POST, which is copied.
  func post(_ bytes: [UInt8]) throws(MessagingError) {
    try check(unsafe ccurl_post(handle, bytes, bytes.count))
  }

  /// Sends bytes and returns when the other side has taken them.
  func send(_ bytes: [UInt8]) throws(MessagingError) {
    var bytes = bytes
    let count = bytes.count
    let code = unsafe bytes.withUnsafeMutableBufferPointer { pointer in
      var buffer = unsafe ccurl_buffer()
      unsafe buffer.bytes = pointer.baseAddress
      unsafe buffer.count = count
      let ready = unsafe ccurl_send(handle, &buffer)
      return ready == CURLE_OK ? unsafe curl_easy_perform(handle) : ready
    }
    try finish(code)
  }

  /// Asks, and gives what came back.
  func run() throws(MessagingError) -> WebAnswer {
    try finish(unsafe curl_easy_perform(handle))
    let count = unsafe received.pointee.count
    let body = unsafe Array(UnsafeBufferPointer(start: received.pointee.bytes, count: count))
    return WebAnswer(
      status: unsafe ccurl_status(handle),
      body: body,
      retryAfterSeconds: unsafe ccurl_retry_after(handle)
    )
  }

  /// What libcurl's code means; none of its words, which may name addresses.
  private func finish(_ code: CURLcode) throws(MessagingError) {
    let status = unsafe ccurl_status(handle)
    switch code {
    case CURLE_OK: return
    case CURLE_ABORTED_BY_CALLBACK: throw MessagingError(.stopped, "the program is stopping")
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
      throw MessagingError(.untrusted, "no trusted TLS with the server (\(code.rawValue))")
    case CURLE_LOGIN_DENIED:
      throw MessagingError(.unauthorized, "the server refuses the login (\(status))")
    case CURLE_SEND_ERROR where (500..<600).contains(status),
      CURLE_RECV_ERROR where (500..<600).contains(status):
      throw MessagingError(.rejected, "the server refuses it (\(status))")
    case CURLE_SEND_ERROR where (400..<500).contains(status),
      CURLE_RECV_ERROR where (400..<500).contains(status):
      throw MessagingError(.busy, "the server refuses it for now (\(status))")
    case CURLE_COULDNT_RESOLVE_HOST:
      throw MessagingError(.unreachable, "the server's name is not known")
    case CURLE_OPERATION_TIMEDOUT:
      throw MessagingError(.unreachable, "the server takes too long")
    case CURLE_WRITE_ERROR where unsafe received.pointee.overflow:
      throw MessagingError(.invalid, "the answer is too large")
    default:
      throw MessagingError(.unreachable, "the transfer failed (\(code.rawValue), \(status))")
    }
  }
}
