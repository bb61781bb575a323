// Safety: a token object is freed once, by `deinit`, and used by one thread; libjwt copies the
// texts that it is given and owns those that it lends, which Swift copies before the object goes;
// the key's pointer is used inside of the closure that lends it.
import CJWT

/// One JSON Web Token in libjwt's hands.
@safe
struct WebToken: ~Copyable {
  private let handle: OpaquePointer

  /// A token without claims; nil without memory.
  init?() {
    var made: OpaquePointer?
    guard unsafe jwt_new(&made) == 0, let token = unsafe made else { return nil }
    unsafe handle = token
  }

  /// A token whose HS256 signature is of this key; nil for any other.
  init?(_ text: String, key: [UInt8]) {
    var read: OpaquePointer?
    let code = unsafe jwt_decode(&read, text, key, Int32(key.count))
    guard code == 0, let token = unsafe read else { return nil }
    guard unsafe jwt_get_alg(token) == JWT_ALG_HS256 else {
      unsafe jwt_free(token)
      return nil
    }
    unsafe handle = token
  }

  deinit { unsafe jwt_free(handle) }

  /// A claim's text.
  func text(_ name: String) -> String? {
    guard let value = unsafe jwt_get_grant(handle, name) else { return nil }
    return unsafe String(validatingCString: value)
  }

  /// A claim's whole number; 0 also where it is none.
  func number(_ name: String) -> Int64 { unsafe Int64(jwt_get_grant_int(handle, name)) }

  /// Adds a claim; whether it was possible.
  func set(_ name: String, _ value: String) -> Bool {
    unsafe jwt_add_grant(handle, name, value) == 0
  }

  /// Adds a claim; whether it was possible.
  func set(_ name: String, _ value: Int64) -> Bool {
    unsafe jwt_add_grant_int(handle, name, Int(value)) == 0
  }

  /// The token with its HS256 signature; nil without memory.
  func signed(key: [UInt8]) -> String? {
    guard unsafe jwt_set_alg(handle, JWT_ALG_HS256, key, Int32(key.count)) == 0,
      let text = unsafe jwt_encode_str(handle)
    else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
}
