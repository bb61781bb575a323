/// The steps that bring a file of users and keys to the present version, oldest first.
///
/// A step that has been released is never changed; a new version adds one at the end.
enum IdentityMigrations {
  /// The SQL of each version; a 0 stands for an absent number.
  ///
  /// `changed` is the revision of a row's last change, by which another process finds it.
  static let steps = [
    """
    CREATE TABLE user (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      email TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (length(CAST(email AS BLOB)) <= 70),
      password_hash TEXT NOT NULL, role INTEGER NOT NULL, generation INTEGER NOT NULL,
      created INTEGER NOT NULL, changed INTEGER NOT NULL);
    CREATE INDEX user_by_change ON user (changed);
    CREATE INDEX user_by_role ON user (role);
    CREATE TABLE api_key (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, scopes INTEGER NOT NULL,
      rate_requests INTEGER NOT NULL, rate_seconds INTEGER NOT NULL,
      created INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER NOT NULL,
      changed INTEGER NOT NULL);
    CREATE INDEX api_key_by_change ON api_key (changed);
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL, actor TEXT NOT NULL, peer TEXT NOT NULL,
      action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL);
    CREATE TABLE state (
      row INTEGER PRIMARY KEY CHECK (row = 1), revision INTEGER NOT NULL, setup_hash TEXT NOT NULL);
    INSERT INTO state VALUES (1, 0, '');
    """
  ]
}
