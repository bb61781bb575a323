extension Configuration {
  /// What the server itself can be told, in the order in which it is shown.
  static let own = [
    Setting(flag: "data", variable: "ASSAY_DATA", value: "DIR", help: "data directory"),
    Setting(flag: "port", variable: "PORT", value: "N", help: "port (8000)"),
    Setting(
      flag: "address",
      variable: "ASSAY_ADDRESS",
      value: "A",
      help: "address (127.0.0.1)"
    ),
    Setting(
      flag: nil,
      variable: "FRONTEND_API_KEY",
      value: "KEY",
      help: "a client's API key",
      alias: "API_GATEWAY_KEY"
    ),
    Setting(
      flag: nil,
      variable: "ADMIN_API_KEY",
      value: "KEY",
      help: "an administrator's API key"
    ),
    Setting(
      flag: nil,
      variable: "TEST_API_KEY",
      value: "KEY",
      help: "a test client's API key"
    ),
    Setting(
      flag: nil,
      variable: "SECRET_KEY",
      value: "KEY",
      help: "signs users' tokens (made in DATA/keys)",
      alias: "JWT_SECRET_KEY"
    ),
    Setting(
      flag: nil,
      variable: "RATE_LIMIT_REQUESTS",
      value: "N",
      help: "requests of a client in a window (100, clients on this machine without limit)"
    ),
    Setting(
      flag: nil,
      variable: "RATE_LIMIT_WINDOW",
      value: "N",
      help: "seconds of that window (60)"
    ),
    Setting(
      flag: nil,
      variable: "CORS_ORIGIN",
      value: "LIST",
      help: "origins whose pages may use the interface, with commas between (none)"
    ),
    Setting(
      flag: "segment-mib",
      variable: "ASSAY_SEGMENT_MIB",
      value: "N",
      help: "size of a journal segment (64)"
    ),
    Setting(
      flag: nil,
      variable: "ASSAY_CLOCK_CHECK",
      value: "W",
      help: "on; off takes every step of the wall clock, as tests that move it want"
    ),
    Setting(
      flag: "snapshot-mib",
      variable: "ASSAY_SNAPSHOT_MIB",
      value: "N",
      help: "journal between two snapshots (256)"
    ),
    Setting(
      flag: "retain-days",
      variable: "ASSAY_RETAIN_DAYS",
      value: "N",
      help: "remove journal segments older than this (keep all)"
    ),
    Setting(
      flag: "retain-mib",
      variable: "ASSAY_RETAIN_MIB",
      value: "N",
      help: "remove the oldest segments beyond this (keep all)"
    ),
    Setting(
      flag: "detach-mib",
      variable: "ASSAY_DETACH_MIB",
      value: "N",
      help: "journal that a projection may hold back from removal (4096)"
    ),
    Setting(
      flag: nil,
      variable: "COMPAT_S4_STATUS",
      value: "N",
      help: "status of POST /api/transaction: 201, or 200 for clients of older servers"
    ),
    Setting(
      flag: nil,
      variable: "MONITORING_INTERVAL",
      value: "S",
      help: "seconds between two looks at the machine and its services (30)"
    ),
    Setting(
      flag: nil,
      variable: "ALERT_CPU_THRESHOLD",
      value: "P",
      help: "percent of processor use from which on there is an alert (80)"
    ),
    Setting(
      flag: nil,
      variable: "ALERT_MEMORY_THRESHOLD",
      value: "P",
      help: "the same of memory (85)"
    ),
    Setting(
      flag: nil,
      variable: "ALERT_DISK_THRESHOLD",
      value: "P",
      help: "the same of the disk (90)"
    ),
    Setting(
      flag: nil,
      variable: "ALERT_RESPONSE_TIME_THRESHOLD",
      value: "S",
      help: "seconds from which on a slow service is worth an alert (5)"
    ),
    Setting(
      flag: "tls-cert",
      variable: "TLS_CERT_FILE",
      value: "FILE",
      help: "certificate and chain, PEM: the server speaks TLS (none); SIGHUP reads it again"
    ),
    Setting(
      flag: "tls-key",
      variable: "TLS_KEY_FILE",
      value: "FILE",
      help: "the certificate's key, PEM"
    ),
    Setting(
      flag: nil,
      variable: "ASSAY_SWAGGER_UI",
      value: "DIR",
      help: "Swagger UI's files, for /docs (a folder swagger-ui beside the program or above it)"
    ),
    Setting(
      flag: "max-connections",
      variable: "ASSAY_MAX_CONNECTIONS",
      value: "N",
      help: "connections at a time (10000)"
    ),
  ]
}
