import HTTP
import Storage

/// What a request brings to say who makes it.
enum Credential {
  case none
  case unknownKey
  case badToken
  case known(Client, isUser: Bool)

  /// What a key says: its client, where there is one.
  init(_ client: Client?) { self = client.map { .known($0, isUser: false) } ?? .unknownKey }
}

/// Why a request is not served.
enum Objection: Equatable {
  case missing
  case unknownKey
  case badToken
  case noUser
  case lacks(Permission)
  /// As S0 says it (S0.4).
  case missingToken
  case invalidToken

  func answer(_ answer: inout HTTPAnswer) {
    switch self {
    case .missing: answer.fail(401, "Authentication required", "API key is required")
    case .unknownKey:
      answer.fail(401, "Invalid API key", "The provided API key is not valid")
    case .badToken:
      answer.fail(401, "Invalid token", "The token is not valid here, or not any more")
    case .noUser:
      answer.fail(403, "Forbidden", "This is for users, who sign in; a key is no user")
    case .lacks(let needed):
      answer.start(403)
      answer.append(#"{"error":"Forbidden","message":"This needs the role "#)
      answer.append("'\(needed.role.word)' or a key with the scope '\(needed.word)'\"}")
    case .missingToken:
      answer.start(401)
      answer.append(#"{"message":"Token is Missing"}"#)
    case .invalidToken:
      answer.start(401)
      answer.append(#"{"message":"Token Is Invalid!!"}"#)
    }
  }
}

extension Credential {
  /// Whether something was brought that nobody here knows.
  var isUnknown: Bool {
    switch self {
    case .unknownKey, .badToken: true
    case .none, .known: false
    }
  }
}

extension Endpoint.Access {
  /// Whether nobody is asked who they are; `isLocal` says that a client here asks this machine.
  func isOpen(to isLocal: @autoclosure () -> Bool) -> Bool {
    switch self {
    case .open: true
    case .local: isLocal()
    case .needs, .user, .token: false
    }
  }

  /// What speaks against serving who brings a credential; nil where nothing does.
  func objection(to credential: Credential) -> Objection? {
    switch (self, credential) {
    case (.open, _), (.token, .known(_, true)): nil
    case (.token, .none): .missingToken
    case (.token, _): .invalidToken
    case (_, .none): .missing
    case (_, .unknownKey): .unknownKey
    case (_, .badToken): .badToken
    case (.user, .known(_, let isUser)): isUser ? nil : .noUser
    case (.local(let needed), .known(let client, _)), (.needs(let needed), .known(let client, _)):
      client.permissions.contains(needed) ? nil : .lacks(needed)
    }
  }
}
