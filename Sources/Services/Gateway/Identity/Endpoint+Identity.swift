import HTTP
import Storage

extension Endpoint {
  /// How people sign in, and what they do with their own account.
  static let accounts =
    of(
      .subscribers,
      [
        Endpoint(.post, "/auth/register", .open) { gateway, request, token, _, answer in
          gateway.account(request, token, hashes: true, &answer) { try $0.register($1, $2, $3) }
        },
        Endpoint(.post, "/auth/login", .open) { gateway, request, token, _, answer in
          gateway.account(request, token, hashes: true, &answer) {
            try $0.subscriberLogin($1, $2, $3)
          }
        },
        Endpoint(.get, "/tokentest", .token) { gateway, _, _, _, answer in
          gateway.testToken(&answer)
          return .answered
        },
        Endpoint(.post, "/tokentest", .token) { gateway, _, _, _, answer in
          gateway.testToken(&answer)
          return .answered
        },
      ]
    ) + [
      Endpoint(.post, "/api/v1/setup", .open) { gateway, request, token, _, answer in
        gateway.account(request, token, hashes: true, &answer) { try $0.setUp($1, $2, $3) }
      },
      Endpoint(.post, "/api/v1/login", .open) { gateway, request, token, _, answer in
        gateway.account(request, token, hashes: true, &answer) { try $0.login($1, $2, $3) }
      },
      Endpoint(.post, "/api/v1/logout", .user) { gateway, request, token, _, answer in
        let email = gateway.claims?.email ?? ""
        return gateway.account(request, token, &answer) { try $0.logout($1, email, $3) }
      },
      Endpoint(.put, "/api/v1/password", .user) { gateway, request, token, _, answer in
        let email = gateway.claims?.email ?? ""
        return gateway.account(request, token, hashes: true, &answer) {
          try $0.setPassword($1, email, $2, $3)
        }
      },
      Endpoint(.get, "/api/v1/me", .needs(.read)) { gateway, _, _, _, answer in
        gateway.showCaller(&answer)
        return .answered
      },
    ]

  /// Who may do what, and who did.
  static let oversight = [
    Endpoint(.get, "/api/v1/users", .needs(.oversee), query: ["limit", "cursor"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.page(request, token, &answer) { try $0.listUsers(token, $1 ?? 0, $2) }
    },
    Endpoint(.post, "/api/v1/users", .needs(.administer)) { gateway, request, token, _, answer in
      gateway.account(request, token, hashes: true, &answer) { try $0.addUser($1, $2, $3) }
    },
    Endpoint(.put, "/api/v1/users/{id}/role", .needs(.administer)) {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.account(request, token, numbered: segments[0], &answer) {
        try $0.setRole($1, $2, $3, $4)
      }
    },
    Endpoint(.get, "/api/v1/keys", .needs(.oversee), query: ["limit", "cursor"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.page(request, token, &answer) { try $0.listKeys(token, $1 ?? 0, $2) }
    },
    Endpoint(.post, "/api/v1/keys", .needs(.administer)) { gateway, request, token, _, answer in
      gateway.account(request, token, &answer) { try $0.issueKey($1, $2, $3) }
    },
    Endpoint(.post, "/api/v1/keys/{id}/rotate", .needs(.administer)) {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.account(request, token, numbered: segments[0], &answer) { worker, token, id, _, by in
        try worker.rotateKey(token, id, by)
      }
    },
    Endpoint(.delete, "/api/v1/keys/{id}", .needs(.administer)) {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.account(request, token, numbered: segments[0], &answer) { worker, token, id, _, by in
        try worker.revokeKey(token, id, by)
      }
    },
    Endpoint(.get, "/api/v1/audit", .needs(.oversee), query: ["limit", "cursor"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.page(request, token, &answer) { try $0.listAudit(token, $1, $2) }
    },
  ]
}
