import HTTP
import Storage

extension Endpoint {
  /// Alerts: S0's about prices, S2's list, S1's notifications, and our own.
  static let alerts =
    of(.subscribers, priceAlerts) + of(.paymentAlerts, paymentAlerts) + ownAlerts
    + of(.services, notifications) + webhooks

  private static let priceAlerts = [
    Endpoint(.post, "/alerts/create", .token, action: "alert.create") {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.priceAlert(request, token, &answer) { try $0.createPrice($1, $2, $3) }
    },
    Endpoint(.post, "/alerts/delete", .token, action: "alert.delete") {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.priceAlert(request, token, &answer) { try $0.deletePrice($1, $2, $3) }
    },
    Endpoint(.post, "/alerts/fetch_all", .token, query: ["limit", "cursor", "page"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.listPriceAlerts(request, token, filter: nil, &answer)
    },
    Endpoint(.post, "/alerts/fetch_all/", .token, query: ["limit", "cursor", "page"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.listPriceAlerts(request, token, filter: nil, &answer)
    },
    Endpoint(.post, "/alerts/fetch_all/{filter}", .token, query: ["limit", "cursor", "page"]) {
      gateway,
      request,
      token,
      segments,
      answer in
      let filter = request.text(of: segments[0]) ?? "?"
      return gateway.listPriceAlerts(request, token, filter: filter, &answer)
    },
    Endpoint(.get, "/end", .needs(.administer), action: "prices.end") { gateway, _, _, _, answer in
      gateway.endPrices(&answer)
      return .answered
    },
  ]

  private static let paymentAlerts = [
    Endpoint(.get, "/alerts", .local(.read), query: ["source", "limit"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.listPaymentAlerts(request, token, &answer)
    }
  ]

  private static let ownAlerts = [
    Endpoint(
      .get,
      "/api/v1/alerts",
      .needs(.read),
      query: ["kind", "state", "source", "since", "limit", "cursor"]
    ) { gateway, request, token, _, answer in
      gateway.listAlerts(request, token, &answer)
    },
    Endpoint(.get, "/api/v1/alerts/{id}", .needs(.read)) {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.alert(request, token, numbered: segments[0], &answer) { worker, token, id, _ in
        try worker.showAlert(token, id)
      }
    },
    change("acknowledge", .acknowledge), change("resolve", .resolve), change("reopen", .reopen),
    Endpoint(.post, "/api/v1/alerts/{id}/snooze", .needs(.ingest), action: "alert.snooze") {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.alert(request, token, numbered: segments[0], &answer) { try $0.snooze($1, $2, $3) }
    },
    Endpoint(.put, "/api/v1/contacts", .needs(.ingest), action: "contact.set") {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.alert(request, token, &answer) { try $0.setContact($1, $2) }
    },
    Endpoint(.delete, "/api/v1/contacts", .needs(.ingest), action: "contact.remove") {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.alert(request, token, &answer) { try $0.removeContact($1, $2) }
    },
  ]

  private static func change(_ word: String, _ change: AlertChange) -> Endpoint {
    Endpoint(.post, "/api/v1/alerts/{id}/\(word)", .needs(.ingest), action: "alert.\(word)") {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.alert(request, token, numbered: segments[0], &answer) { worker, token, id, _ in
        try worker.change(token, id, change)
      }
    }
  }

  private static let root = "/api/v1/notifications"

  private static let notifications = [
    Endpoint(.post, root + "/fraud-alert", .needs(.ingest), action: "alert.fraud") {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.alert(request, token, &answer) { try $0.fraudAlert($1, $2) }
    },
    Endpoint(.post, root + "/system-alert", .needs(.ingest), action: "alert.system") {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.alert(request, token, &answer) { try $0.systemAlert($1, $2) }
    },
    Endpoint(.post, root + "/subscribers", .needs(.administer), action: "subscriber.add") {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.alert(request, token, &answer) { try $0.subscribe($1, $2) }
    },
    Endpoint(.get, root + "/subscribers", .needs(.oversee)) { gateway, request, token, _, answer in
      gateway.alert(request, token, &answer) { worker, token, _ in
        try worker.listSubscribers(token)
      }
    },
    Endpoint(
      .delete,
      root + "/subscribers/{id}",
      .needs(.administer),
      action: "subscriber.remove"
    ) {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.alert(request, token, numbered: segments[0], &answer) { worker, token, id, _ in
        try worker.unsubscribe(token, id)
      }
    },
    Endpoint(.get, root + "/history", .needs(.read), query: ["limit", "cursor"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.alertPage(request, token, &answer) { try $0.history($1, $2, $3) }
    },
    Endpoint(.get, root + "/stats", .needs(.read)) { gateway, request, token, _, answer in
      gateway.alert(request, token, &answer) { worker, token, _ in try worker.statistics(token) }
    },
    Endpoint(.get, root + "/health", .needs(.read)) { gateway, request, token, _, answer in
      gateway.alert(request, token, &answer) { worker, token, _ in
        try worker.notificationHealth(token)
      }
    },
  ]

  private static let letters = "/api/v1/webhooks/dead-letters"

  private static let webhooks = [
    Endpoint(.post, "/api/v1/webhooks", .needs(.administer), action: "webhook.add") {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.alert(request, token, &answer) { try $0.addWebhook($1, $2) }
    },
    Endpoint(.get, "/api/v1/webhooks", .needs(.oversee)) { gateway, request, token, _, answer in
      gateway.alert(request, token, &answer) { worker, token, _ in try worker.listWebhooks(token) }
    },
    Endpoint(.get, letters, .needs(.oversee), query: ["channel", "limit", "cursor"]) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.deadLetters(request, token, &answer)
    },
    Endpoint(
      .post,
      letters + "/replay",
      .needs(.administer),
      query: ["channel"],
      action: "letters.replay"
    ) {
      gateway,
      request,
      token,
      _,
      answer in
      gateway.replayDeadLetters(request, token, nil, &answer)
    },
    Endpoint(
      .post,
      letters + "/{id}/replay",
      .needs(.administer),
      query: ["channel"],
      action: "letter.replay"
    ) {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.replayDeadLetters(request, token, request.text(of: segments[0]) ?? "", &answer)
    },
    Endpoint(.delete, "/api/v1/webhooks/{id}", .needs(.administer), action: "webhook.remove") {
      gateway,
      request,
      token,
      segments,
      answer in
      gateway.alert(request, token, numbered: segments[0], &answer) { worker, token, id, _ in
        try worker.removeWebhook(token, id)
      }
    },
  ]
}
