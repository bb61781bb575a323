import HTTP
import Payments
import Pipeline
import Storage

// Users: registration, sign-in, roles.
extension IdentityWorker {
  private var monotonicSeconds: Int64 { Clocks.monotonicNanoseconds() / 1_000_000_000 }

  /// Whether a user is who they say, with the throttle's word before and after.
  private func signIn(
    _ email: String,
    _ password: String,
    _ body: RequestBody,
    _ actor: Actor
  ) throws -> SignIn {
    let account = "account:" + AuditWords.folded(email)
    let peer = body.network.map { "peer:" + $0 }
    if let wait = throttle.wait(account: account, peer: peer, at: monotonicSeconds) {
      return .throttled(seconds: Int(wait))
    }
    let user = email.utf8.count <= User.emailBytesMax ? try store.user(email: email) : nil
    let isRight = secrets.isPassword(password, of: user?.passwordHash ?? nobodysHash)
    if let user, isRight {
      throttle.succeeded(account: account)
      return .user(user)
    }
    if throttle.failed(account: account, peer: peer, at: monotonicSeconds) {
      let subject = user?.email ?? "(unknown account)"
      try store.record([AuditEntry(by: actor, "login.throttle", subject)])
    }
    return user == nil ? .unknown : .wrong
  }

  private enum SignIn {
    case user(User)
    case unknown
    case wrong
    case throttled(seconds: Int)
  }

  private func makeToken(_ user: User, _ actor: Actor) throws -> (text: String, expires: Int64) {
    let expires = actor.time / 1_000_000 + TokenClaims.lifeSeconds
    let claims = TokenClaims(
      email: user.email,
      expires: expires,
      role: user.role,
      generation: user.generation
    )
    let by = Actor(name: "user:" + user.email, peer: actor.peer, time: actor.time)
    try store.record([AuditEntry(by: by, "login", user.email)])
    return (secrets.token(claims), expires)
  }

  /// `POST /auth/register` (S0.2).
  func register(_ token: RequestToken, _ body: RequestBody, _ actor: Actor) throws {
    let fields = body.fields() ?? [:]
    guard let email = RequestBody.text(fields["email"], bytesMax: .max),
      let password = fields["password"] as? String, !password.isEmpty,
      password.utf8.count <= RequestBody.passwordBytesMax
    else { return say(token, 401, "Insufficient Credentials") }
    do {
      guard email.utf8.count <= User.emailBytesMax else {
        return say(token, 401, "DataBase Error, Try Again Later")
      }
      let isTaken = try store.user(email: email) != nil
      if !isTaken {
        let hash = try hash(password)
        if try store.addUser(email: email, passwordHash: hash, role: .subscriber, by: actor) != nil
        {
          return say(token, 201, "Successfully Registered")
        }
      }
      let isKnown = try isTaken || store.user(email: email) != nil
      say(
        token,
        401,
        isKnown ? "Email Already Registered With a User" : "DataBase Error, Try Again Later"
      )
    } catch {
      say(token, 401, "DataBase Error, Try Again Later")
    }
  }

  /// `POST /auth/login` (S0.3).
  func subscriberLogin(_ token: RequestToken, _ body: RequestBody, _ actor: Actor) throws {
    let fields = body.fields() ?? [:]
    guard let email = RequestBody.text(fields["email"], bytesMax: 1024),
      let password = fields["password"] as? String, !password.isEmpty
    else { return say(token, 401, "Insufficient Credentials") }
    switch try signIn(email, password, body, actor) {
    case .unknown: say(token, 401, "User Does Not Exist")
    case .wrong: say(token, 403, "Incorrect Password")
    case .throttled(let seconds):
      say(token, 429, "Too Many Attempts, Try Again Later", seconds)
    case .user(let user):
      var json = JSONText()
      json.open("{")
      json.key("message")
      json.value("Successful Sign-In")
      json.key("token")
      json.value(try makeToken(user, actor).text)
      json.close("}")
      reply(token, 201, json)
    }
  }

  /// `POST /api/v1/login`: the same answer for a wrong password and for no user.
  func login(_ token: RequestToken, _ body: RequestBody, _ actor: Actor) throws {
    let fields = try body.fields("email", "password")
    guard let email = RequestBody.text(fields["email"], bytesMax: 1024),
      let password = fields["password"] as? String
    else {
      throw AccountRefusal(
        422,
        "invalid",
        "email and password are needed",
        field: fields["email"] is String ? "password" : "email"
      )
    }
    let user = try signedIn(email, password, body, actor)
    let (text, expires) = try makeToken(user, actor)
    var json = JSONText()
    json.open("{")
    json.key("token")
    json.value(text)
    json.key("expires_at")
    json.value(Timestamp(microseconds: expires * 1_000_000).description)
    json.key("email")
    json.value(user.email)
    json.key("role")
    json.value(user.role.word)
    json.close("}")
    reply(token, 200, json)
  }

  private func signedIn(
    _ email: String,
    _ password: String,
    _ body: RequestBody,
    _ actor: Actor
  ) throws -> User {
    switch try signIn(email, password, body, actor) {
    case .user(let user): return user
    case .unknown, .wrong:
      throw AccountRefusal(401, "Login failed", "The email or the password is not right")
    case .throttled(let seconds):
      throw AccountRefusal(
        429,
        "Too many attempts",
        "Too many logins failed; try again in \(seconds) seconds",
        retryAfter: seconds
      )
    }
  }

  /// `POST /api/v1/setup`: the first administrator, by the one-time token of the first start.
  func setUp(_ token: RequestToken, _ body: RequestBody, _ actor: Actor) throws {
    let fields = try body.fields("token", "email", "password")
    // By address alone: guesses elsewhere must not keep the right one out.
    let peer = body.network.map { "peer:" + $0 }
    let account = "setup:" + actor.peer
    if let wait = throttle.wait(account: account, peer: peer, at: monotonicSeconds) {
      throw AccountRefusal(
        429,
        "Too many attempts",
        "Try again in \(wait) seconds",
        retryAfter: Int(wait)
      )
    }
    guard let kept = try store.setupDigest() else {
      throw AccountRefusal(409, "Set up already", "The one-time token has been used")
    }
    guard let secret = fields["token"] as? String, secrets.digest(secret) == kept else {
      _ = throttle.failed(account: account, peer: peer, at: monotonicSeconds)
      throw AccountRefusal(403, "Forbidden", "That is not the one-time token")
    }
    let email = try RequestBody.email(fields)
    let hash = try hash(try RequestBody.password(fields))
    let by = Actor(name: "setup", peer: actor.peer, time: actor.time)
    try add(email, hash, .admin, token, by)
  }

  private func add(
    _ email: String,
    _ hash: String,
    _ role: Role,
    _ token: RequestToken,
    _ actor: Actor
  ) throws {
    guard let user = try store.addUser(email: email, passwordHash: hash, role: role, by: actor)
    else {
      guard try store.user(email: email) == nil else {
        throw AccountRefusal(409, "Conflict", "The email is registered already")
      }
      throw AccountRefusal(409, "Full", "There are \(IdentityLimit.users) users")
    }
    var json = JSONText()
    json.user(user)
    reply(token, 201, json)
  }

  /// `POST /api/v1/users`.
  func addUser(_ token: RequestToken, _ body: RequestBody, _ actor: Actor) throws {
    let fields = try body.fields("email", "password", "role")
    let email = try RequestBody.email(fields)
    let role = try RequestBody.role(fields)
    let hash = try hash(try RequestBody.password(fields))
    try add(email, hash, role, token, actor)
  }

  /// `GET /api/v1/users`.
  func listUsers(_ token: RequestToken, _ after: Int64, _ limit: Int) throws {
    let users = try store.users(after: after, limit: limit)
    var json = JSONText()
    json.open("{")
    json.key("users")
    json.open("[")
    for user in users { json.user(user) }
    json.close("]")
    json.next(users.count == limit ? users.last?.id : nil)
    json.close("}")
    reply(token, 200, json)
  }

  /// `PUT /api/v1/users/{id}/role`.
  func setRole(_ token: RequestToken, _ id: Int64, _ body: RequestBody, _ actor: Actor) throws {
    let role = try RequestBody.role(try body.fields("role"))
    let known = try store.users(after: id - 1, limit: 1).first { $0.id == id }
    if known?.role == .admin, role != .admin, try store.administrators() == 1 {
      throw AccountRefusal(409, "Conflict", "There must be one administrator at least")
    }
    guard let user = try store.setRole(role, ofUser: id, by: actor) else {
      throw AccountRefusal(404, "Not found", "There is no such user")
    }
    var json = JSONText()
    json.user(user)
    reply(token, 200, json)
  }

  /// `PUT /api/v1/password`: the user's own, who has to know the old one.
  func setPassword(
    _ token: RequestToken,
    _ email: String,
    _ body: RequestBody,
    _ actor: Actor
  ) throws {
    let fields = try body.fields("old", "new")
    let password = try RequestBody.password(fields, "new")
    let user = try signedIn(email, fields["old"] as? String ?? "", body, actor)
    let hash = try hash(password)
    _ = try store.setPassword(hash: hash, ofUser: user.id, by: actor)
    say(token, 200, "Changed: sign in again")
  }

  /// `POST /api/v1/logout`: ends all of the user's tokens.
  func logout(_ token: RequestToken, _ email: String, _ actor: Actor) throws {
    guard let user = try store.user(email: email) else {
      throw AccountRefusal(404, "Not found", "There is no such user")
    }
    _ = try store.endTokens(ofUser: user.id, by: actor)
    say(token, 200, "All of your tokens are ended")
  }
}

extension JSONText {
  /// A user, without the password's hash.
  fileprivate mutating func user(_ user: User) {
    open("{")
    key("id")
    value(Int(user.id))
    key("email")
    value(user.email)
    key("role")
    value(user.role.word)
    key("created")
    value(Timestamp(microseconds: user.created).description)
    close("}")
  }

  /// The cursor of the next page, null where there is none.
  mutating func next(_ id: Int64?) {
    key("next_cursor")
    if let id { value("\(id)") } else { null() }
  }
}
