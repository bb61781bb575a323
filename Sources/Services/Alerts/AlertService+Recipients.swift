import Messaging
import Payments
import Storage

extension AlertService {
  /// The address of a recipient; nil where there is none any more.
  func address(_ kind: String, _ name: String) throws(StoreError) -> String? {
    switch kind {
    case "subscriber":
      let found = try store.use { store throws(StoreError) in
        try store.subscribers().first { "\($0.id)" == name }
      }
      return found?.address
    case "user": return try surroundings.address(Int64(name) ?? 0)
    case "holder":
      let sealed = try store.use { store throws(StoreError) in try store.contact(of: name) }
      return sealed.flatMap { secrets.open($0, of: name) }
    default: return nil
    }
  }

  /// The address of a user as logs may show it.
  func maskedAddress(_ user: Int64) -> String {
    // Only for people who read along: a store that cannot be read names nobody.
    let address = try? surroundings.address(user)
    return address.map(MailAddress.masked) ?? "nobody"
  }

  /// What a daily report says: the decisions of the day, and how alerts stand.
  func reportFigures(_ day: Int64) -> [(name: String, value: String)] {
    var figures = surroundings.figures(day)
    do throws(StoreError) {
      let (counts, tally) = try store.use { store throws(StoreError) in
        (try store.alertCounts(), try store.tally())
      }
      for kind in [AlertKind.fraud, .system] {
        let open = counts[kind]?[.triggered] ?? 0
        figures.append(("Open \(kind.word) alerts", "\(open)"))
      }
      figures.append(("Mails sent", "\(tally.sent)"))
      figures.append(("Mails failed", "\(tally.failed)"))
    } catch {
      surroundings.note("alerts: the report lacks alerts: \(error)")
    }
    return figures
  }
}
