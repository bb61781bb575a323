import Pipeline
import Shell
import Storage

/// The one-time token by which a new data directory gets its first administrator.
enum FirstAdministrator {
  static let prefix = "st_"

  /// What a start has to say of it; nil where there is an administrator, or where nobody knows.
  static func welcome(
    _ store: any IdentityStore,
    _ secrets: any Secrets
  ) -> String? {
    do throws(StoreError) {
      return try makeWelcome(store, secrets)
    } catch {
      Log.warning("assay: it is not known whether there is an administrator: \(error)")
      return nil
    }
  }

  private static func makeWelcome(
    _ store: any IdentityStore,
    _ secrets: any Secrets
  ) throws(StoreError) -> String? {
    guard try store.administrators() == 0 else { return nil }
    guard try store.setupDigest() == nil else {
      return "assay: there is no administrator yet; the one-time token of the first start is valid"
        + " until it is used ('assay users token' makes another)"
    }
    let token = try makeToken(store, secrets, by: "start")
    return "assay: first start; POST /api/v1/setup makes the first administrator, with the one-time"
      + " token \(token)"
  }

  /// Makes a one-time token, which takes the place of the last one.
  static func makeToken(
    _ store: any IdentityStore,
    _ secrets: any Secrets,
    by name: String
  ) throws(StoreError) -> String {
    let token = secrets.newSecret(prefix)
    let actor = Actor(name: name, peer: "local", time: Clocks.wallMicroseconds())
    try store.setSetupDigest(secrets.digest(token), by: actor)
    return token
  }
}
