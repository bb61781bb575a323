import Storage

/// The steps that bring a file of alerts to the present version, oldest first.
///
/// A step that has been released is never changed; a new version adds one at the end.
enum AlertMigrations {
  /// The SQL of each version; a 0 stands for an absent number.
  static let steps = [
    """
    CREATE TABLE alert (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind INTEGER NOT NULL, state INTEGER NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL,
      severity INTEGER NOT NULL, type TEXT NOT NULL, message TEXT NOT NULL, details TEXT NOT NULL,
      count INTEGER NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL,
      last_seen INTEGER NOT NULL, snoozed_until INTEGER NOT NULL,
      owner INTEGER NOT NULL, coin TEXT NOT NULL, target TEXT NOT NULL,
      transaction_id TEXT, channel TEXT, amount TEXT, score REAL, account TEXT,
      counterparty TEXT, time INTEGER, position INTEGER);
    CREATE INDEX alert_by_key ON alert (kind, key);
    CREATE INDEX alert_by_owner ON alert (owner) WHERE owner <> 0;
    CREATE INDEX alert_that_waits ON alert (state) WHERE state IN (0, 3);
    CREATE INDEX alert_by_last_seen ON alert (kind, last_seen);
    CREATE TABLE alerted_transaction (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      alert INTEGER NOT NULL, source TEXT NOT NULL, seen INTEGER NOT NULL,
      transaction_id TEXT NOT NULL, channel TEXT NOT NULL, amount TEXT NOT NULL, score REAL,
      account TEXT NOT NULL, counterparty TEXT NOT NULL, time INTEGER NOT NULL,
      position INTEGER NOT NULL);
    CREATE INDEX alerted_transaction_by_alert ON alerted_transaction (alert, time);
    CREATE INDEX alerted_transaction_by_source ON alerted_transaction (source, time);
    CREATE TABLE coin_price (coin TEXT PRIMARY KEY, price REAL NOT NULL, seen INTEGER NOT NULL);
    CREATE TABLE notice (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      alert INTEGER NOT NULL, day INTEGER NOT NULL, created INTEGER NOT NULL);
    CREATE INDEX notice_by_alert ON notice (alert);
    CREATE TABLE delivery (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      channel INTEGER NOT NULL, notice INTEGER NOT NULL, recipient TEXT NOT NULL,
      state INTEGER NOT NULL, attempts INTEGER NOT NULL, next INTEGER NOT NULL,
      changed INTEGER NOT NULL, problem TEXT NOT NULL,
      UNIQUE (notice, channel, recipient));
    CREATE INDEX delivery_by_state ON delivery (channel, state, next);
    CREATE TABLE subscriber (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      list INTEGER NOT NULL, address TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (list, address));
    CREATE TABLE webhook (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      url TEXT NOT NULL, secret BLOB NOT NULL, kinds INTEGER NOT NULL, created INTEGER NOT NULL);
    CREATE TABLE contact (subject TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE cursor (
      name TEXT PRIMARY KEY, position INTEGER NOT NULL, sequence INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE store (row INTEGER PRIMARY KEY CHECK (row = 1), id TEXT NOT NULL);
    INSERT INTO store VALUES (1, lower(hex(randomblob(8))));
    INSERT INTO subscriber (list, address, name) VALUES
      (0, 'security@example.com', 'Security Team'),
      (1, 'admin@example.com', 'System Administrator');
    """
  ]
}
